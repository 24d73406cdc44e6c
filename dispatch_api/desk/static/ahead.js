// What comes next is loaded before it is asked for: there before the hand is back.

import { fragment } from "../components/api.js";

const N_AHEAD = 2; // candidates whose pictures and clip are loaded before they are needed

const ahead = document.getElementById("ahead");
const prepared = new Map(); // id -> its parts, loading or loaded

/** The evidence and the place of a candidate; `better` is what the officer has changed of it. */
export async function parted(id, better = {}) {
  const query = new URLSearchParams(better).toString();
  const parts = await fragment(`/desk/candidates/${id}${query && `?${query}`}`);
  return {
    article: parts.querySelector('[data-part="stage"]'),
    place: parts.querySelector('[data-part="place"]'),
  };
}

/** Keeps the first of these ids at hand, and nothing else. */
export function prepare(ids) {
  const wanted = ids.slice(0, N_AHEAD);
  for (const id of prepared.keys()) {
    if (wanted.includes(id)) continue;
    prepared.get(id).then((parts) => parts?.article.remove());
    prepared.delete(id);
  }
  for (const id of wanted) {
    if (prepared.has(id)) continue;
    // In the page, though hidden, so that the browser loads the clip.
    prepared.set(id, parted(id).then((parts) => { ahead.append(parts.article); return parts; }).catch(() => null));
  }
}

/** Its parts where they were prepared, loading or loaded; no longer kept here. */
export function taken(id) {
  const parts = prepared.get(id);
  prepared.delete(id);
  return parts;
}
