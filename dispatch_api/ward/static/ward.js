// The ward's pages work without scripts; with them, tasks arrive by themselves and a photo is seen before it is sent.

import { fragment } from "../components/api.js";
import { listen } from "../components/live.js";

const line = document.getElementById("line");
const tasks = document.querySelector('[data-part="tasks"]');

async function refresh() {
  if (!tasks) return;
  const parts = await fragment(`${location.pathname}${location.search}`).catch(() => null);
  const fresh = parts?.querySelector('[data-part="tasks"]');
  if (!fresh) return; // the line above the list says that nobody answers
  tasks.replaceChildren(...fresh.childNodes);
  document.querySelector(".tabs").replaceChildren(...parts.querySelector(".tabs").childNodes);
}

listen({
  changed: (topics) => { if (topics.includes("reports")) refresh(); },
  connected: () => { line.hidden = true; refresh(); },
  lost: () => { line.hidden = false; },
});
setInterval(refresh, 30_000); // the time that is left moves on though nothing changes

// Without scripts the link opens the clip by itself; here it plays where the picture was.
document.querySelector("[data-clip]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const link = event.currentTarget;
  const picture = link.parentElement.querySelector("img");
  const video = Object.assign(document.createElement("video"), {
    src: link.href, poster: picture.src, controls: true, muted: true, loop: true, playsInline: true, autoplay: true,
  });
  video.setAttribute("aria-label", picture.alt);
  picture.replaceWith(video);
  link.remove();
});

const form = document.getElementById("result");
if (form) writeResult(form);

function writeResult(form) {
  const photo = form.elements.photos;
  const text = form.elements.text;
  const send = document.getElementById("send");
  const missing = document.getElementById("missing");
  const picture = form.querySelector(".take img");
  let sending = false;
  let broken = false; // the browser could not show it: nobody else will

  function check() {
    const [file] = photo.files;
    const tooLarge = file && file.size > Number(form.dataset.maxBytes);
    const hasPhoto = Boolean(file) && !tooLarge && !broken;
    const hasText = text.value.trim() !== "";
    const said = !navigator.onLine ? "offline" : tooLarge ? "tooLarge" : broken ? "notPicture" : hasPhoto && hasText ? "ready" : hasText ? "missingPhoto" : hasPhoto ? "missingText" : "missingBoth";
    missing.textContent = form.dataset[said];
    send.disabled = said !== "ready" || sending;
  }

  function showPicture(shown) {
    picture.hidden = !shown;
    form.querySelector("[data-take]").hidden = shown;
    form.querySelector("[data-retake]").hidden = !shown;
  }

  picture.addEventListener("error", () => {
    broken = true;
    showPicture(false);
    check();
  });
  photo.addEventListener("change", () => {
    const [file] = photo.files;
    broken = false;
    form.querySelector("[role=alert]")?.remove(); // it was about the last photo
    URL.revokeObjectURL(picture.src);
    if (file) picture.src = URL.createObjectURL(file);
    showPicture(Boolean(file));
    check();
  });
  text.addEventListener("input", check);
  for (const change of ["online", "offline"]) addEventListener(change, check);
  for (const button of form.querySelectorAll("[data-phrase]")) {
    button.addEventListener("click", () => {
      const before = text.value.trim();
      text.value = before ? `${before.replace(/[.;]?$/, ".")} ${button.dataset.phrase}.` : `${button.dataset.phrase}.`;
      check();
    });
  }
  form.addEventListener("submit", () => {
    sending = true; // once is enough, however often it is tapped
    send.textContent = form.dataset.sending;
    check();
  });
  if (photo.files.length) photo.dispatchEvent(new Event("change")); // taken before this script was there
  else check();
}
