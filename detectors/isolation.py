"""Where one camera's failure ends: it is noted with its traceback, and no other camera notices it."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ingest.waits import Waits

T = TypeVar("T")


class Stage(StrEnum):
    STREAM = "stream"
    ANALYSIS = "analysis"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    stage: Stage
    error: str  # type and message
    traceback: str  # as Python prints it; "" where there is none, as of a process that died


def attempt(stage: Stage, action: Callable[[], T]) -> T | Failure:
    """What the action returns, or why it failed: the one boundary that no exception of a camera crosses."""
    try:
        return action()
    # Broad on purpose: an error that nobody foresaw in one camera's rule, event or evidence must not stop the
    # others. Whoever gets the failure counts it, logs its traceback and restarts the camera.
    except Exception as error:  # noqa: BLE001
        return Failure(
            stage=stage, error=f"{type(error).__name__}: {error}", traceback=traceback.format_exc()
        )


class Restarts:
    """When a part of a camera that failed may run again: later after each failure in a row. Safe to use from
    several threads."""

    def __init__(
        self,
        waits: Waits | None = None,
        *,
        jitter: Callable[[], float] = random.random,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._waits = waits or Waits()
        self._jitter = jitter
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._n_in_a_row = 0
        self._retry_s = float("-inf")

    def failed(self) -> float:
        """It failed now. Returns how many seconds to wait."""
        with self._lock:
            now_s = self._clock_s()
            was_steady = now_s - self._retry_s >= self._waits.steady_s
            self._n_in_a_row = 1 if was_steady else self._n_in_a_row + 1
            wait_s = self._waits.wait_s(self._n_in_a_row, self._jitter())
            self._retry_s = now_s + wait_s
            return wait_s

    @property
    def is_waiting(self) -> bool:
        with self._lock:
            return self._clock_s() < self._retry_s
