// The queue on the left: what is in it, what is free, what comes next.

export const gone = new Set(); // decided here; not shown again until it is undone
const putOff = new Set(); // "later": at the end of the line until there is nothing else

export const rows = () => [...document.querySelectorAll(".row")];
export const rowOf = (id) => document.querySelector(`.row[data-candidate="${id}"]`);
export const free = (row) => !row.dataset.held && !gone.has(row.dataset.candidate);

export function putLast(id) {
  putOff.add(id);
}

export function drop(id) {
  gone.add(id);
  rowOf(id)?.parentElement.remove();
}

/** The parts of the page that tell of the queue, as the server drew them now. */
export function replaceParts(parts) {
  const before = document.querySelector(".rows");
  const [left, top] = [before.scrollLeft, before.scrollTop];
  const focused = document.activeElement?.closest(".row")?.dataset.candidate;
  for (const part of parts.querySelectorAll("[data-part]")) {
    document.querySelector(`[data-part="${part.dataset.part}"]`).replaceChildren(...part.childNodes);
  }
  document.querySelector(".rows").scrollTo(left, top);
  for (const row of rows()) if (gone.has(row.dataset.candidate)) row.parentElement.remove();
  if (focused) rowOf(focused)?.focus({ preventScroll: true });
  const waiting = Number(document.querySelector(".rows").dataset.waiting);
  document.title = waiting ? `(${waiting}) mastwatch` : "mastwatch";
}

export function mark(id) {
  for (const row of rows()) {
    if (row.dataset.candidate === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** The free ones except `id`, in the order of the queue. */
export function others(id) {
  return rows().filter((row) => free(row) && row.dataset.candidate !== id).map((row) => row.dataset.candidate);
}

export function next(id) {
  const open = others(id);
  const fresh = open.filter((other) => !putOff.has(other));
  if (fresh.length === 0) putOff.clear();
  return fresh[0] ?? open[0] ?? null;
}

/** The row `by` steps below the one of `id`; at an end, the last one there is. */
export function beside(id, by) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.candidate === id);
  return all[Math.min(Math.max(at + by, 0), all.length - 1)]?.dataset.candidate ?? null;
}
