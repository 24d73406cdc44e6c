"""How a view looks when the camera looks there: what its pictures are compared with."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from math import exp, hypot, sqrt

import cv2
import numpy as np

from detectors.perception.detections import F32
from detectors.perception.geometry import Xy

SWAY_MOST = 0.06  # of the picture's width: more is a turn of the camera, not the wind
SWAY_LEAST_PX = 1.0  # of the small picture: below is noise, and a picture that is not shifted stays sharp

# Height of the peak of the phase correlation: above 0.4 on a fixed camera, 0.3 in dense traffic or hand-held;
# of pictures of two places it was below 0.3 in 25 x 24 pairs of clips.
SURE_RESPONSE = 0.3
BETTER_FIT = 0.9  # traffic and a change of light make a peak too, but no better fit
AVERAGE_S = 3.0  # what moves through the view blurs away in the reference, what stands stays sharp
SETTLED_S = 60.0  # seen for so long it is the view, and not a lorry before the lens or a "no signal" picture

# Agreement of the directions of edges. On the same clips 0.36 and more for one fixed view in other light, at
# night and out of focus; for two places 0.17 or less in 99 of 100 pairs.
SAME_STRUCTURE = 0.25
EDGE_SCALE_PX = 1.0  # finer is noise and compression
CONTRAST_WITHIN_PX = 12.0  # edges count against those around them: a lamp does not outshine the street
LEAST_CONTRAST = 4.0


class Reference:
    """The average of the last pictures of a view, each moved to where the first one lay.

    How it looked when it was settled is remembered as well: after an hour of fog the average shows fog.

    Args:
        grey: (h, w) the first picture, made small.
    """

    def __init__(self, grey: F32, seen_at: datetime) -> None:
        self._average = grey
        self._settled: F32 | None = None
        self._shift_px: Xy = (0.0, 0.0)
        self._seen_at = seen_at
        self.seen_s = 0.0  # for how long the camera has looked there, absences not counted

    @property
    def shape(self) -> tuple[int, ...]:
        return self._average.shape

    def shift_of(self, grey: F32, seen_at: datetime) -> Xy | None:
        """How far a picture is shifted, in its pixels; None where it shows another place."""
        shift_px = _shift(self._average, grey, self._shift_px)
        if shift_px is None and self._settled is not None:
            shift_px = _shift(self._settled, grey, (0.0, 0.0))
        if shift_px is not None:
            self._shift_px = shift_px
            self._add(_moved_back(grey, shift_px), seen_at)
        return shift_px

    def _add(self, steady: F32, seen_at: datetime) -> None:
        # Where the clock was set back no time has passed.
        elapsed_s = max((seen_at - self._seen_at).total_seconds(), 0.0)
        self._seen_at = seen_at
        self.seen_s += min(elapsed_s, AVERAGE_S)
        weight = 1 - exp(-elapsed_s / AVERAGE_S)
        self._average = np.asarray(cv2.addWeighted(self._average, 1 - weight, steady, weight, 0), np.float32)
        if self._settled is None and self.seen_s >= SETTLED_S:
            self._settled = self._average.copy()


def _shift(reference: F32, grey: F32, last_px: Xy) -> Xy | None:
    shift_px, response = _phase_shift(reference, grey)
    if response < SURE_RESPONSE:
        is_same = _structure(reference, _moved_back(grey, last_px)) >= SAME_STRUCTURE
        return last_px if is_same else None
    if not _fits_better(reference, grey, shift_px):
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


def _phase_shift(first: F32, now: F32) -> tuple[Xy, float]:
    # OpenCV 5 multiplies its arguments by the window in place.
    (right, down), response = cv2.phaseCorrelate(
        first.copy(), now.copy(), _window(now.shape[1], now.shape[0])
    )
    return (right, down), response


@cache
def _window(width_px: int, height_px: int) -> F32:
    return np.asarray(cv2.createHanningWindow((width_px, height_px), cv2.CV_32F), np.float32)
