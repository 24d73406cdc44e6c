"""Which of the decoded pictures go on. Knows times only, so that it is the same for every decoder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# Frame times are rounded to the stream's clock: without this a 25 fps stream at 5 a second would now and
# then take the sixth picture instead of the fifth.
ROUNDING = timedelta(milliseconds=2)


@dataclass(frozen=True, slots=True)
class DecodePolicy:
    """Which frames go on. Those left out are decoded, since later ones build on them, but never converted."""

    per_second: float | None = None  # by frame time; None: every frame

    def __post_init__(self) -> None:
        if self.per_second is not None and self.per_second <= 0:
            raise ValueError(f"frames per second must be above 0, not {self.per_second}")


EVERY_FRAME = DecodePolicy()


class FrameRateLimiter:
    """Applies a policy to the frame times of one source."""

    def __init__(self, policy: DecodePolicy) -> None:
        self._step = timedelta(seconds=1 / policy.per_second) if policy.per_second else None
        self._due_at: datetime | None = None

    def takes(self, at: datetime) -> bool:
        """Whether the frame at this time goes on. Times must not run back."""
        if self._step is None:
            return True
        if self._due_at is None or at - self._due_at > self._step:
            self._due_at = at  # the first frame, or a gap: what was due in the gap is not made up for
        if at < self._due_at - ROUNDING:
            return False
        self._due_at += self._step
        return True
