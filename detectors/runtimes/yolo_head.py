"""What a YOLO11 network puts out, as detections: the same for every engine that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from detectors.perception.detections import BICYCLE, BUS, CAR, F32, MOTORCYCLE, PERSON, TRUCK, Detections
from detectors.runtimes.letterbox import Letterbox

# The classes of interest; the order of the other 74 does not matter to us.
CLASSES = np.array([PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK], np.int32)
# A van is often a car and a truck at once: classes of one group suppress each other, a rider and the
# motorcycle under it do not.
GROUP_OF_CLASS = np.array([0, 1, 2, 1, 2, 2], np.int32)
N_BOX_ROWS = 4
# Of the 84 rows of the output, those that are of interest: centre, size, and one score per class.
ROWS = np.concatenate([np.arange(N_BOX_ROWS), N_BOX_ROWS + CLASSES])


@dataclass(frozen=True, slots=True, kw_only=True)
class YoloHead:
    score_min: float  # boxes below are dropped
    overlap_max: float  # two boxes of one group that overlap more (intersection over union) are one thing

    def detections(self, rows: F32, letterbox: Letterbox) -> Detections:
        """
        Args:
            rows: (10, n_anchors), the `ROWS` of the output for one picture.
            letterbox: how that picture lay in the network's input.
        """
        xyxy_px, score, column = _boxes(rows, self.score_min)
        if not len(score):
            return Detections.none()
        # Width and height are what OpenCV wants; groups keep unlike things from suppressing each other.
        xywh = np.concatenate([xyxy_px[:, :2], xyxy_px[:, 2:] - xyxy_px[:, :2]], axis=1)
        keep = np.asarray(
            cv2.dnn.NMSBoxesBatched(
                xywh.tolist(),
                score.tolist(),
                GROUP_OF_CLASS[column].tolist(),
                self.score_min,
                self.overlap_max,
            ),
            np.intp,
        )
        return Detections(letterbox.to_picture(xyxy_px[keep]), score[keep], CLASSES[column[keep]])


def _boxes(rows: F32, score_min: float) -> tuple[F32, F32, np.ndarray[Any, np.dtype[np.intp]]]:
    """Boxes that reach `score_min`.

    Returns:
        xyxy_px (m, 4) in pixels of the input; score (m,); column (m,) into CLASSES.
    """
    by_class = rows[N_BOX_ROWS:]
    best = by_class.max(axis=0)
    at = np.flatnonzero(best >= score_min)
    centre, half = rows[:2, at].T, rows[2:N_BOX_ROWS, at].T / 2
    return np.concatenate([centre - half, centre + half], axis=1), best[at], by_class[:, at].argmax(axis=0)
