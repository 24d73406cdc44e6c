"""What a detector saw in one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.perception.classes import I32, NO_CLASSES, ClassTable
from ingest.frame import Picture
from models.registry import Role

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detections:
    xyxy_px: F32  # (n, 4) x1, y1, x2, y2 in pixels of the picture as captured
    score: F32  # (n,) 0..1
    class_index: I32  # (n,) into `classes`
    classes: ClassTable

    def __post_init__(self) -> None:
        n = len(self.xyxy_px)
        if self.xyxy_px.shape != (n, 4) or self.score.shape != (n,) or self.class_index.shape != (n,):
            raise ValueError(
                f"detections disagree: xyxy_px {self.xyxy_px.shape}, score {self.score.shape}, "
                f"class_index {self.class_index.shape}; expected (n, 4), (n,), (n,)"
            )

    def __len__(self) -> int:
        return len(self.xyxy_px)

    @classmethod
    def none(cls) -> Detections:
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32), NO_CLASSES)

    def where(self, keep: NDArray[np.bool_]) -> Detections:
        """The rows for which `keep`, (n,) bool, is true."""
        return replace(
            self, xyxy_px=self.xyxy_px[keep], score=self.score[keep], class_index=self.class_index[keep]
        )

    def in_roles(self, roles: frozenset[Role]) -> NDArray[np.bool_]:
        """(n,) whether each row has one of these roles."""
        return self.classes.in_roles(self.class_index, roles)

    def shifted(self, right_px: float, down_px: float) -> Detections:
        """The same, each box moved by so much."""
        by = np.array([right_px, down_px, right_px, down_px], np.float32)
        return replace(self, xyxy_px=self.xyxy_px + by)


class Detector(Protocol):
    """A batch of pictures in, their detections out, in the same order."""

    def detect(self, pictures: list[Picture]) -> list[Detections]: ...

    def close(self) -> None: ...
