// @ts-check
// The duty desk: one candidate in the middle, the next one ready behind it, everything by keys.

import { around, find, findAny } from "/static/components/dom.js";
import { listen } from "/static/components/live.js";
import { confirm, correct, dismiss, later, undo } from "./actions.js";
import { connectionFound, connectionLost } from "./connection.js";
import { debounce } from "./debounce.js";
import { beside, rows } from "./queue.js";
import { refresh, showCountdowns } from "./refresh.js";
import { current, focusStage, noteActivity, open, opening, openNext, place, updateButtons } from "./stage.js";

/** @typedef {import("./actions.js").Field} Field */

const BURST_MS = 120; // a burst of changes is one refresh
const AGES_MS = 30_000; // ages move on though nothing changes

const showKeys = () => find("#keys", HTMLDialogElement).showModal();
const showReason = () => findAny("[data-why-sheet]", HTMLDialogElement, place)?.showModal();

/** @type {Record<string, () => unknown>} */
const keys = {
  Enter: confirm,
  x: dismiss,
  j: later,
  u: undo,
  c: () => correct("category"),
  w: () => correct("ward"),
  s: () => correct("severity"),
  1: () => current?.evidence.show("clip"),
  2: () => current?.evidence.show("pair"),
  3: () => current?.evidence.show("original"),
  o: () => current?.evidence.switchLayer(),
  " ": () => current?.evidence.pauseOrPlay(),
  v: showReason,
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  "?": showKeys,
};
/** @type {Record<string, () => unknown>} */
const buttons = { confirm, dismiss, later, undo, help: showKeys };

/** @param {number} by */
function step(by) {
  const id = beside(opening ?? current?.id, by); // a key held down is faster than what it opens
  if (id) void open(id);
}

/**
 * Whether the key is for the browser, an open dialog or the focused control.
 * @param {KeyboardEvent} event
 */
function isForOthers(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  const presses = event.key === "Enter" || event.key === " ";
  return presses && around(event, "a, button, input, select, textarea", HTMLElement) !== null;
}

document.addEventListener("keydown", (event) => {
  noteActivity();
  if (isForOthers(event)) return;
  const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run || (event.repeat && !event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  run();
});

document.addEventListener("click", (event) => {
  noteActivity();
  const row = around(event, ".row", HTMLElement);
  if (row && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    focusStage(); // or the next Enter would open the row again instead of confirming
    void open(row.dataset.candidate ?? "");
  }
  const field = around(event, "[data-field]", HTMLElement);
  if (field) {
    if (event.detail > 0) field.blur(); // by the mouse: or the next Enter would press it again; a key stays where it was
    void correct(/** @type {Field} */ (field.dataset.field));
  }
  if (around(event, "[data-why]", HTMLElement)) showReason();
  const action = around(event, ".actions button", HTMLButtonElement);
  if (action) {
    action.blur(); // or the next Enter would press it again instead of confirming what is shown
    buttons[action.id]?.();
  }
});

const refreshSoon = debounce(() => { void refresh(); }, BURST_MS);

listen({ topic: "candidates" }, {
  changed: (topics) => { if (topics.includes("candidates")) refreshSoon(); },
  connected: () => {
    connectionFound();
    updateButtons();
    void refresh();
  },
  lost: () => {
    connectionLost();
    updateButtons();
  },
});

setInterval(refresh, AGES_MS);
showCountdowns();

const asked = new URLSearchParams(location.search).get("candidate");
if (asked) void open(asked);
else if (rows().length) void openNext();
