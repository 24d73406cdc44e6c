// The queue asked for again, and what follows from it for what is open.

import { fragment, Problem } from "../components/api.js";
import { countDown } from "../components/countdown.js";
import { free, mark, replaceParts, rowOf } from "./rows.js";
import { sayFailed, words } from "./says.js";
import { current, isOpen, look, opening, openNext, prepareNext } from "./stage.js";

export const showCountdowns = countDown((element) => {
  if (element.closest("#undo")) element.closest(".just").replaceChildren();
});

export async function refresh() {
  const family = new URLSearchParams(location.search).get("family");
  let parts;
  try {
    parts = await fragment(`/desk/queue${family ? `?family=${encodeURIComponent(family)}` : ""}`);
  } catch (error) {
    if (error instanceof Problem) sayFailed(error, words.not_loaded);
    return; // the line's state says that nobody answers
  }
  replaceParts(parts);
  showCountdowns();
  mark(current?.id);
  if (!current && !opening) await openNext();
  else if (!current) return;
  else if (!rowOf(current.id) || !free(rowOf(current.id)) || !isOpen()) await look();
  prepareNext();
}
