"""What a detector saw in one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.frame import Picture

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]

# COCO class numbers (Lin et al., "Microsoft COCO", ECCV 2014), as YOLO11 and YOLOX number them.
PERSON = 0
BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = 1, 2, 3, 5, 7
VEHICLES = frozenset({BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK})
CLASS_NAMES = {
    PERSON: "person",
    BICYCLE: "bicycle",
    CAR: "car",
    MOTORCYCLE: "motorcycle",
    BUS: "bus",
    TRUCK: "truck",
}


@dataclass(frozen=True, slots=True)
class Detections:
    xyxy_px: F32  # (n, 4) x1, y1, x2, y2 in pixels of the picture as captured
    score: F32  # (n,) 0..1
    class_id: I32  # (n,) COCO numbers

    def __post_init__(self) -> None:
        n = len(self.xyxy_px)
        if self.xyxy_px.shape != (n, 4) or self.score.shape != (n,) or self.class_id.shape != (n,):
            raise ValueError(
                f"detections disagree: xyxy_px {self.xyxy_px.shape}, score {self.score.shape}, "
                f"class_id {self.class_id.shape}; wanted (n, 4), (n,), (n,)"
            )

    def __len__(self) -> int:
        return len(self.xyxy_px)

    @classmethod
    def none(cls) -> Detections:
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32))

    def where(self, keep: NDArray[np.bool_]) -> Detections:
        """The rows for which `keep`, (n,) bool, is true."""
        return Detections(self.xyxy_px[keep], self.score[keep], self.class_id[keep])

    def moved(self, right_px: float, down_px: float) -> Detections:
        """The same, each box moved by so much."""
        by = np.array([right_px, down_px, right_px, down_px], np.float32)
        return Detections(self.xyxy_px + by, self.score, self.class_id)


class Detector(Protocol):
    """A batch of pictures in, their detections out, in the same order."""

    def detect(self, pictures: list[Picture]) -> list[Detections]: ...

    def close(self) -> None: ...
