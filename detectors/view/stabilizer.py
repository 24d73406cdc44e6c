"""Whether the camera looks where it looked before: small sway is taken out, a move begins a new view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import exp, hypot

import cv2
import numpy as np

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import F32
from detectors.perception.geometry import Xy

LONGEST_PX = 192
SWAY_MOST = 0.06  # of the picture's width: more is a move of the camera, not the wind
SWAY_LEAST_PX = 1.0  # of the small picture: below is noise, and a picture that is not shifted stays sharp

# Height of the peak of the phase correlation: above 0.4 on a fixed camera, 0.3 in dense traffic or hand-held.
SURE_RESPONSE = 0.3
BETTER_FIT = 0.9  # traffic and a change of light make a peak too, but no better fit
AVERAGE_S = 3.0  # what moves through the view blurs away in the reference, what stands stays sharp

# A lorry close by covers the view for a while; a camera that was turned shows something else for good.
UNLIKE = 0.35  # correlation with the reference
UNLIKE_FOR_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMotion:
    is_new_view: bool  # the camera looks elsewhere now; what was known about places is void
    shift_px: Xy  # right and down against the view's first picture, pixels of the picture as captured


@dataclass(slots=True, kw_only=True)
class _Reference:
    grey: F32
    like_at: datetime  # when a picture last was like it
    seen_at: datetime
    shift_px: Xy = (0.0, 0.0)  # pixels of the small picture


class Stabilizer:
    """Compares each picture with the average of its view by phase correlation.

    Source: Kuglin & Hines, "The Phase Correlation Image Alignment Method", 1975.
    """

    def __init__(self) -> None:
        self._reference: _Reference | None = None

    def look(self, sight: AnalysisFrame, seen_at: datetime) -> CameraMotion:
        grey, zoom = _small(sight)
        reference = self._reference
        if reference is None or reference.grey.shape != grey.shape:
            return self._begin(grey, seen_at)
        shift_px, response = _phase_shift(reference.grey, grey)
        if response >= SURE_RESPONSE and _fits_better(reference.grey, grey, shift_px):
            if hypot(*shift_px) > SWAY_MOST * grey.shape[1]:
                return self._begin(grey, seen_at)
            reference.shift_px = shift_px
        elif response >= SURE_RESPONSE:
            reference.shift_px = (0.0, 0.0)
        if response >= SURE_RESPONSE or _correlation(grey, reference.grey) >= UNLIKE:
            reference.like_at = seen_at
            _average(reference, grey, seen_at)
        elif (seen_at - reference.like_at).total_seconds() > UNLIKE_FOR_S:
            return self._begin(grey, seen_at)
        right_px, down_px = reference.shift_px
        return CameraMotion(is_new_view=False, shift_px=(right_px / zoom, down_px / zoom))

    def _begin(self, grey: F32, seen_at: datetime) -> CameraMotion:
        self._reference = _Reference(grey=grey, like_at=seen_at, seen_at=seen_at)
        return CameraMotion(is_new_view=True, shift_px=(0.0, 0.0))


def _correlation(a: F32, b: F32) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def _average(reference: _Reference, grey: F32, seen_at: datetime) -> None:
    weight = 1 - exp(-(seen_at - reference.seen_at).total_seconds() / AVERAGE_S)
    reference.seen_at = seen_at
    steady = _moved_back(grey, reference.shift_px)
    reference.grey = cv2.addWeighted(reference.grey, 1 - weight, steady, weight, 0).astype(np.float32)


def _fits_better(reference: F32, grey: F32, shift_px: Xy) -> bool:
    """Whether half of the picture lies closer to the reference when it is moved back."""
    if hypot(*shift_px) < SWAY_LEAST_PX:
        return False
    as_it_is, moved_back = (
        float(np.median(cv2.absdiff(picture, reference))) for picture in (grey, _moved_back(grey, shift_px))
    )
    return moved_back < BETTER_FIT * as_it_is


def _moved_back(grey: F32, shift_px: Xy) -> F32:
    back = np.array([[1, 0, -shift_px[0]], [0, 1, -shift_px[1]]], np.float32)
    size = (grey.shape[1], grey.shape[0])
    return cv2.warpAffine(grey, back, size, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def _small(sight: AnalysisFrame) -> tuple[F32, float]:
    """The grey picture for comparing, and its pixels per pixel of the picture as captured."""
    height_px, width_px = sight.grey.shape
    shrink = min(1.0, LONGEST_PX / max(height_px, width_px))
    size = (round(width_px * shrink), round(height_px * shrink))
    return cv2.resize(sight.grey, size, interpolation=cv2.INTER_AREA).astype(np.float32), sight.scale * shrink


def _phase_shift(first: F32, now: F32) -> tuple[Xy, float]:
    # OpenCV 5 multiplies its arguments by the window in place.
    (right, down), response = cv2.phaseCorrelate(
        first.copy(), now.copy(), _window(now.shape[1], now.shape[0])
    )
    return (right, down), response


@cache
def _window(width_px: int, height_px: int) -> F32:
    return np.asarray(cv2.createHanningWindow((width_px, height_px), cv2.CV_32F), np.float32)
