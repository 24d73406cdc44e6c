// @ts-check
// The candidate in the middle: opened, held for five minutes, released.

import { post, Problem } from "/static/components/api.js";
import { timeOfDay } from "/static/components/countdown.js";
import { find, findAll } from "/static/components/dom.js";
import { isLost } from "./connection.js";
import { Evidence } from "./evidence.js";
import { loadParts, prefetch, takePrefetched } from "./prefetch.js";
import { markCurrent, nextAfter, others, rowOf } from "./queue.js";
import { text, toastFailure } from "./toast.js";

const HOLD_AGAIN_MS = 1000;
const SEEN_AFTER_MS = 400; // Enter pressed twice decides one: nobody can have looked at the next one sooner
const RENEW_MS = 60_000; // the hold is five minutes; whoever works here keeps it

/**
 * @typedef {object} OpenCandidate
 * @property {string} id
 * @property {HTMLElement} article
 * @property {Evidence} evidence
 * @property {Promise<void> | null} hold
 * @property {number} leaseUntil epoch ms
 * @property {number} renewedAt epoch ms
 * @property {Promise<void>} shown resolves when it has been on the screen long enough to be decided
 * @property {boolean} seen
 * @property {boolean} deciding
 * @property {Record<string, string>} corrections what the officer knows better, by the API's names
 */

const stage = find("#main", HTMLElement);
const loading = find("#loading", HTMLTemplateElement);
export const place = find("#place", HTMLElement);

/** @type {OpenCandidate | null} */
export let current = null;
/** @type {string | null} the id of what is being loaded */
export let opening = null;

export const isOpen = () => current?.article.dataset.state === "open";
export const isSeen = () => isOpen() && current?.seen === true;

/** The keys work on what is shown, not on what was clicked last. */
export function focusStage() {
  stage.focus({ preventScroll: true });
}

export function updateButtons() {
  for (const button of findAll('[data-needs="holder"]', HTMLButtonElement)) button.disabled = !isOpen() || isLost();
  find("#later", HTMLButtonElement).disabled = !current;
}

/** @param {string} id */
export async function open(id) {
  if (current?.id === id || opening === id) return;
  leave();
  opening = id;
  const prefetched = takePrefetched(id);
  if (!prefetched) stage.replaceChildren(loading.content.cloneNode(true));
  const parts = (await prefetched) ?? (await loadOrExplain(id));
  if (opening !== id) return; // another was opened meanwhile
  opening = null;
  if (parts) show(id, parts);
  else showNothing();
  prefetchNext();
}

/** @param {string} id */
async function loadOrExplain(id) {
  try {
    return await loadParts(id);
  } catch (error) {
    toastFailure(error, text("not_loaded"));
    return null;
  }
}

export async function openNext() {
  const id = nextAfter(current?.id);
  if (id) await open(id);
  else showNothing();
}

export function prefetchNext() {
  prefetch(others(current?.id));
}

/** Somebody else may have decided, taken or released what is open: show how it is now. */
export async function reload() {
  const before = current;
  if (!before || before.deciding) return;
  const parts = await loadParts(before.id).catch(() => null);
  if (!parts || current !== before || parts.article.dataset.state === before.article.dataset.state) return;
  show(before.id, parts);
}

/**
 * @param {string} id
 * @param {import("./prefetch.js").Parts} parts
 */
function show(id, parts) {
  current?.evidence.stop();
  stage.replaceChildren(parts.article);
  place.replaceChildren(parts.place);
  /** @type {OpenCandidate} */
  const opened = {
    id,
    article: parts.article,
    evidence: new Evidence(parts.article),
    hold: null,
    leaseUntil: 0,
    renewedAt: 0,
    shown: new Promise((resolve) => { setTimeout(resolve, SEEN_AFTER_MS); }),
    seen: false,
    deciding: false,
    corrections: {},
  };
  current = opened;
  opened.evidence.play();
  opened.shown = opened.shown.then(() => { opened.seen = true; });
  stage.scrollTop = 0;
  markCurrent(id);
  rowOf(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  setAddress(id);
  updateButtons();
  if (isOpen()) hold(opened);
}

function showNothing() {
  leave();
  stage.replaceChildren(find('[data-part="empty"] .nothing', HTMLElement).cloneNode(true));
  place.replaceChildren();
  setAddress(null);
  markCurrent(null);
  updateButtons();
}

/**
 * A reload opens the same one again.
 * @param {string | null} id
 */
function setAddress(id) {
  const address = new URL(location.href);
  if (id) address.searchParams.set("candidate", id);
  else address.searchParams.delete("candidate");
  history.replaceState(null, "", address);
}

/** Nothing is open until the next one is: a key pressed between two candidates decides neither. */
function leave() {
  if (!current) return;
  current.evidence.stop();
  release(current);
  current = null;
  updateButtons();
}

/**
 * Takes or renews the five minutes in which nobody else decides this one.
 * @param {OpenCandidate} one
 */
function hold(one) {
  one.renewedAt = Date.now();
  const claimed = post(`/api/v1/candidates/${one.id}/claim`, {}).then((candidate) => {
    one.article.dataset.version = candidate.version;
    one.leaseUntil = Date.parse(candidate.lease_until);
  });
  one.hold = claimed;
  Promise.all([claimed, one.shown]).then(() => showHeld(one), () => {}); // a failure is handled below
  claimed.catch((error) => {
    if (current !== one || one.deciding) return;
    if (!(error instanceof Problem && error.status === 409)) {
      toastFailure(error, text("not_held"));
      return;
    }
    // Held or decided by a colleague: reload() shows it. Otherwise two claims met, and claiming again settles it.
    void reload().then(() => setTimeout(() => { if (current === one && isOpen()) hold(one); }, HOLD_AGAIN_MS));
  });
}

/**
 * From when it is shown, the keys decide.
 * @param {OpenCandidate} one
 */
function showHeld(one) {
  const holding = find("[data-holding]", HTMLElement, one.article);
  holding.textContent = (holding.dataset.text ?? "").replace("{time}", timeOfDay(new Date(one.leaseUntil)));
}

/** @param {OpenCandidate} one */
function release(one) {
  if (one.deciding || one.article.dataset.state !== "open") return;
  one.hold?.then(() => post(`/api/v1/candidates/${one.id}/release`, {}))
    .catch(() => {}); // a hold that is not released ends by itself
}

/** Somebody is at the desk: what is open stays theirs. */
export function noteActivity() {
  if (current && isOpen() && Date.now() - current.renewedAt > RENEW_MS) hold(current);
}
