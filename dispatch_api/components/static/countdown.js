// @ts-check
// Every element with `data-until` shows the time that is left: 4:32.

import { findAll, findAny } from "./dom.js";

/** @type {Intl.DateTimeFormatOptions} */
const TIME_OF_DAY = { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** @param {Date} date */
export function timeOfDay(date) {
  return new Intl.DateTimeFormat("vi-VN", TIME_OF_DAY).format(date);
}

/** @param {number} untilMs */
function remaining(untilMs) {
  const seconds = Math.max(0, Math.ceil((untilMs - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Shows them every second, and whenever the returned function is called.
 * @param {(element: HTMLElement) => void} expired called with each that has just come to its end
 */
export function startCountdowns(expired) {
  const show = () => {
    for (const element of findAll("[data-until]", HTMLElement)) {
      const untilMs = Date.parse(element.dataset.until ?? "");
      element.textContent = remaining(untilMs);
      if (untilMs <= Date.now()) expired(element);
    }
    const clock = findAny("#clock", HTMLElement);
    if (clock) clock.textContent = timeOfDay(new Date());
  };
  setInterval(show, 1000);
  return show;
}
