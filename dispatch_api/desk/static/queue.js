// @ts-check
// The queue on the left: what is in it, what is free, what comes next.

import { find, findAll, findAny } from "/static/components/dom.js";

/** @type {Set<string>} decided here; hidden until the decision is undone */
export const decided = new Set();
/** @type {Set<string>} "later": at the end of the queue until there is nothing else */
const postponed = new Set();

export const rows = () => findAll(".row", HTMLElement);
/** @param {string} id */
export const rowOf = (id) => findAny(`.row[data-candidate="${id}"]`, HTMLElement);
/** @param {HTMLElement} row */
const idOf = (row) => row.dataset.candidate ?? "";
/** @param {HTMLElement} row */
export const isFree = (row) => !row.dataset.held && !decided.has(idOf(row));

/** @param {string} id */
export function postpone(id) {
  postponed.add(id);
}

/** @param {string} id */
export function hideDecided(id) {
  decided.add(id);
  rowOf(id)?.parentElement?.remove();
}

/**
 * The parts of the page that show the queue, as the server rendered them now.
 * @param {DocumentFragment} parts
 */
export function replaceParts(parts) {
  const before = find(".rows", HTMLElement);
  const [left, top] = [before.scrollLeft, before.scrollTop];
  const focused = document.activeElement?.closest(".row");
  for (const part of findAll("[data-part]", HTMLElement, parts)) {
    find(`[data-part="${part.dataset.part}"]`, HTMLElement).replaceChildren(...part.childNodes);
  }
  const list = find(".rows", HTMLElement);
  list.scrollTo(left, top);
  for (const row of rows()) if (decided.has(idOf(row))) row.parentElement?.remove();
  if (focused instanceof HTMLElement) rowOf(idOf(focused))?.focus({ preventScroll: true });
  const nWaiting = Number(list.dataset.waiting);
  document.title = nWaiting ? `(${nWaiting}) mastwatch` : "mastwatch";
}

/** @param {string | null | undefined} id */
export function markCurrent(id) {
  for (const row of rows()) {
    if (idOf(row) === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/**
 * The free ones except `id`, in the order of the queue.
 * @param {string | null | undefined} id
 */
export function others(id) {
  return rows().filter((row) => isFree(row) && idOf(row) !== id).map(idOf);
}

/** @param {string | null | undefined} id */
export function nextAfter(id) {
  const free = others(id);
  const fresh = free.filter((other) => !postponed.has(other));
  if (fresh.length === 0) postponed.clear();
  return fresh[0] ?? free[0] ?? null;
}

/**
 * The row `by` steps below the one of `id`; at an end, the last one there is.
 * @param {string | null | undefined} id
 * @param {number} by
 */
export function beside(id, by) {
  const all = rows();
  const at = all.findIndex((row) => idOf(row) === id);
  return all[Math.min(Math.max(at + by, 0), all.length - 1)]?.dataset.candidate ?? null;
}
