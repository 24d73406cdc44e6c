"""What a YOLO11 network puts out, as detections: the same for every engine that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from detectors.perception.classes import ClassTable
from detectors.perception.detections import F32, Detections
from detectors.runtimes.errors import DetectorFailed
from detectors.runtimes.letterbox import Letterbox
from models.registry import MOTOR_CARS, TWO_WHEELERS, ModelClass, Role, Weights

N_BOX_ROWS = 4  # centre and size, before one score per class
# A van is often a car and a truck at once: classes of one group suppress each other; a rider and the
# motorcycle under it do not.
SUPPRESSION_GROUPS = ({Role.PERSON}, TWO_WHEELERS, MOTOR_CARS, {Role.OBJECT})


class YoloHead:
    """Reads the output of one network.

    Args:
        classes: those that are read.
        score_min: boxes below are dropped.
        overlap_max: two boxes of one group that overlap more (intersection over union) are one thing.
    """

    def __init__(self, classes: Sequence[ModelClass], *, score_min: float, overlap_max: float) -> None:
        self._classes = ClassTable(classes)
        self._group = np.array([_group_of(each.role) for each in classes], np.int32)
        self._score_min = score_min
        self._overlap_max = overlap_max
        # The rows of the output that are read: centre, size, and one score for each class.
        self.rows = np.array([*range(N_BOX_ROWS), *(N_BOX_ROWS + each.number for each in classes)], np.intp)

    def detections(self, rows: F32, letterbox: Letterbox) -> Detections:
        """
        Args:
            rows: (4 + n_classes, n_anchors), `self.rows` of the output for one picture.
            letterbox: how that picture lay in the network's input.
        """
        xyxy_px, score, column = _boxes(rows, self._score_min)
        if not len(score):
            return Detections.none()
        # Width and height are what OpenCV wants; groups keep unlike things from suppressing each other.
        xywh = np.concatenate([xyxy_px[:, :2], xyxy_px[:, 2:] - xyxy_px[:, :2]], axis=1)
        keep = np.asarray(
            cv2.dnn.NMSBoxesBatched(
                xywh.tolist(),
                score.tolist(),
                self._group[column].tolist(),
                self._score_min,
                self._overlap_max,
            ),
            np.intp,
        )
        class_index = column[keep].astype(np.int32)
        return Detections(letterbox.to_picture(xyxy_px[keep]), score[keep], class_index, self._classes)


def _group_of(role: Role) -> int:
    return next(n for n, group in enumerate(SUPPRESSION_GROUPS) if role in group)


def check_classes(weights: Weights, found: Sequence[str] | None, n_outputs: int) -> None:
    """Compare the class table of the registry with what the network itself says.

    Args:
        found: its own class names, by number; None where the file does not name them.
        n_outputs: how many classes it puts out.
    Raises:
        DetectorFailed: they differ; names the model and the class.
    """
    if n_outputs != len(weights.names):
        raise DetectorFailed(
            f"model {weights.name}: the network has {n_outputs} classes, "
            f"its class table in models/registry.toml {len(weights.names)}"
        )
    for number, (own, listed) in enumerate(zip(found or weights.names, weights.names, strict=True)):
        if own != listed:
            raise DetectorFailed(
                f"model {weights.name}: class {number} is {own!r} in the network "
                f"and {listed!r} in models/registry.toml"
            )


def _boxes(rows: F32, score_min: float) -> tuple[F32, F32, np.ndarray[Any, np.dtype[np.intp]]]:
    """Boxes that reach `score_min`.

    Returns:
        xyxy_px (m, 4) in pixels of the input; score (m,); column (m,) into the classes that are read.
    """
    by_class = rows[N_BOX_ROWS:]
    best = by_class.max(axis=0)
    at = np.flatnonzero(best >= score_min)
    centre, half = rows[:2, at].T, rows[2:N_BOX_ROWS, at].T / 2
    return np.concatenate([centre - half, centre + half], axis=1), best[at], by_class[:, at].argmax(axis=0)
