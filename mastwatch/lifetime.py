"""How a command that runs until a signal starts and stops."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from mastwatch.stack.errors import PortInUse
from mastwatch.stack.process import listens

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def begin(metrics_port: int | None) -> Event:
    """Start logging. The event is set by Ctrl-C, SIGTERM or SIGHUP.

    Raises:
        PortInUse: something listens on the port that the metrics are to have.
    """
    if metrics_port is not None and listens(metrics_port):
        raise PortInUse(f"127.0.0.1:{metrics_port}", "set another one in MASTWATCH_METRICS_PORT")
    start_logging()
    stop = Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    return stop


def start_logging() -> None:
    """To stderr, where a service manager collects it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # At INFO it tells of every metadata request; what we need to know of Kafka our own files say.
    logging.getLogger("kafka").setLevel(logging.WARNING)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handling(interrupt):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP do nothing."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
