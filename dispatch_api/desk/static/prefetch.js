// @ts-check
// The next candidates are loaded before they are asked for.

import { fragment } from "/static/components/api.js";
import { find } from "/static/components/dom.js";

const N_PREFETCHED = 2; // candidates whose pictures and clip are loaded before they are needed

/** @typedef {{article: HTMLElement, place: HTMLElement}} Parts the evidence and the place of a candidate */

const store = find("#prefetched", HTMLElement);
/** @type {Map<string, Promise<Parts | null>>} by id; null where loading failed */
const prefetched = new Map();

/**
 * @param {string} id
 * @param {Record<string, string>} [corrections] what the officer has changed
 * @returns {Promise<Parts>}
 */
export async function loadParts(id, corrections = {}) {
  const query = new URLSearchParams(corrections).toString();
  const parts = await fragment(`/desk/candidates/${id}${query && `?${query}`}`);
  return {
    article: find('[data-part="stage"]', HTMLElement, parts),
    place: find('[data-part="place"]', HTMLElement, parts),
  };
}

/**
 * Loads the first of these candidates, and forgets all others.
 * @param {string[]} ids
 */
export function prefetch(ids) {
  const needed = ids.slice(0, N_PREFETCHED);
  for (const [id, parts] of prefetched) {
    if (needed.includes(id)) continue;
    parts.then((loaded) => loaded?.article.remove());
    prefetched.delete(id);
  }
  for (const id of needed) {
    if (!prefetched.has(id)) prefetched.set(id, loadHidden(id).catch(() => null));
  }
}

/**
 * In the page, though hidden, so that the browser loads the clip.
 * @param {string} id
 */
async function loadHidden(id) {
  const parts = await loadParts(id);
  store.append(parts.article);
  return parts;
}

/**
 * Its parts where they were prefetched, loading or loaded; no longer kept here.
 * @param {string} id
 */
export function takePrefetched(id) {
  const parts = prefetched.get(id);
  prefetched.delete(id);
  return parts;
}
