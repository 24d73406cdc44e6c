"""What is new and lies still against the background of this view, whatever it is.

No class is asked: a bag, a sack and a mattress are all "something that was not there". Per pixel the model
keeps how the empty place looks and since when the pixel has not changed; what differs from the empty place
and has been still for a while is cut into blobs. A shadow darkens what is there and a lamp brightens it,
but both leave its pattern; a thing covers the pattern with one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import F32
from detectors.perception.tracks import Xyxy
from ingest.frame import Bgr

Mask = NDArray[np.uint8]  # (h, w), 0 or 255

LONGEST_PX = 400
UPDATE_EVERY_S = 0.18  # what lies still can be looked at five times a second

DIFFERS = 26  # levels in the channel that differs most; compression and noise stay below
TREMBLES = 18
STILL_S = 1.5
KNOWN_AFTER_S = 1.0  # ground that was uncovered this long ago is seen as it is when empty
LEARN_S = 30.0  # time constant with which the empty place follows the light
LEAST_CORE_PX = 20
LEAST_PX = 50  # pixels of the small picture: smaller is the flicker of an edge as often as a thing
ALL_CHANGED = 0.3  # share of the picture that differs: a cloud or the exposure, not things
LEARN_ALL_S = 2.0  # time constant while all has changed
GAIN_GRID = 6  # every how many pixels the exposure is compared

CLOSE = np.ones((5, 5), np.uint8)
OPEN = np.ones((3, 3), np.uint8)
AROUND = np.ones((3, 3), np.uint8)
MARGIN_PX = 4  # around a blob, for its outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """How a part of the picture looks against how it looked when it was empty."""

    pattern_kept: float  # correlation, -1..1
    brightness: float  # 1 is unchanged
    unexplained: float  # levels, what a change of brightness alone leaves over, as a standard deviation
    hue_shift: float  # mean change of each channel's share of the brightness, 0..1; light alone: below 0.01
    edge_ratio: float  # gradient along the outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Something new that lies still."""

    xyxy_px: Xyxy  # of the picture as captured
    since_at: datetime  # when it came to lie still
    n_px: int  # of the small picture
    surface: Surface


@dataclass(slots=True, kw_only=True)
class _Model:
    empty: F32  # (h, w, 3) how the place looks with nothing on it
    lately: Bgr  # (h, w, 3) the level at which each pixel has been still
    is_known: Mask  # where the empty place has been seen
    still_s: F32  # (h, w) for how long each pixel has kept its level
    updated_at: datetime


class Background:
    """The empty view of one camera."""

    def __init__(self) -> None:
        self._model: _Model | None = None
        self._zoom = 1.0  # pixels of the small picture per pixel of the picture as captured

    def update(self, picture: AnalysisFrame, covered: Sequence[Xyxy], seen_at: datetime) -> list[Blob] | None:
        """Blobs that lie still in this frame; None where it came too soon after the last to be looked at.

        Args:
            covered: boxes of people and vehicles; under them the empty place cannot be seen.
        """
        model = self._model
        if model is not None and (seen_at - model.updated_at).total_seconds() < UPDATE_EVERY_S:
            return None
        now = self._small(picture)
        cover = self._mask_of(covered, now)
        if model is None:
            self._model = _first_model(now, cover, seen_at)
            return []
        empty = np.asarray(cv2.convertScaleAbs(model.empty), np.uint8)
        now = np.asarray(cv2.convertScaleAbs(now, alpha=_gain(now, empty)), np.uint8)
        elapsed_s = (seen_at - model.updated_at).total_seconds()
        model.updated_at = seen_at
        self._follow_stillness(model, now, elapsed_s)
        differs = _both(_differs(now, empty, DIFFERS), model.is_known)
        if differs.mean() > ALL_CHANGED * 255:
            self._learn(model, now, cover, np.zeros_like(differs), elapsed_s, LEARN_ALL_S)
            return []
        self._learn(model, now, cover, differs, elapsed_s, LEARN_S)
        new = _both(differs, _as_mask(model.still_s >= STILL_S))
        return list(self._blobs(model, _both(new, _not(cover)), now, empty))

    def absorb(self, box: Xyxy) -> None:
        """Whatever lies in this box belongs to the place from now on."""
        if self._model is not None:
            x1, y1, x2, y2 = self._window(box)
            self._model.empty[y1:y2, x1:x2] = self._model.lately[y1:y2, x1:x2]

    def _small(self, picture: AnalysisFrame) -> Bgr:
        height_px, width_px = picture.grey.shape
        shrink = min(1.0, LONGEST_PX / max(height_px, width_px))
        self._zoom = picture.scale * shrink
        small = cv2.resize(
            picture.bgr, (round(width_px * shrink), round(height_px * shrink)), interpolation=cv2.INTER_AREA
        )
        return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)

    def _mask_of(self, boxes: Sequence[Xyxy], like: Bgr) -> Mask:
        mask = np.zeros(like.shape[:2], np.uint8)
        for x1, y1, x2, y2 in boxes:
            # A box ends a little inside of hands, wheels and hems.
            grow_x, grow_y = 0.1 * (x2 - x1), 0.05 * (y2 - y1)
            left, top, right, bottom = self._window((x1 - grow_x, y1 - grow_y, x2 + grow_x, y2 + grow_y))
            mask[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = 255
        return mask

    def _window(self, box: Xyxy) -> tuple[int, int, int, int]:
        x1, y1, x2, y2 = (max(0, round(value * self._zoom)) for value in box)
        return x1, y1, x2, y2

    @staticmethod
    def _follow_stillness(model: _Model, now: Bgr, elapsed_s: float) -> None:
        # Lengths, not moments: a camera watches for months, and moments that far off lose their tenths.
        model.still_s += np.float32(elapsed_s)
        trembles = _differs(now, model.lately, TREMBLES)
        cv2.addWeighted(model.lately, 0.9, now, 0.1, 0, dst=model.lately)
        cv2.copyTo(now, trembles, model.lately)
        model.still_s[trembles > 0] = 0

    @staticmethod
    def _learn(
        model: _Model, now: Bgr, cover: Mask, differs: Mask, elapsed_s: float, time_constant_s: float
    ) -> None:
        free = _not(cover)
        uncovered = _both(free, _not(model.is_known))
        uncovered = _both(uncovered, _as_mask(model.still_s >= KNOWN_AFTER_S))
        if cv2.countNonZero(uncovered):
            model.empty[uncovered > 0] = now[uncovered > 0]
            model.is_known |= uncovered
        same = _both(free, _not(differs))
        cv2.accumulateWeighted(now, model.empty, 1 - exp(-elapsed_s / time_constant_s), mask=same)

    def _blobs(self, model: _Model, new: Mask, now: Bgr, empty: Bgr) -> Iterator[Blob]:
        closed = cv2.morphologyEx(new, cv2.MORPH_CLOSE, CLOSE)
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, OPEN)
        if not np.any(opened):
            return
        n_labels, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
        for label in range(1, n_labels):
            x, y, width_px, height_px, n_px = (int(value) for value in stats[label])
            if n_px < LEAST_PX:
                continue
            rows = slice(max(0, y - MARGIN_PX), y + height_px + MARGIN_PX)
            columns = slice(max(0, x - MARGIN_PX), x + width_px + MARGIN_PX)
            inside = np.asarray(labels[rows, columns] == label)
            beyond_edges = _beyond_edges(now[rows, columns], empty[rows, columns], DIFFERS) > 0
            if np.count_nonzero(inside & beyond_edges) < LEAST_CORE_PX:
                continue
            still_s = float(np.median(model.still_s[rows, columns][inside]))
            x1, y1, x2, y2 = (value / self._zoom for value in (x, y, x + width_px, y + height_px))
            yield Blob(
                xyxy_px=(x1, y1, x2, y2),
                since_at=model.updated_at - timedelta(seconds=still_s),
                n_px=n_px,
                surface=_surface(now[rows, columns], empty[rows, columns], inside),
            )


def _first_model(now: Bgr, cover: Mask, seen_at: datetime) -> _Model:
    return _Model(
        empty=now.astype(np.float32),
        lately=now.copy(),
        is_known=_not(cover),
        still_s=np.zeros(now.shape[:2], np.float32),
        updated_at=seen_at,
    )


def _gain(now: Bgr, empty: Bgr) -> float:
    """What the camera's exposure has to be multiplied by to be that of the empty place."""
    now_sum = now[::GAIN_GRID, ::GAIN_GRID].sum(axis=2, dtype=np.float32)
    empty_sum = empty[::GAIN_GRID, ::GAIN_GRID].sum(axis=2, dtype=np.float32)
    return float(np.clip(np.median((empty_sum + 3) / (now_sum + 3)), 0.6, 1.6))


def _differs(a: Bgr, b: Bgr, levels: int) -> Mask:
    return _exceeds(np.asarray(cv2.absdiff(a, b), np.uint8), levels)


def _beyond_edges(now: Bgr, empty: Bgr, levels: int) -> Mask:
    """Where a pixel differs from all that the empty place shows within a pixel of it.

    Sway of less than a pixel is not taken out of the picture: it moves every edge a little, and an edge that
    moved is no thing. A thing has more in it than edges.
    """
    above = cv2.subtract(now, cv2.dilate(empty, AROUND))
    below = cv2.subtract(cv2.erode(empty, AROUND), now)
    return _exceeds(np.asarray(cv2.max(above, below), np.uint8), levels)


def _exceeds(bgr: Bgr, levels: int) -> Mask:
    """Where any channel is above so many levels."""
    return _not(np.asarray(cv2.inRange(bgr, (0, 0, 0), (levels, levels, levels)), np.uint8))


def _both(a: Mask, b: Mask) -> Mask:
    return np.asarray(cv2.bitwise_and(a, b), np.uint8)


def _not(mask: Mask) -> Mask:
    return np.asarray(cv2.bitwise_not(mask), np.uint8)


def _as_mask(holds: NDArray[np.bool_]) -> Mask:
    return holds.astype(np.uint8) * np.uint8(255)


def _grey(bgr: Bgr) -> F32:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.float32)


def _surface(now: Bgr, empty: Bgr, inside: NDArray[np.bool_]) -> Surface:
    core = _core(inside)
    now_grey, empty_grey = _grey(now)[core], _grey(empty)[core]
    brightness = float((now_grey.mean() + 2) / (empty_grey.mean() + 2))
    return Surface(
        pattern_kept=_correlation(now_grey, empty_grey),
        brightness=brightness,
        unexplained=float((now_grey - brightness * empty_grey).std()),
        hue_shift=_hue_shift(now[core], empty[core]),
        edge_ratio=_edge_ratio(now, empty, inside),
    )


def _core(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The blob without its rim, where it mixes with the ground; all of it where nothing else is left."""
    core = cv2.erode(_as_mask(inside), OPEN) > 0
    return np.asarray(core if core.sum() >= LEAST_CORE_PX else inside)


def _correlation(a: F32, b: F32) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-6))


def _edge_ratio(now: Bgr, empty: Bgr, inside: NDArray[np.bool_]) -> float:
    mask = _as_mask(inside)
    outline = (cv2.dilate(mask, CLOSE) > 0) & ~(cv2.erode(mask, OPEN) > 0)
    now_edge, empty_edge = (float(_gradient(_grey(picture))[outline].mean()) for picture in (now, empty))
    return (now_edge + 1) / (empty_edge + 1)


def _gradient(grey: F32) -> F32:
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32) / np.float32(8)


def _hue_shift(now: Bgr, empty: Bgr) -> float:
    """(n, 3) pixels each: how much the mix of the channels changed."""
    shares = [
        pixels.astype(np.float32) / (pixels.sum(axis=1, keepdims=True, dtype=np.float32) + 6)
        for pixels in (now, empty)
    ]
    return float(np.abs(shares[0] - shares[1]).mean())
