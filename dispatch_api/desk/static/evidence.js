// @ts-check
// The evidence of one candidate: the clip around the moment, what is drawn over it, the three views, the time line.

import { around, find, findAll, findAny } from "/static/components/dom.js";

const LABEL_PX = 15;
const EDGE_S = 0.08; // stop this long before the end of the loop: a frame later the browser would say "ended"

/** @typedef {[number, number, number, number]} Box x, y, width, height in pixels of the picture */
/** @typedef {[number, number, number, number, number]} SeenBox seconds of the clip, then the box */

export class Evidence {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    this.screen = find(".screen", HTMLElement, stage);
    this.video = findAny("video", HTMLVideoElement, stage);
    this.overlay = findAny("[data-path]", SVGSVGElement, stage);
    /** @type {SeenBox[]} */
    this.path = JSON.parse(this.overlay?.dataset.path ?? "[]");
    this.timeline = findAny("[data-times]", SVGElement, stage);
    this.playhead = findAny("[data-playhead]", SVGElement, stage);
    this.loop = { start: 0, end: 0 };
    this.#listen();
    new ResizeObserver(() => this.#fitLabels()).observe(this.screen);
    if (this.video) this.#startLoop(this.video);
  }

  #listen() {
    this.screen.addEventListener("click", (event) => {
      const view = around(event, "[data-show]", HTMLElement)?.dataset.show;
      if (view) this.show(view);
      if (around(event, "[data-layer-switch]", HTMLElement)) this.switchLayer();
      if (event.target === this.video) this.pauseOrPlay();
    });
    this.timeline?.addEventListener("click", (event) => this.#seek(event));
  }

  /** @param {string} view */
  show(view) {
    const buttons = findAll("[data-show]", HTMLElement, this.screen);
    if (!buttons.some((button) => button.dataset.show === view)) return;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === view));
    for (const part of findAll("[data-shows]", HTMLElement, this.screen)) part.hidden = part.dataset.shows !== view;
    this.#fitLabels();
  }

  switchLayer() {
    const on = this.screen.dataset.layer === "off";
    this.screen.dataset.layer = on ? "on" : "off";
    // Not there where the pictures are gone.
    findAny("[data-layer-switch]", HTMLElement, this.screen)?.setAttribute("aria-pressed", String(on));
  }

  pauseOrPlay() {
    if (!this.video) return;
    if (this.video.paused) this.play();
    else this.video.pause();
    find("[data-paused]", HTMLElement, this.stage).hidden = !this.video.paused;
  }

  play() {
    // A browser that forbids even muted playing shows the poster; the keys still work.
    this.video?.play().catch(() => {});
  }

  stop() {
    this.video?.pause();
  }

  /** @param {HTMLVideoElement} video */
  #startLoop(video) {
    const [start = 0, end = 0] = JSON.parse(video.dataset.loop ?? "[]");
    this.loop = { start, end };
    video.addEventListener("loadedmetadata", () => { video.currentTime = start; }, { once: true });
    if (video.readyState >= 1) video.currentTime = start;
    video.addEventListener("error", () => this.#showFailed());
    if (video.error) this.#showFailed();
    const step = () => {
      if (!video.isConnected) return;
      const now = video.currentTime;
      if (now >= this.loop.end - EDGE_S || video.ended) {
        video.currentTime = this.loop.start;
        if (video.ended) this.play();
      }
      this.#draw(video, now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #showFailed() {
    find("[data-clip-failed]", HTMLElement, this.stage).hidden = false;
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {number} now seconds of the clip
   */
  #draw(video, now) {
    const box = boxAt(this.path, now);
    if (box && this.overlay) placeBox(this.overlay, box);
    // Outside the time in which it was followed, the box is where it was seen first or last, and faded.
    this.overlay?.classList.toggle("old", box !== null && !isFollowedAt(this.path, now));
    if (this.playhead && this.timeline) {
      const share = (this.#clipStartS(video) + now) / Number(this.timeline.dataset.length);
      for (const end of ["x1", "x2"]) this.playhead.setAttribute(end, `${(share * 100).toFixed(2)}%`);
      this.playhead.setAttribute("visibility", "visible");
    }
  }

  /**
   * Seconds of the time line at which the clip begins.
   * @param {HTMLVideoElement} video
   */
  #clipStartS(video) {
    return (Date.parse(video.dataset.started ?? "") - Date.parse(this.timeline?.dataset.start ?? "")) / 1000;
  }

  /** @param {MouseEvent} event */
  #seek(event) {
    if (!this.timeline || !this.video) return;
    const line = this.timeline.getBoundingClientRect();
    const share = (event.clientX - line.left) / line.width;
    const at = share * Number(this.timeline.dataset.length) - this.#clipStartS(this.video);
    if (!(at >= 0 && at <= this.video.duration)) return;
    this.show("clip");
    // Outside the loop the officer wants to see that part: the whole clip is repeated from now on.
    if (at < this.loop.start || at > this.loop.end) this.loop = { start: 0, end: this.video.duration };
    this.video.currentTime = at;
    this.play();
  }

  /** Labels of one size on the screen, whatever the picture's; in a view that is shown later, when it is shown. */
  #fitLabels() {
    for (const overlay of findAll(".overlay", SVGSVGElement, this.screen)) {
      const shown = overlay.getBoundingClientRect();
      if (shown.width === 0 || !overlay.querySelector(".tag-on-box")) continue;
      const picture = overlay.viewBox.baseVal;
      fitLabel(overlay, LABEL_PX * Math.max(picture.width / shown.width, picture.height / shown.height));
    }
  }
}

/**
 * @param {SVGSVGElement} overlay
 * @param {Box} box
 */
function placeBox(overlay, [x, y, width, height]) {
  const rectangle = find(".box", SVGElement, overlay);
  for (const [name, value] of Object.entries({ x, y, width, height })) rectangle.setAttribute(name, String(value));
  placeLabel(find(".tag-on-box", SVGElement, overlay), x, y, height);
}

/**
 * @param {SVGSVGElement} overlay
 * @param {number} size font size in pixels of the picture
 */
function fitLabel(overlay, size) {
  overlay.setAttribute("font-size", String(size));
  const label = find(".tag-on-box", SVGElement, overlay);
  const [ground, text] = [find("rect", SVGRectElement, label), find("text", SVGTextElement, label)];
  text.setAttribute("x", String(size / 2));
  text.setAttribute("y", String(size * 1.15));
  ground.setAttribute("height", String(size * 1.6));
  ground.setAttribute("width", String(text.getBBox().width + size));
  const box = find(".box", SVGElement, overlay);
  placeLabel(label, numberOf(box, "x"), numberOf(box, "y"), numberOf(box, "height"));
}

/**
 * On top of the box, where there is no room under it: inside the picture, and off the thing.
 * @param {SVGElement} label
 * @param {number} x
 * @param {number} y
 * @param {number} boxHeight
 */
function placeLabel(label, x, y, boxHeight) {
  const picture = label.ownerSVGElement?.viewBox.baseVal;
  if (!picture) return;
  const ground = find("rect", SVGRectElement, label);
  const [width, height] = [numberOf(ground, "width"), numberOf(ground, "height")];
  const under = y < height && y + boxHeight + height <= picture.height;
  const top = under ? y + boxHeight : Math.max(y - height, 0);
  label.setAttribute("transform", `translate(${Math.max(Math.min(x, picture.width - width), 0)} ${top})`);
}

/**
 * @param {SVGElement} element
 * @param {string} name
 */
function numberOf(element, name) {
  return Number(element.getAttribute(name));
}

/**
 * Where the thing was at `now` seconds of the clip: between two seen places on the straight line.
 * @param {SeenBox[]} path oldest first
 * @param {number} now
 * @returns {Box | null}
 */
export function boxAt(path, now) {
  const after = path.find((seen) => seen[0] > now) ?? path.at(-1);
  const before = path.findLast((seen) => seen[0] <= now) ?? path[0];
  if (!before || !after) return null;
  const share = after[0] > before[0] ? (now - before[0]) / (after[0] - before[0]) : 0;
  /** @param {1 | 2 | 3 | 4} at */
  const between = (at) => before[at] + (after[at] - before[at]) * share;
  return [between(1), between(2), between(3), between(4)];
}

/**
 * Half a second of grace: the last place is still true then.
 * @param {SeenBox[]} path
 * @param {number} now
 */
export function isFollowedAt(path, now) {
  const [first, last] = [path[0], path.at(-1)];
  return first !== undefined && last !== undefined && now > first[0] - 0.5 && now < last[0] + 0.5;
}
