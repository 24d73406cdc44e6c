// The candidate in the middle: opened, held for five minutes, let go.

import { post, Problem } from "../components/api.js";
import { timeOfDay } from "../components/countdown.js";
import { parted, prepare, taken } from "./ahead.js";
import { Evidence } from "./clip.js";
import { isLost } from "./line.js";
import { mark, next, others, rowOf } from "./rows.js";
import { sayFailed, words } from "./says.js";

const AGAIN_MS = 1000;
const GLANCE_MS = 400; // Enter pressed twice decides one: nobody can have looked at the next one sooner
const RENEW_MS = 60_000; // the hold is five minutes; whoever works here keeps it

const stage = document.getElementById("main");
export const place = document.getElementById("place");

export let current = null; // {id, evidence, article, hold, leaseUntil, glance, seen}
export let opening = null; // the id of what is being loaded

export const isOpen = () => current?.article.dataset.state === "open";
export const isSeen = () => isOpen() && current.seen;

/** The keys work on what is shown, not on what was clicked last. */
export function focusStage() {
  stage.focus({ preventScroll: true });
}

export function allow() {
  for (const button of document.querySelectorAll('[data-needs="holder"]')) button.disabled = !isOpen() || isLost();
  document.getElementById("later").disabled = !current;
}

export async function open(id) {
  if (current?.id === id || opening === id) return;
  leave();
  opening = id;
  const ready = taken(id);
  if (!ready) stage.replaceChildren(document.getElementById("loading").content.cloneNode(true));
  const parts = (await ready) ?? (await parted(id).catch((error) => { sayFailed(error, words.not_loaded); return null; }));
  if (opening !== id) return; // another was asked for meanwhile
  opening = null;
  if (parts) show(id, parts);
  else showNothing();
  prepareNext();
}

export async function openNext() {
  const id = next(current?.id);
  if (id) await open(id);
  else showNothing();
}

export function prepareNext() {
  prepare(others(current?.id));
}

/** Somebody else may have decided, taken or given back what is open: show how it stands. */
export async function look() {
  const before = current;
  if (before.deciding) return;
  const parts = await parted(before.id).catch(() => null);
  if (!parts || current !== before || parts.article.dataset.state === before.article.dataset.state) return;
  show(before.id, parts);
}

function show(id, parts) {
  current?.evidence.stop();
  stage.replaceChildren(parts.article);
  place.replaceChildren(parts.place);
  current = { id, article: parts.article, evidence: new Evidence(parts.article), hold: null, leaseUntil: 0, seen: false };
  current.evidence.play();
  current.glance = glance(current);
  stage.scrollTop = 0;
  mark(id);
  rowOf(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  addressed(id);
  allow();
  if (isOpen()) hold();
}

function glance(one) {
  return new Promise((done) => setTimeout(done, GLANCE_MS)).then(() => { one.seen = true; });
}

function showNothing() {
  leave();
  stage.replaceChildren(document.querySelector('[data-part="empty"] .nothing').cloneNode(true));
  place.replaceChildren();
  addressed(null);
  mark(null);
  allow();
}

/** A reload opens the same one again. */
function addressed(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("candidate", id);
  else address.searchParams.delete("candidate");
  history.replaceState(null, "", address);
}

/** Nothing is open until the next one is: a key pressed between two candidates decides neither. */
function leave() {
  if (!current) return;
  current.evidence.stop();
  letGo(current);
  current = null;
  allow();
}

/** Takes or renews the five minutes in which nobody else decides this one. */
function hold() {
  const mine = current;
  mine.renewedAt = Date.now();
  mine.hold = post(`/api/v1/candidates/${mine.id}/claim`, {}).then((candidate) => {
    mine.article.dataset.version = candidate.version;
    mine.leaseUntil = new Date(candidate.lease_until).getTime();
  });
  Promise.all([mine.hold, mine.glance]).then(() => sayHeld(mine), () => {}); // a failure is said below
  mine.hold.catch((error) => {
    if (current !== mine || mine.deciding) return;
    if (!(error instanceof Problem && error.status === 409)) return sayFailed(error, words.not_held);
    // Held or decided by a colleague: look() shows it. Otherwise two asked in one moment, and asking again settles it.
    look().then(() => setTimeout(() => { if (current === mine && isOpen()) hold(); }, AGAIN_MS));
  });
}

/** From when it is said, the keys decide. */
function sayHeld(one) {
  const holding = one.article.querySelector("[data-holding]");
  holding.textContent = holding.dataset.said.replace("{time}", timeOfDay(new Date(one.leaseUntil)));
}

function letGo(one) {
  if (one.deciding || one.article.dataset.state !== "open") return;
  one.hold?.then(() => post(`/api/v1/candidates/${one.id}/release`, {}))
    .catch(() => {}); // a hold that is not given back ends by itself
}

/** Somebody is at the desk: what is open stays theirs. */
export function active() {
  if (isOpen() && Date.now() - current.renewedAt > RENEW_MS) hold();
}
