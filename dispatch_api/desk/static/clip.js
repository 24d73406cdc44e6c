// The evidence of one candidate: the clip around the moment, what is drawn over it, the three views, the time line.

const LABEL_PX = 15;
const EDGE_S = 0.08; // stop this long before the end of the loop: a frame later the browser would say "ended"

export class Evidence {
  constructor(stage) {
    this.stage = stage;
    this.screen = stage.querySelector(".screen");
    this.video = stage.querySelector("video");
    this.overlay = stage.querySelector("[data-path]");
    this.path = this.overlay ? JSON.parse(this.overlay.dataset.path) : [];
    this.times = stage.querySelector("[data-times]");
    this.playhead = stage.querySelector("[data-playhead]");
    this.#listen();
    new ResizeObserver(() => this.#fitLabels()).observe(this.screen);
    if (this.video) this.#loop();
  }

  #listen() {
    this.screen.addEventListener("click", (event) => {
      const view = event.target.closest("[data-show]");
      if (view) this.show(view.dataset.show);
      if (event.target.closest("[data-layer-switch]")) this.switchLayer();
      if (event.target === this.video) this.pauseOrPlay();
    });
    this.times?.addEventListener("click", (event) => this.#seek(event));
  }

  show(view) {
    const button = this.screen.querySelector(`[data-show="${view}"]`);
    if (!button) return;
    for (const other of this.screen.querySelectorAll("[data-show]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    for (const part of this.screen.querySelectorAll("[data-shows]")) part.hidden = part.dataset.shows !== view;
    this.#fitLabels();
  }

  switchLayer() {
    const on = this.screen.dataset.layer === "off";
    this.screen.dataset.layer = on ? "on" : "off";
    this.screen.querySelector("[data-layer-switch]").setAttribute("aria-pressed", String(on));
  }

  pauseOrPlay() {
    if (!this.video) return;
    if (this.video.paused) this.play();
    else this.video.pause();
    this.stage.querySelector("[data-paused]").hidden = !this.video.paused;
  }

  play() {
    // A browser that forbids even muted playing shows the poster; the keys still work.
    this.video?.play().catch(() => {});
  }

  stop() {
    this.video?.pause();
  }

  #loop() {
    const [start, end] = JSON.parse(this.video.dataset.loop);
    this.loop = { start, end };
    this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = start; }, { once: true });
    if (this.video.readyState >= 1) this.video.currentTime = start;
    this.video.addEventListener("error", () => this.#failed());
    if (this.video.error) this.#failed();
    const step = () => {
      if (!this.video.isConnected) return;
      const now = this.video.currentTime;
      if (now >= this.loop.end - EDGE_S || this.video.ended) {
        this.video.currentTime = this.loop.start;
        if (this.video.ended) this.play();
      }
      this.#draw(now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #failed() {
    this.stage.querySelector("[data-clip-failed]").hidden = false;
  }

  #draw(now) {
    const box = boxAt(this.path, now);
    if (box) this.#place(box);
    // Outside the time in which it was followed, the box is where it was seen first or last: said by fading it.
    this.overlay.classList.toggle("old", box !== null && !followedAt(this.path, now));
    if (this.playhead) {
      const share = (this.#clipStartS() + now) / Number(this.times.dataset.length);
      for (const end of ["x1", "x2"]) this.playhead.setAttribute(end, `${(share * 100).toFixed(2)}%`);
      this.playhead.setAttribute("visibility", "visible");
    }
  }

  #place([x, y, width, height]) {
    const box = this.overlay.querySelector(".box");
    for (const [name, value] of Object.entries({ x, y, width, height })) box.setAttribute(name, value);
    placeLabel(this.overlay.querySelector(".tag-on-box"), x, y, height);
  }

  /** Seconds of the time line at which the clip begins. */
  #clipStartS() {
    return (new Date(this.video.dataset.started) - new Date(this.times.dataset.start)) / 1000;
  }

  #seek(event) {
    const line = this.times.getBoundingClientRect();
    const at = ((event.clientX - line.left) / line.width) * Number(this.times.dataset.length) - this.#clipStartS();
    if (at < 0 || at > this.video.duration) return;
    this.show("clip");
    // Outside the loop the officer wants to see that part: the whole clip is repeated from now on.
    if (at < this.loop.start || at > this.loop.end) this.loop = { start: 0, end: this.video.duration };
    this.video.currentTime = at;
    this.play();
  }

  /** Labels of one size on the screen, whatever the picture's; in a view that is shown later, when it is shown. */
  #fitLabels() {
    for (const overlay of this.screen.querySelectorAll(".overlay")) {
      const shown = overlay.getBoundingClientRect();
      if (shown.width === 0 || !overlay.querySelector(".tag-on-box")) continue;
      const picture = overlay.viewBox.baseVal;
      fitLabel(overlay, LABEL_PX * Math.max(picture.width / shown.width, picture.height / shown.height));
    }
  }
}

function fitLabel(overlay, size) {
  overlay.setAttribute("font-size", size);
  const [label, box] = [overlay.querySelector(".tag-on-box"), overlay.querySelector(".box")];
  const [ground, text] = label.children;
  text.setAttribute("x", size / 2);
  text.setAttribute("y", size * 1.15);
  ground.setAttribute("height", size * 1.6);
  ground.setAttribute("width", text.getBBox().width + size);
  placeLabel(label, ...["x", "y", "height"].map((name) => Number(box.getAttribute(name))));
}

/** On top of the box, where there is no room under it: inside the picture, and off the thing. */
function placeLabel(label, x, y, boxHeight) {
  const picture = label.ownerSVGElement.viewBox.baseVal;
  const [width, height] = ["width", "height"].map((name) => Number(label.firstElementChild.getAttribute(name)));
  const under = y < height && y + boxHeight + height <= picture.height;
  const top = under ? y + boxHeight : Math.max(y - height, 0);
  label.setAttribute("transform", `translate(${Math.max(Math.min(x, picture.width - width), 0)} ${top})`);
}

/** Where the thing was at `now` seconds of the clip: between two seen places on the straight line. */
export function boxAt(path, now) {
  if (path.length === 0) return null;
  const next = path.findIndex((seen) => seen[0] > now);
  if (next === 0) return path[0].slice(1);
  if (next === -1) return path.at(-1).slice(1);
  const [before, after] = [path[next - 1], path[next]];
  const share = (now - before[0]) / (after[0] - before[0]);
  return before.slice(1).map((value, i) => value + (after[i + 1] - value) * share);
}

/** Half a second of grace: the last place is still true then. */
export function followedAt(path, now) {
  return now > path[0][0] - 0.5 && now < path.at(-1)[0] + 0.5;
}
