"""Keeps one camera going: connects, and after every failure waits, longer each time, and connects again."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ingest.errors import StreamError, Unauthorized
from ingest.frame import Frame, FrameSource

log = logging.getLogger(__name__)


class StreamStatus(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    WAITING = "waiting"  # failed; will be tried again
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How a camera is doing, as of one moment."""

    status: StreamStatus
    since: datetime
    reason: StreamError | None = None  # the last failure; None once pictures come again
    retry_at: datetime | None = None  # only while waiting
    n_failures: int = 0  # since the start of this process


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long to wait before the next attempt."""

    first_s: float = 1.0
    most_s: float = 60.0
    steady_s: float = 30.0  # a connection that gave pictures and lasted so long was good: `first_s` is next

    def wait_s(self, n_in_a_row: int, reason: StreamError, jitter: float) -> float:
        """Doubled with every failure in a row, and spread: cameras of one switch must not return at once.

        Args:
            n_in_a_row: failures without a steady connection between them, this one included.
            jitter: 0..1; the wait lies between half of what is due and all of it.
        """
        # Guessing on with a wrong password locks many cameras: nothing gets better by hurrying.
        due_s = (
            self.most_s if isinstance(reason, Unauthorized) else self.first_s * 2.0 ** min(n_in_a_row - 1, 30)
        )
        return min(due_s, self.most_s) * (0.5 + 0.5 * jitter)


class Supervisor:
    """Runs a source for as long as it is wanted. One a camera, in its own thread: none waits for another.

    Args:
        stop: set to end it; it ends at the next frame. Close the source too, for one that gives none.
    """

    def __init__(
        self,
        source: FrameSource,
        stop: threading.Event,
        waits: Waits | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._stop = stop
        self._waits = waits or Waits()
        self._jitter = jitter
        self._n_in_a_row = 0
        self.state = StreamState(status=StreamStatus.CONNECTING, since=datetime.now(UTC))

    def frames(self) -> Iterator[Frame]:
        """The camera's frames over all its connections. Never raises a StreamError: see `state`."""
        while not self._stop.is_set():
            began_s = time.monotonic()
            try:
                yield from self._connection()
            except StreamError as error:
                lasted = time.monotonic() - began_s >= self._waits.steady_s
                steady = lasted and self.state.status is StreamStatus.LIVE
                self._n_in_a_row = 1 if steady else self._n_in_a_row + 1
                self._wait(error)
            else:
                break  # closed, or a file that is over: there is nothing to come back to
        self._become(StreamStatus.STOPPED, reason=self.state.reason)

    def _connection(self) -> Iterator[Frame]:
        self._become(StreamStatus.CONNECTING, reason=self.state.reason)
        for frame in self._source.frames():
            if self.state.status is not StreamStatus.LIVE:
                log.info("camera %s is live", frame.camera_id)
                self._become(StreamStatus.LIVE)
            yield frame
            if self._stop.is_set():
                return

    def _wait(self, reason: StreamError) -> None:
        wait_s = self._waits.wait_s(self._n_in_a_row, reason, self._jitter())
        log.warning("%s; trying again in %.1f s", reason, wait_s)
        retry_at = datetime.now(UTC) + timedelta(seconds=wait_s)
        self._become(StreamStatus.WAITING, reason=reason, retry_at=retry_at, n_new_failures=1)
        self._stop.wait(wait_s)

    def _become(
        self,
        status: StreamStatus,
        reason: StreamError | None = None,
        retry_at: datetime | None = None,
        n_new_failures: int = 0,
    ) -> None:
        # One assignment of a frozen value: readers in other threads see the old state or the new.
        self.state = StreamState(
            status=status,
            since=datetime.now(UTC),
            reason=reason,
            retry_at=retry_at,
            n_failures=self.state.n_failures + n_new_failures,
        )
