// One list to choose from: by its figure, or by arrows and Enter. Escape leaves everything as it was.

/** Resolves to the chosen value, or to null. */
export function choose(name, current = null) {
  const dialog = document.getElementById(`choose-${name}`);
  const buttons = [...dialog.querySelectorAll("ol button")];
  for (const button of buttons) button.setAttribute("aria-current", String(button.value === current));
  return new Promise((resolve) => {
    const leave = new AbortController();
    const done = (value) => {
      leave.abort();
      document.activeElement.blur(); // or the next Enter would still go to the list
      dialog.close();
      resolve(value);
    };
    dialog.addEventListener("close", () => done(null), { signal: leave.signal });
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("ol button");
      if (button) done(button.value);
      else if (event.target === dialog) done(null); // beside the list
    }, { signal: leave.signal });
    dialog.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(document.activeElement);
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const byFigure = buttons.find((button) => button.querySelector("kbd").textContent === event.key);
      if (move) buttons.at((at + move) % buttons.length).focus();
      else if (byFigure && !event.repeat) done(byFigure.value);
      else return;
      event.preventDefault();
      event.stopPropagation(); // the same figure chooses a view once the list is closed
    }, { signal: leave.signal });
    dialog.showModal();
    (buttons.find((button) => button.value === current) ?? buttons[0]).focus();
  });
}
