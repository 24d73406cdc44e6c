"""When a consumer stops rather than put one message after the other aside. Pure.

A few unreadable messages are somebody's mistake; many mean that this consumer is wrong, or a worker is, and
going on would empty the topic into the dead letters.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterLimit:
    """More than `n_max` dead letters in the window, which are more than `share_max` of its messages."""

    n_max: int = 20
    share_max: float = 0.1  # 0..1
    window: timedelta = timedelta(minutes=10)


class TooManyDeadLetters(Exception):
    """The limit is passed: a person must look before the consumer goes on."""

    def __init__(self, limit: DeadLetterLimit, n_dead: int, n_read: int, last_reason: str) -> None:
        minutes = limit.window.total_seconds() / 60
        super().__init__(
            f"stopped: {n_dead} of the last {n_read} messages, read within {minutes:g} minutes, were"
            f" unreadable and went to the dead letters (limit: {limit.n_max}, and"
            f" {limit.share_max:.0%} of the messages). The last: {last_reason}. Look at them with"
            " `mastwatch bus dead list`, correct the cause, restart this consumer, then"
            " `mastwatch bus dead replay --all`"
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    at: datetime
    n_read: int
    n_dead: int


class DeadLetterWindow:
    """What one consumer has read lately."""

    def __init__(self, limit: DeadLetterLimit) -> None:
        self._limit = limit
        self._batches: deque[_Batch] = deque()

    def add(self, at: datetime, *, n_read: int, reasons: list[str]) -> None:
        """Count a batch: how many messages it had, and why each of its dead letters is one.

        Raises:
            TooManyDeadLetters
        """
        self._batches.append(_Batch(at, n_read, len(reasons)))
        while self._batches[0].at < at - self._limit.window:
            self._batches.popleft()
        n_dead = sum(batch.n_dead for batch in self._batches)
        n_all = sum(batch.n_read for batch in self._batches)
        if reasons and n_dead > self._limit.n_max and n_dead > self._limit.share_max * n_all:
            raise TooManyDeadLetters(self._limit, n_dead, n_all, reasons[-1])
