// Word from the server that something changed. A connection that is silent for too long counts as lost:
// a cut cable says nothing, so waiting for an error would leave an old queue on the screen.

const SILENT_MS = 25_000; // the server says something every ten seconds

export function listen({ changed, connected, lost }) {
  let source = null;
  let watchdog = 0;

  function heard() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => reconnect(), SILENT_MS);
  }

  function reconnect() {
    lost();
    open();
  }

  function open() {
    source?.close();
    source = new EventSource("/api/v1/changes");
    source.addEventListener("hello", () => {
      heard();
      connected();
    });
    source.addEventListener("alive", heard);
    source.addEventListener("changed", (event) => {
      heard();
      changed(JSON.parse(event.data).topics);
    });
    source.onerror = () => {
      lost();
      // The browser tries again by itself unless the server answered with an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
    };
    heard();
  }

  addEventListener("offline", lost);
  addEventListener("online", open);
  open();
}
