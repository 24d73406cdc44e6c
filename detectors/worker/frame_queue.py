"""What waits between two stages: frames of many cameras."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

# One frame being worked on and one waiting: more would only be older when their turn comes.
WAITING_PER_CAMERA = 2


class OfCamera(Protocol):
    @property
    def camera_id(self) -> str: ...


T = TypeVar("T", bound=OfCamera)


class FrameQueue(Generic[T]):
    """Bounded: where the stage behind is too slow, a camera's oldest waiting frame makes way for its newest
    and is counted. A busy camera takes nothing from a quiet one: the frame that has waited longest is next.

    Args:
        count_dropped: called with the camera's id for each frame that made way.
    """

    def __init__(self, count_dropped: Callable[[str], object], per_camera: int = WAITING_PER_CAMERA) -> None:
        self._count_dropped = count_dropped
        self._per_camera = per_camera
        self._waiting: deque[T] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, frame: T) -> None:
        """From any thread; never waits."""
        with self._changed:
            same_camera = [waiting for waiting in self._waiting if waiting.camera_id == frame.camera_id]
            if len(same_camera) >= self._per_camera:
                self._waiting.remove(same_camera[0])
                self._count_dropped(frame.camera_id)
            self._waiting.append(frame)
            self._changed.notify()

    def take(self, n_most: int, timeout_s: float) -> list[T]:
        """Up to `n_most` frames, those of one camera in their order; empty where none came in time."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while not self._waiting and (left_s := deadline_s - time.monotonic()) > 0:
                self._changed.wait(left_s)
            return [self._waiting.popleft() for _ in range(min(n_most, len(self._waiting)))]
