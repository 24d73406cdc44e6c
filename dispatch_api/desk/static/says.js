// What the page says in its corner: what failed, and what the officer can do about it.

import { Problem, Unreachable } from "../components/api.js";

const SAYING_MS = 9000;
const N_MAX = 3;

export const words = JSON.parse(document.getElementById("words").textContent);
const says = document.getElementById("says");
let ended = null; // the notice that the session has ended

/** The text of a key with its {places} filled. */
export const said = (key, values = {}) =>
  words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

export function say(icon, title, { text = "", kind = "", action = null, lasting = false } = {}) {
  // Imported first: in the template's own document the icon would be asked for in vain.
  const notice = document.importNode(document.getElementById("say").content.firstElementChild, true);
  if (kind) notice.classList.add(kind);
  notice.querySelector("use").setAttribute("href", `/static/components/vendor/lucide/icons.svg#${icon}`);
  const body = notice.querySelector("span");
  const strong = document.createElement("strong");
  strong.textContent = title;
  body.append(strong, " ", text);
  if (action) {
    const button = document.createElement("button");
    button.className = "link";
    button.textContent = action.label;
    button.addEventListener("click", () => { notice.remove(); action.run(); });
    body.append(button);
  }
  says.append(notice);
  while (says.children.length > N_MAX) says.firstElementChild.remove();
  if (!lasting) setTimeout(() => notice.remove(), SAYING_MS);
  return notice;
}

export function sayFailed(error, what, again) {
  if (error instanceof Problem && error.status === 401) {
    if (ended?.isConnected) return; // every call fails now: once is enough
    ended = say("log-out", words.session_ended, { kind: "late", lasting: true, action: { label: words.sign_in_again, run: () => location.assign("/sign-in?next=/desk") } });
    return;
  }
  const text = error instanceof Unreachable ? words.failed_network : error.message;
  say("circle-alert", `${what}.`, { text, kind: "late", lasting: true, action: again });
}
