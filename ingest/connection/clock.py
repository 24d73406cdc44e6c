"""A stream's own clock mapped to ours."""

from __future__ import annotations

from datetime import datetime, timedelta

# Nothing on the way delivers early: the packet that came soonest for its time tells the offset best. Going
# towards it fast and away from it slowly follows the least delayed packets, and a camera's crystal as well
# (those are off by less than 100 parts in a million).
FASTER, SLOWER = 0.05, 0.0005
JUMP_S = 10.0
JUMP = timedelta(seconds=JUMP_S)
BACK_S = 1.0  # so far timestamps run back where pictures are sent out of order; further, the clock was set
LEAST_STEP = timedelta(milliseconds=1)


class StreamClock:
    """UTC times for the timestamps of one camera. They never run back: not when the offset is learnt better,
    not when the camera sets its clock, and not over a reconnect."""

    def __init__(self) -> None:
        self._observed_s = 0.0  # the timestamp of the packet that came last
        self._observed_at: datetime | None = None  # our time for it; None: no packet of this connection yet
        self._latest_at: datetime | None = None

    def reconnected(self, at: datetime) -> datetime:
        """The next packet belongs to a new connection: its timestamps begin anywhere.

        Returns:
            The time from which arrivals over this connection are to be counted: `at`, or the last frame's
            where our own clock was set back since. Else time would stand still until that is made up for.
        """
        self._observed_at = None
        return at if self._latest_at is None else max(at, self._latest_at)

    def observe(self, stream_s: float, arrived_at: datetime) -> None:
        """Learn from a packet with this timestamp that has arrived now. To be called in order of arrival."""
        step_s = stream_s - self._observed_s
        goes_on = self._observed_at is not None and -BACK_S <= step_s <= JUMP_S
        late = arrived_at - self.time_of(stream_s) if goes_on else timedelta.max
        if abs(late) <= JUMP:
            at = self.time_of(stream_s) + _correction(late, step_s)
        else:
            at = max(arrived_at, self._latest_at + LEAST_STEP) if self._latest_at else arrived_at
        self._observed_s, self._observed_at = stream_s, at

    def time_of(self, stream_s: float) -> datetime:
        """When the stream's second `stream_s` was, in UTC.

        Raises:
            ValueError: no packet of this connection has been observed.
        """
        if self._observed_at is None:
            raise ValueError("a stream's time is known from its first packet on; observe it first")
        step_s = stream_s - self._observed_s
        # Beyond a jump is a picture that the decoder still had from before it.
        return self._observed_at + timedelta(seconds=step_s if abs(step_s) <= JUMP_S else 0.0)

    def frame_time(self, at: datetime) -> datetime:
        """The time of the next frame: `at`, or just after the frame before where that is later."""
        if self._latest_at is not None:
            at = max(at, self._latest_at + LEAST_STEP)
        self._latest_at = at
        return at


def _correction(late: timedelta, step_s: float) -> timedelta:
    step = timedelta(seconds=max(step_s, 0.0))
    return max(-FASTER * step, min(late, SLOWER * step))
