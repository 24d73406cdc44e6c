"""What ingest hands on: one picture of one camera with its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]


class Picture(Protocol):
    """The pixels of a frame, converted only as far as somebody asks for them."""

    @property
    def width_px(self) -> int: ...

    @property
    def height_px(self) -> int: ...

    @property
    def bgr(self) -> Bgr:
        """(height, width, 3) uint8, converted at the first call and kept."""
        ...

    def resized(self, width_px: int, height_px: int) -> Bgr:
        """The whole picture at another size, (height_px, width_px, 3) uint8 BGR; not to be written into."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    camera_id: str
    sequence: int  # counts decoded frames of this source from 0; never reset by a reconnect
    captured_at: datetime  # UTC, from the stream's clock mapped to ours
    picture: Picture

    def __post_init__(self) -> None:
        if self.captured_at.tzinfo is None:
            raise ValueError(f"frame {self.sequence} of {self.camera_id}: captured_at has no time zone")


class FrameSource(Protocol):
    """Frames of one camera, oldest first. Iterating raises a `StreamError`; a file just ends."""

    def frames(self) -> Iterator[Frame]: ...

    def close(self) -> None: ...
