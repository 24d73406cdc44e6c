"""A stream's own clock mapped to ours."""

from __future__ import annotations

from datetime import datetime, timedelta

# Nothing on the way delivers early: the packet that came soonest for its time tells the offset best. Going
# towards it fast and away from it slowly follows the least delayed packets, and a camera's crystal as well
# (those are off by less than 100 parts in a million).
FASTER, SLOWER = 0.05, 0.0005
JUMP = timedelta(seconds=10)
LEAST_STEP = timedelta(milliseconds=1)


class StreamClock:
    """UTC times for the timestamps of one camera. They never run back: not when the offset is learnt better,
    not when the camera sets its clock, and not over a reconnect."""

    def __init__(self) -> None:
        self._zero_at: datetime | None = None  # our time at the stream's second 0
        self._observed_s = 0.0
        self._latest_at: datetime | None = None

    def reconnected(self, at: datetime) -> datetime:
        """The next packet belongs to a new connection: its timestamps begin anywhere.

        Returns:
            The time from which arrivals over this connection are to be counted: `at`, or the last frame's
            where our own clock was set back since. Else time would stand still until that is made up for.
        """
        self._zero_at = None
        return at if self._latest_at is None else max(at, self._latest_at)

    def observe(self, stream_s: float, arrived_at: datetime) -> None:
        """Learn from a packet with this timestamp that has arrived now. To be called in order of arrival."""
        expected_at = self.time_of(stream_s) if self._zero_at else None
        if expected_at is None or abs(arrived_at - expected_at) > JUMP:
            anchor_at = max(arrived_at, self._latest_at + LEAST_STEP) if self._latest_at else arrived_at
            self._zero_at = anchor_at - timedelta(seconds=stream_s)
        else:
            self._follow(arrived_at - expected_at, stream_s - self._observed_s)
        self._observed_s = stream_s

    def time_of(self, stream_s: float) -> datetime:
        """When the stream's second `stream_s` was, in UTC.

        Raises:
            ValueError: no packet of this connection has been observed.
        """
        if self._zero_at is None:
            raise ValueError("a stream's time is known from its first packet on; observe it first")
        return self._zero_at + timedelta(seconds=stream_s)

    def frame_time(self, stream_s: float) -> datetime:
        """`time_of`, and later than any frame's before it."""
        at = self.time_of(stream_s)
        if self._latest_at is not None:
            at = max(at, self._latest_at + LEAST_STEP)
        self._latest_at = at
        return at

    def _follow(self, late: timedelta, step_s: float) -> None:
        step = timedelta(seconds=max(step_s, 0.0))
        self._zero_at = self.time_of(0) + max(-FASTER * step, min(late, SLOWER * step))
