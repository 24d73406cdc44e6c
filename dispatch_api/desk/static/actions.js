// @ts-check
// What an officer does about the candidate: confirm, dismiss, postpone, undo, correct.

import { post, Problem } from "/static/components/api.js";
import { find, findAny } from "/static/components/dom.js";
import { choose } from "./chooser.js";
import { isLost } from "./connection.js";
import { loadParts } from "./prefetch.js";
import { decided, hideDecided, postpone } from "./queue.js";
import { refresh } from "./refresh.js";
import { current, isOpen, isSeen, open, openNext, place } from "./stage.js";
import { text, toast, toastFailure } from "./toast.js";

/** @typedef {"category" | "ward" | "severity"} Field */
/** @type {Record<Field, string>} as the API names them */
const CORRECTED = { category: "category_key", ward: "ward_code", severity: "severity" };

/**
 * The next one is shown at once; the footer says what was saved, or a notice what was not.
 * @param {"confirm" | "dismiss"} action
 * @param {Record<string, string>} body
 */
async function decide(action, body) {
  const one = current;
  if (!one || one.deciding || isLost()) return;
  one.deciding = true;
  hideDecided(one.id);
  const moved = openNext();
  try {
    await one.hold;
    if (one.leaseUntil < Date.now()) throw new Problem(409, { title: text("hold_over") });
    const version = Number(one.article.dataset.version);
    await post(`/api/v1/candidates/${one.id}/${action}`, { version, ...body });
  } catch (error) {
    decided.delete(one.id);
    const retry = { label: text("open_again"), run: () => { void open(one.id); } };
    toastFailure(error, `${text("not_saved")}: ${one.article.dataset.name}`, retry);
  }
  await moved;
  await refresh();
}

export async function confirm() {
  if (current && isSeen()) await decide("confirm", current.corrections);
}

export async function dismiss() {
  const one = current;
  if (!isSeen()) return;
  const reason = await choose("reason");
  if (reason && current === one && isOpen()) await decide("dismiss", { reason });
}

export async function later() {
  if (!current) return;
  postpone(current.id);
  await openNext();
  await refresh();
}

export async function undo() {
  const button = findAny("#undo", HTMLButtonElement);
  if (!button) {
    toast("info", text("nothing_to_undo"));
    return;
  }
  const { candidate = "", version } = button.dataset;
  button.disabled = true;
  try {
    await post(`/api/v1/candidates/${candidate}/undo`, { version: Number(version) });
    decided.delete(candidate);
    await refresh();
    await open(candidate);
  } catch (error) {
    toastFailure(error, text("undo_failed"));
    await refresh();
  }
}

/**
 * Category, ward or severity as the officer knows better: who would lead and until when is shown at once.
 * @param {Field} field
 */
export async function correct(field) {
  const one = current;
  if (!one || !isOpen()) return;
  const value = await choose(field, one.article.dataset[field]);
  if (value && current === one && value !== one.article.dataset[field]) await applyCorrection(one, field, value);
}

/**
 * @param {import("./stage.js").OpenCandidate} one
 * @param {Field} field
 * @param {string} value
 */
async function applyCorrection(one, field, value) {
  const before = one.article.dataset[field];
  const correctionsBefore = one.corrections;
  one.article.dataset[field] = value;
  const corrections = (one.corrections = { ...one.corrections, [CORRECTED[field]]: value }); // Enter confirms it from now on
  try {
    const parts = await loadParts(one.id, corrections);
    if (current === one && one.corrections === corrections) showPlace(parts.place);
  } catch (error) {
    if (current !== one || one.corrections !== corrections) return;
    one.article.dataset[field] = before;
    one.corrections = correctionsBefore;
    toastFailure(error, text("not_changed"));
  }
}

/** @param {HTMLElement} fresh */
function showPlace(fresh) {
  const focused = document.activeElement;
  const field = focused instanceof HTMLElement && place.contains(focused) ? focused.dataset.field : undefined;
  place.replaceChildren(fresh);
  if (field) find(`[data-field="${field}"]`, HTMLElement, place).focus();
}
