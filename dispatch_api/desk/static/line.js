// The line to the server: what is said of it, and whether decisions can be sent.

import { timeOfDay } from "../components/countdown.js";
import { say, said, words } from "./says.js";

const state = document.getElementById("line");
let lostSince = null;
let notice = null;

export const isLost = () => lostSince !== null;

function show(now) {
  state.dataset.state = now;
  state.textContent = now === "lost" ? state.dataset.lost : state.dataset.online;
}

export function found() {
  show("online");
  if (isLost()) say("wifi", words.back);
  notice?.remove();
  lostSince = notice = null;
}

export function lost() {
  show("lost");
  if (isLost()) return;
  lostSince = new Date();
  const title = said("lost_title", { time: timeOfDay(lostSince) });
  notice = say("wifi-off", title, { text: words.lost_text, kind: "late", lasting: true });
}
