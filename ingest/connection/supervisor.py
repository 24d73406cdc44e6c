"""Keeps one camera connected: after every failure it waits, longer each time, and connects again."""

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
from ingest.waits import Waits

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
    reason: StreamError | None = None  # the last failure; None once frames come again
    retry_at: datetime | None = None  # only while waiting
    n_failures: int = 0  # since the start of this process


class Supervisor:
    """Runs a source until it is stopped. One for each camera, in its own thread: none waits for another.

    Args:
        stop: set to end it; it ends at the next frame. Close the source too, for one that delivers none.
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
        # Many cameras lock an account after a few attempts with a wrong password.
        hurry = not isinstance(reason, Unauthorized)
        wait_s = self._waits.wait_s(self._n_in_a_row, self._jitter(), hurry=hurry)
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
