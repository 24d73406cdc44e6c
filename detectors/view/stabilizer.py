"""Whether the camera looks where its reference was taken: sway is measured, a turn is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import F32
from detectors.perception.geometry import Xy
from detectors.view.reference import SETTLED_S, Reference

LONGEST_PX = 192

# The first pictures of a stream may be grey, or show a lorry before the lens: until the reference has been
# seen for a while it gives way to what is seen in its place. A settled one never does: the camera was turned.
FIRST_PICTURES_S = 2.0
UNSETTLED_GIVES_WAY_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMotion:
    is_at_reference: bool  # False: turned away, or something covers the view; what is seen has no place
    shift_px: Xy  # right and down against the reference, pixels of the picture as captured


AWAY = CameraMotion(is_at_reference=False, shift_px=(0.0, 0.0))


class Stabilizer:
    """Compares each picture with the view's reference, which begins with the first one.

    Source: Kuglin & Hines, "The Phase Correlation Image Alignment Method", 1975.
    """

    def __init__(self) -> None:
        self._reference: Reference | None = None
        self._other: Reference | None = None  # what is seen while the camera is away

    def update(self, frame: AnalysisFrame, seen_at: datetime) -> CameraMotion:
        grey, zoom = _small(frame)
        if self._reference is None or self._reference.shape != grey.shape:
            self._reference, self._other = Reference(grey, seen_at), None
        shift_px = self._reference.shift_of(grey, seen_at)
        if shift_px is None:
            self._reference = self._in_place_of(self._reference, grey, seen_at)
            return AWAY
        self._other = None
        return CameraMotion(is_at_reference=True, shift_px=(shift_px[0] / zoom, shift_px[1] / zoom))

    def _in_place_of(self, reference: Reference, grey: F32, seen_at: datetime) -> Reference:
        """The reference from the next picture on."""
        if self._other is None or self._other.shift_of(grey, seen_at) is None:
            self._other = Reference(grey, seen_at)
        if reference.seen_s >= SETTLED_S:
            return reference
        is_first = reference.seen_s < FIRST_PICTURES_S
        wait_s = FIRST_PICTURES_S if is_first else UNSETTLED_GIVES_WAY_S
        return self._other if self._other.seen_s >= wait_s else reference


def _small(frame: AnalysisFrame) -> tuple[F32, float]:
    """The grey picture for comparing, and its pixels per pixel of the picture as captured."""
    height_px, width_px = frame.grey.shape
    shrink = min(1.0, LONGEST_PX / max(height_px, width_px))
    size = (round(width_px * shrink), round(height_px * shrink))
    return cv2.resize(frame.grey, size, interpolation=cv2.INTER_AREA).astype(np.float32), frame.scale * shrink
