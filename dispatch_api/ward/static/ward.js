// @ts-check
// The ward's pages work without scripts; with them, tasks arrive by themselves and a photo is seen before it is sent.

import { fragment } from "/static/components/api.js";
import { find, findAll, findAny } from "/static/components/dom.js";
import { listen } from "/static/components/live.js";

const REFRESH_MS = 30_000; // the time that is left moves on though nothing changes

const connection = find("#connection", HTMLElement);
const tasks = findAny('[data-part="tasks"]', HTMLElement);

async function refresh() {
  if (!tasks) return;
  const parts = await fragment(`${location.pathname}${location.search}`).catch(() => null);
  if (!parts) return; // the line above the list says that nobody answers
  const fresh = findAny('[data-part="tasks"]', HTMLElement, parts);
  if (!fresh) return;
  tasks.replaceChildren(...fresh.childNodes);
  find(".tabs", HTMLElement).replaceChildren(...find(".tabs", HTMLElement, parts).childNodes);
}

const report = findAny("[data-report]", HTMLElement)?.dataset.report;
listen(report ? { topic: "reports", report } : { topic: "reports" }, {
  changed: (topics) => { if (topics.includes("reports")) void refresh(); },
  connected: () => { connection.hidden = true; void refresh(); },
  lost: () => { connection.hidden = false; },
});
setInterval(refresh, REFRESH_MS);

// Without scripts the link opens the clip by itself; here it plays where the picture was.
const clipLink = findAny("[data-clip]", HTMLAnchorElement);
clipLink?.addEventListener("click", (event) => {
  const picture = clipLink.parentElement?.querySelector("img");
  if (!picture) return;
  event.preventDefault();
  const video = Object.assign(document.createElement("video"), {
    src: clipLink.href, poster: picture.src, controls: true, muted: true, loop: true, playsInline: true, autoplay: true,
  });
  video.setAttribute("aria-label", picture.alt);
  picture.replaceWith(video);
  clipLink.remove();
});

const form = findAny("#result", HTMLFormElement);
if (form) watchResult(form);

/** @param {HTMLFormElement} form */
function watchResult(form) {
  const photo = find('[name="photos"]', HTMLInputElement, form);
  const text = find('[name="text"]', HTMLTextAreaElement, form);
  const send = find("#send", HTMLButtonElement);
  const missing = find("#missing", HTMLElement);
  const picture = find(".take img", HTMLImageElement, form);
  let sending = false;
  let broken = false; // the browser could not show it: nobody else will

  /** Which of the form's texts says what is missing; "ready" where nothing is. */
  function state() {
    const file = photo.files?.[0];
    const tooLarge = file !== undefined && file.size > Number(form.dataset.maxBytes);
    const hasText = text.value.trim() !== "";
    if (!navigator.onLine) return "offline";
    if (tooLarge) return "tooLarge";
    if (broken) return "notPicture";
    if (file) return hasText ? "ready" : "missingText";
    return hasText ? "missingPhoto" : "missingBoth";
  }

  function check() {
    const now = state();
    missing.textContent = form.dataset[now] ?? "";
    send.disabled = now !== "ready" || sending;
  }

  /** @param {boolean} shown */
  function showPicture(shown) {
    picture.hidden = !shown;
    find("[data-take]", HTMLElement, form).hidden = shown;
    find("[data-retake]", HTMLElement, form).hidden = !shown;
  }

  picture.addEventListener("error", () => {
    broken = true;
    showPicture(false);
    check();
  });
  photo.addEventListener("change", () => {
    const file = photo.files?.[0];
    broken = false;
    form.querySelector("[role=alert]")?.remove(); // it was about the last photo
    URL.revokeObjectURL(picture.src);
    if (file) picture.src = URL.createObjectURL(file);
    showPicture(file !== undefined);
    check();
  });
  text.addEventListener("input", check);
  for (const change of ["online", "offline"]) addEventListener(change, check);
  for (const button of findAll("[data-phrase]", HTMLButtonElement, form)) {
    button.addEventListener("click", () => {
      const before = text.value.trim();
      const phrase = `${button.dataset.phrase}.`;
      text.value = before ? `${before.replace(/[.;]?$/, ".")} ${phrase}` : phrase;
      check();
    });
  }
  form.addEventListener("submit", () => {
    sending = true; // once is enough, however often it is tapped
    send.textContent = form.dataset.sending ?? "";
    check();
  });
  if (photo.files?.length) photo.dispatchEvent(new Event("change")); // taken before this script was there
  else check();
}
