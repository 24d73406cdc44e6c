// @ts-check
// The connection to the server: its state on the page, and whether decisions can be sent.

import { timeOfDay } from "/static/components/countdown.js";
import { find } from "/static/components/dom.js";
import { formatted, text, toast } from "./toast.js";

const indicator = find("#connection", HTMLElement);
/** @type {Date | null} */
let lostSince = null;
/** @type {HTMLElement | null} */
let notice = null;

export const isLost = () => lostSince !== null;

/** @param {"online" | "lost"} state */
function show(state) {
  indicator.dataset.state = state;
  indicator.textContent = (state === "lost" ? indicator.dataset.lost : indicator.dataset.online) ?? "";
}

export function connectionFound() {
  show("online");
  if (isLost()) toast("wifi", text("back"));
  notice?.remove();
  lostSince = notice = null;
}

export function connectionLost() {
  show("lost");
  if (isLost()) return;
  lostSince = new Date();
  const title = formatted("lost_title", { time: timeOfDay(lostSince) });
  notice = toast("wifi-off", title, { text: text("lost_text"), kind: "late", lasting: true });
}
