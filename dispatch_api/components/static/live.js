// @ts-check
// Live changes by server-sent events. A connection that is silent for too long counts as lost: a cut cable
// reports nothing, and waiting for an error would leave an old queue on the screen.

const SILENT_MS = 25_000; // the server sends something every ten seconds
const RETRY_MS = 3000;

/**
 * @typedef {object} Listener
 * @property {(topics: string[]) => void} changed
 * @property {() => void} connected
 * @property {() => void} lost
 */

/**
 * @param {Record<string, string>} interest what the page shows, as /api/v1/changes takes it
 * @param {Listener} listener
 */
export function listen(interest, { changed, connected, lost }) {
  const address = `/api/v1/changes?${new URLSearchParams(interest).toString()}`;
  /** @type {EventSource | null} */
  let source = null;
  let watchdog = 0;

  function restartWatchdog() {
    clearTimeout(watchdog);
    watchdog = setTimeout(reconnect, SILENT_MS);
  }

  function reconnect() {
    lost();
    open();
  }

  function open() {
    source?.close();
    const opened = new EventSource(address);
    source = opened;
    opened.addEventListener("hello", () => {
      restartWatchdog();
      connected();
    });
    opened.addEventListener("alive", restartWatchdog);
    opened.addEventListener("changed", (event) => {
      restartWatchdog();
      changed(JSON.parse(event.data).topics);
    });
    opened.onerror = () => {
      lost();
      // The browser tries again by itself unless the server answered with an error.
      if (opened.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS);
    };
    restartWatchdog();
  }

  addEventListener("offline", lost);
  addEventListener("online", open);
  open();
}
