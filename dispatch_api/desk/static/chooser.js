// @ts-check
// A list to choose from by number, or by arrows and Enter. Escape changes nothing.

import { around, find, findAll } from "/static/components/dom.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * @param {string} name of the list
 * @param {string | null} [current] what is chosen now
 * @returns {Promise<string | null>} the chosen value; null where nothing was chosen
 */
export function choose(name, current = null) {
  const dialog = find(`#choose-${name}`, HTMLDialogElement);
  const buttons = findAll("ol button", HTMLButtonElement, dialog);
  for (const button of buttons) button.setAttribute("aria-current", String(button.value === current));
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    /** @param {string | null} value */
    const finish = (value) => {
      listening.abort();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // or Enter would still go to the list
      dialog.close();
      resolve(value);
    };
    dialog.addEventListener("close", () => finish(null), { signal });
    dialog.addEventListener("click", (event) => {
      const button = around(event, "ol button", HTMLButtonElement);
      if (button) finish(button.value);
      else if (event.target === dialog) finish(null); // beside the list
    }, { signal });
    dialog.addEventListener("keydown", (event) => {
      const focused = buttons.findIndex((button) => button === document.activeElement);
      const step = STEPS[event.key];
      const byNumber = buttons.find((button) => button.querySelector("kbd")?.textContent === event.key);
      if (step) buttons.at((focused + step) % buttons.length)?.focus();
      else if (byNumber && !event.repeat) finish(byNumber.value);
      else return;
      event.preventDefault();
      event.stopPropagation(); // the same number chooses a view once the list is closed
    }, { signal });
    dialog.showModal();
    (buttons.find((button) => button.value === current) ?? buttons[0])?.focus();
  });
}
