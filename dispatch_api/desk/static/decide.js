// What an officer does about the candidate: confirm, dismiss, put off, take back, correct.

import { post, Problem } from "../components/api.js";
import { parted } from "./ahead.js";
import { choose } from "./choose.js";
import { isLost } from "./line.js";
import { refresh } from "./refresh.js";
import { drop, gone, putLast } from "./rows.js";
import { say, sayFailed, words } from "./says.js";
import { current, isOpen, isSeen, open, openNext, place } from "./stage.js";

const CORRECTED = { category: "category_key", ward: "ward_code", severity: "severity" };

/** The next one is shown at once; the line at the bottom says what was saved, or a notice what was not. */
async function decide(action, body) {
  const one = current;
  if (one.deciding || isLost()) return;
  one.deciding = true;
  drop(one.id);
  const moved = openNext();
  try {
    await one.hold;
    if (one.leaseUntil < Date.now()) throw new Problem(409, { title: words.hold_over });
    const version = Number(one.article.dataset.version);
    await post(`/api/v1/candidates/${one.id}/${action}`, { version, ...body });
  } catch (error) {
    gone.delete(one.id);
    sayFailed(error, `${words.not_saved}: ${one.article.dataset.name}`, { label: words.open_again, run: () => open(one.id) });
  }
  await moved;
  await refresh();
}

export function confirm() {
  if (isSeen()) decide("confirm", current.better ?? {});
}

export async function dismiss() {
  const one = current;
  if (!isSeen()) return;
  const reason = await choose("reason");
  if (reason && current === one && isOpen()) decide("dismiss", { reason });
}

export async function later() {
  if (!current) return;
  putLast(current.id);
  await openNext();
  await refresh();
}

export async function undo() {
  const button = document.getElementById("undo");
  if (!button) { say("info", words.nothing_to_undo); return; }
  const { candidate, version } = button.dataset;
  button.disabled = true;
  try {
    await post(`/api/v1/candidates/${candidate}/undo`, { version: Number(version) });
    gone.delete(candidate);
    await refresh();
    await open(candidate);
  } catch (error) {
    sayFailed(error, words.undo_failed);
    await refresh();
  }
}

/** Category, ward or severity as the officer knows better: who would lead and until when is shown at once. */
export async function change(name) {
  const one = current;
  if (!isOpen()) return;
  const value = await choose(name, one.article.dataset[name]);
  if (!value || current !== one || value === one.article.dataset[name]) return;
  const [before, betterBefore] = [one.article.dataset[name], one.better];
  one.article.dataset[name] = value;
  const better = (one.better = { ...one.better, [CORRECTED[name]]: value }); // Enter confirms it from now on
  try {
    const parts = await parted(one.id, better);
    if (current === one && one.better === better) showPlace(parts.place);
  } catch (error) {
    if (current !== one || one.better !== better) return;
    one.article.dataset[name] = before;
    one.better = betterBefore;
    sayFailed(error, words.not_changed);
  }
}

function showPlace(fresh) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.field : null;
  place.replaceChildren(fresh);
  if (focused) place.querySelector(`[data-field="${focused}"]`).focus();
}
