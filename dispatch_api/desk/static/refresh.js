// @ts-check
// The queue loaded again, and what follows from it for the open candidate.

import { fragment, Problem } from "/static/components/api.js";
import { startCountdowns } from "/static/components/countdown.js";
import { isFree, markCurrent, replaceParts, rowOf } from "./queue.js";
import { current, isOpen, opening, openNext, prefetchNext, reload } from "./stage.js";
import { text, toastFailure } from "./toast.js";

export const showCountdowns = startCountdowns((element) => {
  if (element.closest("#undo")) element.closest(".last-action")?.replaceChildren();
});

export async function refresh() {
  const family = new URLSearchParams(location.search).get("family");
  let parts;
  try {
    parts = await fragment(`/desk/queue${family ? `?family=${encodeURIComponent(family)}` : ""}`);
  } catch (error) {
    if (error instanceof Problem) toastFailure(error, text("not_loaded"));
    return; // the connection's state shows that nobody answers
  }
  replaceParts(parts);
  showCountdowns();
  markCurrent(current?.id);
  if (!current) {
    if (opening) return;
    await openNext();
  } else {
    const row = rowOf(current.id);
    if (!row || !isFree(row) || !isOpen()) await reload();
  }
  prefetchNext();
}
