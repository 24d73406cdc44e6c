"""Whether the camera looks where its reference was taken: sway is measured, a turn is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import exp, hypot, sqrt

import cv2
import numpy as np

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import F32
from detectors.perception.geometry import Xy

LONGEST_PX = 192
SWAY_MOST = 0.06  # of the picture's width: more is a turn of the camera, not the wind
SWAY_LEAST_PX = 1.0  # of the small picture: below is noise, and a picture that is not shifted stays sharp

# Height of the peak of the phase correlation: above 0.4 on a fixed camera, 0.3 in dense traffic or hand-held;
# of pictures of two places it was below 0.3 in 25 x 24 pairs of clips.
SURE_RESPONSE = 0.3
BETTER_FIT = 0.9  # traffic and a change of light make a peak too, but no better fit
AVERAGE_S = 3.0  # what moves through the view blurs away in the reference, what stands stays sharp

# Agreement of the directions of edges. On the same clips 0.36 and more for one fixed view in other light, at
# night and out of focus; for two places 0.17 or less in 99 of 100 pairs.
SAME_STRUCTURE = 0.25
EDGE_SCALE_PX = 1.0  # finer is noise and compression
CONTRAST_WITHIN_PX = 12.0  # edges count against those around them: a lamp does not outshine the street
LEAST_CONTRAST = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMotion:
    is_at_reference: bool  # False: turned away, or something covers the view; what is seen has no place
    shift_px: Xy  # right and down against the reference, pixels of the picture as captured


@dataclass(slots=True, kw_only=True)
class _Reference:
    grey: F32
    seen_at: datetime
    shift_px: Xy = (0.0, 0.0)  # pixels of the small picture


class Stabilizer:
    """Compares each picture with the average of its view, which begins with the first one.

    Source: Kuglin & Hines, "The Phase Correlation Image Alignment Method", 1975.
    """

    def __init__(self) -> None:
        self._reference: _Reference | None = None

    def update(self, frame: AnalysisFrame, seen_at: datetime) -> CameraMotion:
        grey, zoom = _small(frame)
        reference = self._reference
        if reference is None or reference.grey.shape != grey.shape:
            self._reference = reference = _Reference(grey=grey, seen_at=seen_at)
        shift_px = _shift_of(reference, grey)
        if shift_px is None:
            return CameraMotion(is_at_reference=False, shift_px=(0.0, 0.0))
        reference.shift_px = shift_px
        _average(reference, grey, seen_at)
        return CameraMotion(is_at_reference=True, shift_px=(shift_px[0] / zoom, shift_px[1] / zoom))


def _shift_of(reference: _Reference, grey: F32) -> Xy | None:
    """How far the picture is shifted, in pixels of the small picture; None where it shows another place."""
    shift_px, response = _phase_shift(reference.grey, grey)
    if response < SURE_RESPONSE:
        back = _moved_back(grey, reference.shift_px)
        return reference.shift_px if _structure(reference.grey, back) >= SAME_STRUCTURE else None
    if not _fits_better(reference.grey, grey, shift_px):
        return 0.0, 0.0
    return shift_px if hypot(*shift_px) <= SWAY_MOST * grey.shape[1] else None


def _structure(a: F32, b: F32) -> float:
    """How far the edges of two pictures run in the same directions, -1..1, whatever their contrast."""
    (a_x, a_y), (b_x, b_y) = _edge_directions(a), _edge_directions(b)
    agreement = float((a_x * b_x + a_y * b_y).sum())
    norms = float(((a_x**2 + a_y**2).sum()) * ((b_x**2 + b_y**2).sum()))
    return agreement / sqrt(norms + 1e-6)


def _edge_directions(grey: F32) -> tuple[F32, F32]:
    """Per pixel its edge as a vector of the doubled angle, so that bright-dark and dark-bright agree."""
    smooth = cv2.GaussianBlur(grey, (0, 0), EDGE_SCALE_PX)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strength, angle = cv2.cartToPolar(across, down)
    around = cv2.GaussianBlur(strength, (0, 0), CONTRAST_WITHIN_PX)
    weight = cv2.sqrt(strength / (around + LEAST_CONTRAST))
    x, y = cv2.polarToCart(weight, 2 * np.asarray(angle, np.float32))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


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


def _small(frame: AnalysisFrame) -> tuple[F32, float]:
    """The grey picture for comparing, and its pixels per pixel of the picture as captured."""
    height_px, width_px = frame.grey.shape
    shrink = min(1.0, LONGEST_PX / max(height_px, width_px))
    size = (round(width_px * shrink), round(height_px * shrink))
    return cv2.resize(frame.grey, size, interpolation=cv2.INTER_AREA).astype(np.float32), frame.scale * shrink


def _phase_shift(first: F32, now: F32) -> tuple[Xy, float]:
    # OpenCV 5 multiplies its arguments by the window in place.
    (right, down), response = cv2.phaseCorrelate(
        first.copy(), now.copy(), _window(now.shape[1], now.shape[0])
    )
    return (right, down), response


@cache
def _window(width_px: int, height_px: int) -> F32:
    return np.asarray(cv2.createHanningWindow((width_px, height_px), cv2.CV_32F), np.float32)
