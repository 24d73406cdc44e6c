// Every element that says until when something holds shows the time that is left: 4:32.

const DAY = { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function timeOfDay(date) {
  return new Intl.DateTimeFormat("vi-VN", DAY).format(date);
}

function left(until) {
  const seconds = Math.max(0, Math.ceil((new Date(until) - Date.now()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Shows them now and every second; `over` is told of each that has just come to its end. */
export function countDown(over) {
  const show = () => {
    for (const element of document.querySelectorAll("[data-until]")) {
      element.textContent = left(element.dataset.until);
      if (new Date(element.dataset.until) <= Date.now()) over(element);
    }
    const clock = document.getElementById("clock");
    if (clock) clock.textContent = timeOfDay(new Date());
  };
  setInterval(show, 1000);
  return show;
}
