"""What a process without pages tells whoever supervises it: alive, ready or why not, and its metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app


class Readiness:
    """Whether a process does its work now. Written by the process, read by the thread of its status pages."""

    def __init__(self) -> None:
        self._problem: str | None = "starting"

    @property
    def problem(self) -> str | None:
        """None: it is ready."""
        return self._problem

    def set(self, problem: str | None) -> None:
        self._problem = problem


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """A line a request, every few seconds, would bury the log."""

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def status_pages(port: int | None, registry: CollectorRegistry, readiness: Readiness) -> Iterator[int | None]:
    """/healthz, /readyz and /metrics on this machine while the block runs; nothing where `port` is None.

    Yields:
        The port: the one asked for, or a free one for 0.
    Raises:
        OSError: the port is in use.
    """
    if port is None:
        yield None
        return
    with make_server("127.0.0.1", port, _app(registry, readiness), _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, name="status", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _app(
    registry: CollectorRegistry, readiness: Readiness
) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    metrics = make_wsgi_app(registry)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/healthz":
                status, text = "200 OK", "alive"
            case "/readyz":
                problem = readiness.problem
                status, text = ("503 Service Unavailable", problem) if problem else ("200 OK", "ready")
            case "/metrics":
                body: Iterable[bytes] = metrics(environ, start_response)
                return body
            case _:
                status, text = "404 Not Found", "only /healthz, /readyz and /metrics are here"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{text}\n".encode()]

    return app
