"""A picture as the rules look at it: grey and small, the same size whatever the camera sends."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detectors.perception.detections import F32
from detectors.perception.geometry import Xy
from detectors.perception.tracks import Xyxy
from ingest.frame import Bgr, Picture

LONGEST_PX = 640  # beyond this nothing is gained: a vehicle of 1 % of the picture is still 6 px long


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisFrame:
    bgr: Bgr  # (height, width, 3), longest side LONGEST_PX or less
    grey: Bgr  # (height, width) uint8
    scale: float  # pixels of `grey` per pixel of the picture as captured

    @classmethod
    def of(cls, picture: Picture) -> AnalysisFrame:
        bgr, scale = reduced(picture)
        return cls(bgr=bgr, grey=np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8), scale=scale)

    def without_sway(self, shift_px: Xy) -> AnalysisFrame:
        """The picture moved back by `shift_px`, pixels of the picture as captured; its edge is repeated."""
        if shift_px == (0.0, 0.0):
            return self
        back = np.array([[1, 0, -shift_px[0] * self.scale], [0, 1, -shift_px[1] * self.scale]], np.float32)
        height_px, width_px = self.grey.shape
        bgr, grey = (
            cv2.warpAffine(picture, back, (width_px, height_px), borderMode=cv2.BORDER_REPLICATE)
            for picture in (self.bgr, self.grey)
        )
        return AnalysisFrame(bgr=np.asarray(bgr, np.uint8), grey=np.asarray(grey, np.uint8), scale=self.scale)

    def window(self, box: Xyxy) -> tuple[int, int, int, int]:
        """A box of the picture as whole pixels of `grey`, cut at its edges: x1, y1, x2, y2."""
        height_px, width_px = self.grey.shape[:2]
        x1, y1, x2, y2 = (value * self.scale for value in box)
        return (
            min(max(round(x1), 0), width_px),
            min(max(round(y1), 0), height_px),
            min(max(round(x2), 0), width_px),
            min(max(round(y2), 0), height_px),
        )


def reduced(picture: Picture) -> tuple[Bgr, float]:
    """The pixels that an analysis frame is made of, and how many there are per pixel of the picture."""
    scale = min(1.0, LONGEST_PX / max(picture.width_px, picture.height_px))
    if scale == 1.0:
        return picture.bgr, scale
    width_px, height_px = (
        2 * round(side_px * scale / 2) for side_px in (picture.width_px, picture.height_px)
    )
    return picture.resized(width_px, height_px), scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How a place looks now against how it looked then."""

    same: float  # normalised correlation without any shift, -1..1
    best: float  # the same at the best shift
    shift_px: float  # how far the best shift is, in pixels of the picture as captured

    @classmethod
    def unknown(cls) -> Similarity:
        return cls(same=0.0, best=0.0, shift_px=0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """How a box looked at one moment; small, so that hundreds can be kept."""

    patch: F32  # (h, w), longest side PATCH_PX or less
    xyxy_px: Xyxy
    zoom: float  # pixels of the patch per pixel of the picture as captured


PATCH_PX = 56
REACH = 0.25  # how far around a place a thing is looked for, in its own size
LEAST_PX = 6  # a smaller patch says nothing


def take_template(picture: AnalysisFrame, box: Xyxy) -> Template | None:
    """Remember how a box looks. None where it is too small or out of the picture."""
    x1, y1, x2, y2 = picture.window(box)
    if min(x2 - x1, y2 - y1) < LEAST_PX:
        return None
    shrink = min(1.0, PATCH_PX / max(x2 - x1, y2 - y1))
    patch = _resized(picture.grey[y1:y2, x1:x2], shrink)
    return Template(patch=patch, xyxy_px=box, zoom=picture.scale * shrink)


def compare(then: Template, picture: AnalysisFrame) -> Similarity:
    """Find what `then` showed in the picture of now, at its place and around it."""
    x1, y1, x2, y2 = picture.window(then.xyxy_px)
    margin_px = max(4, round(REACH * max(x2 - x1, y2 - y1)))
    height_px, width_px = picture.grey.shape[:2]
    left, top = min(margin_px, x1), min(margin_px, y1)
    right, bottom = min(margin_px, width_px - x2), min(margin_px, height_px - y2)
    around = _resized(picture.grey[y1 - top : y2 + bottom, x1 - left : x2 + right], then.zoom / picture.scale)
    if around.shape[0] < then.patch.shape[0] or around.shape[1] < then.patch.shape[1]:
        return Similarity.unknown()
    match = cv2.matchTemplate(around, then.patch, cv2.TM_CCOEFF_NORMED)
    home_x = min(round(left * then.zoom / picture.scale), match.shape[1] - 1)
    home_y = min(round(top * then.zoom / picture.scale), match.shape[0] - 1)
    _, best, _, (best_x, best_y) = cv2.minMaxLoc(match)
    # One pixel either way is rounding, not movement.
    same = match[max(home_y - 1, 0) : home_y + 2, max(home_x - 1, 0) : home_x + 2].max()
    shift = float(np.hypot(best_x - home_x, best_y - home_y))
    return Similarity(same=float(same), best=float(best), shift_px=shift / then.zoom)


def _resized(grey: Bgr, factor: float) -> F32:
    if factor == 1.0:
        return grey.astype(np.float32)
    size = max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor))
    small: F32 = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return small
