// @ts-check
// Notices in the corner: what failed, and what the officer can do about it.

import { Problem, Unreachable } from "/static/components/api.js";
import { find } from "/static/components/dom.js";

const SHOWN_MS = 9000;
const N_MAX = 3;

/** @typedef {{label: string, run: () => void}} ToastAction */
/** @typedef {{text?: string, kind?: string, action?: ToastAction | null, lasting?: boolean}} ToastOptions */

/** @type {Record<string, string>} the texts of the scripts in the reader's language */
export const texts = JSON.parse(find("#texts", HTMLScriptElement).textContent ?? "{}");
const toasts = find("#toasts", HTMLElement);
const toastTemplate = find("#toast", HTMLTemplateElement);
/** @type {HTMLElement | null} */
let sessionEnded = null;

/** @param {string} key */
export const text = (key) => texts[key] ?? key;

/**
 * The text of a key with its {placeholders} filled.
 * @param {string} key
 * @param {Record<string, string>} values
 */
export const formatted = (key, values) => text(key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/**
 * @param {string} icon
 * @param {string} title
 * @param {ToastOptions} [options]
 */
export function toast(icon, title, { text: body = "", kind = "", action = null, lasting = false } = {}) {
  // Imported first: in the template's own document the icon would not be loaded.
  const notice = find(".notice", HTMLElement, document.importNode(toastTemplate.content, true));
  if (kind) notice.classList.add(kind);
  find("use", SVGUseElement, notice).setAttribute("href", `/static/components/vendor/lucide/icons.svg#${icon}`);
  const strong = document.createElement("strong");
  strong.textContent = title;
  const content = find("span", HTMLElement, notice);
  content.append(strong, " ", body);
  if (action) content.append(linkButton(action, notice));
  show(notice);
  if (!lasting) setTimeout(() => notice.remove(), SHOWN_MS);
  return notice;
}

/** @param {HTMLElement} notice */
function show(notice) {
  toasts.append(notice);
  while (toasts.children.length > N_MAX) toasts.firstElementChild?.remove();
}

/**
 * @param {ToastAction} action
 * @param {HTMLElement} notice
 */
function linkButton({ label, run }, notice) {
  const button = document.createElement("button");
  button.className = "link";
  button.textContent = label;
  button.addEventListener("click", () => { notice.remove(); run(); });
  return button;
}

/**
 * @param {unknown} error
 * @param {string} what failed
 * @param {ToastAction} [retry]
 */
export function toastFailure(error, what, retry) {
  if (error instanceof Problem && error.status === 401) {
    if (sessionEnded?.isConnected) return; // every call fails now: once is enough
    const signIn = { label: text("sign_in_again"), run: () => location.assign("/sign-in?next=/desk") };
    sessionEnded = toast("log-out", text("session_ended"), { kind: "late", lasting: true, action: signIn });
    return;
  }
  const why = error instanceof Unreachable ? text("failed_network") : error instanceof Error ? error.message : String(error);
  toast("circle-alert", `${what}.`, { text: why, kind: "late", lasting: true, action: retry ?? null });
}
