// The duty desk: one candidate in the middle, the next one ready behind it, everything by keys.

import { listen } from "../components/live.js";
import { change, confirm, dismiss, later, undo } from "./decide.js";
import * as line from "./line.js";
import { refresh, showCountdowns } from "./refresh.js";
import { beside, rows } from "./rows.js";
import { active, allow, current, focusStage, open, opening, openNext, place } from "./stage.js";

const BURST_MS = 120; // a burst of changes is one look
const AGES_MS = 30_000; // ages move on though nothing changes

const keys = {
  Enter: confirm,
  x: dismiss,
  j: later,
  u: undo,
  c: () => change("category"),
  w: () => change("ward"),
  s: () => change("severity"),
  1: () => current?.evidence.show("clip"),
  2: () => current?.evidence.show("pair"),
  3: () => current?.evidence.show("original"),
  o: () => current?.evidence.switchLayer(),
  " ": () => current?.evidence.pauseOrPlay(),
  v: () => place.querySelector("[data-why-sheet]")?.showModal(),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  "?": () => document.getElementById("keys").showModal(),
};
const buttons = { confirm, dismiss, later, undo, help: keys["?"] };

function step(by) {
  const id = beside(opening ?? current?.id, by); // a key held down is faster than what it opens
  if (id) open(id);
}

document.addEventListener("keydown", (event) => {
  active();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const onControl = event.target.closest("a, button, input, select, textarea");
  if (onControl && (event.key === "Enter" || event.key === " ")) return; // that control's own key
  const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run || event.repeat && !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  run();
});

document.addEventListener("click", (event) => {
  active();
  const row = event.target.closest(".row");
  if (row && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    focusStage(); // or the next Enter would open the row again instead of confirming
    open(row.dataset.candidate);
  }
  const field = event.target.closest("[data-field]");
  if (field) {
    if (event.detail > 0) field.blur(); // by the mouse: or the next Enter would press it again; a key stays where it was
    change(field.dataset.field);
  }
  if (event.target.closest("[data-why]")) keys.v();
  const action = event.target.closest(".actions button");
  if (action) {
    action.blur(); // or the next Enter would press it again instead of confirming what is shown
    buttons[action.id]();
  }
});

let waiting = 0;

listen({
  changed: (topics) => {
    if (!topics.includes("candidates")) return;
    clearTimeout(waiting);
    waiting = setTimeout(refresh, BURST_MS);
  },
  connected: () => {
    line.found();
    allow();
    refresh();
  },
  lost: () => {
    line.lost();
    allow();
  },
});

setInterval(refresh, AGES_MS);
showCountdowns();

const asked = new URLSearchParams(location.search).get("candidate");
if (asked) open(asked);
else if (rows().length) openNext();
