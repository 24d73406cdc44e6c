"""The kinds of `Picture`: still in the decoder's planes, already converted, or only a smaller copy of it."""

from __future__ import annotations

from functools import cached_property

import av
import cv2
import numpy as np

from ingest.frame import Bgr

LEAST_SIDE_PX = 16
MOST_STRETCHED = 16.0  # the long side over the short one


def unfit_size(width_px: int, height_px: int) -> str | None:
    """Why nothing can be detected in a picture of this size; None where it is fit.

    Scaled down to the network's input a strip has no width left, and would fail the batch of all cameras.
    """
    short_px, long_px = sorted((width_px, height_px))
    if short_px >= LEAST_SIDE_PX and long_px <= MOST_STRETCHED * short_px:
        return None
    return (
        f"unsupported picture size {width_px}x{height_px}: the shorter side must be at least "
        f"{LEAST_SIDE_PX} pixels, and the longer side at most {MOST_STRETCHED:g} times the shorter"
    )


class DecodedPicture:
    """A picture as the decoder left it. Converting costs more than decoding, so it waits until asked.

    `resized` takes the Y, U and V planes to the new size one by one and converts only what is left: for
    1080p to 640 that is a third less work than converting the whole picture first (docs/performance.md).
    """

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame
        # The network's input and the rules' picture are often of one size.
        self._last_resized: Bgr | None = None

    @property
    def width_px(self) -> int:
        return self._frame.width

    @property
    def height_px(self) -> int:
        return self._frame.height

    @cached_property
    def bgr(self) -> Bgr:
        return _array(self._frame.to_ndarray(format="bgr24"))

    def resized(self, width_px: int, height_px: int) -> Bgr:
        last = self._last_resized
        if last is not None and last.shape[:2] == (height_px, width_px):
            return last
        resized = self._resized(width_px, height_px)
        if width_px < self.width_px:  # a whole picture, as for a snapshot, is large and asked for once
            self._last_resized = resized
        return resized

    def _resized(self, width_px: int, height_px: int) -> Bgr:
        halves_exist = width_px % 2 == 0 and height_px % 2 == 0
        if self._frame.format.name != "yuv420p" or not halves_exist:
            small = self._frame.reformat(width_px, height_px, "bgr24", interpolation="BILINEAR")
            return _array(small.to_ndarray())
        n_luma = width_px * height_px
        planes = np.empty(n_luma * 3 // 2, np.uint8)
        half_wh = (width_px // 2, height_px // 2)
        parts = (planes[:n_luma], planes[n_luma : n_luma * 5 // 4], planes[n_luma * 5 // 4 :])
        for plane, part, (width, height) in zip(
            self._frame.planes, parts, ((width_px, height_px), half_wh, half_wh), strict=True
        ):
            cv2.resize(_plane(plane), (width, height), dst=part.reshape(height, width))
        yuv = planes.reshape(height_px * 3 // 2, width_px)
        return _array(cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420))


class ArrayPicture:
    """A picture that is an array already."""

    def __init__(self, bgr: Bgr) -> None:
        self._bgr = bgr

    @property
    def width_px(self) -> int:
        return int(self._bgr.shape[1])

    @property
    def height_px(self) -> int:
        return int(self._bgr.shape[0])

    @property
    def bgr(self) -> Bgr:
        return self._bgr

    def resized(self, width_px: int, height_px: int) -> Bgr:
        return _array(cv2.resize(self._bgr, (width_px, height_px)))


class ReducedPicture:
    """A smaller copy that stands for the picture as captured: boxes are in pixels of that.

    Args:
        bgr: the copy.
        width_px, height_px: of the picture as captured.
    """

    def __init__(self, bgr: Bgr, width_px: int, height_px: int) -> None:
        self._bgr = bgr
        self.width_px = width_px
        self.height_px = height_px

    @property
    def bgr(self) -> Bgr:
        return self.resized(self.width_px, self.height_px)

    def resized(self, width_px: int, height_px: int) -> Bgr:
        if self._bgr.shape[:2] == (height_px, width_px):
            return self._bgr
        return _array(cv2.resize(self._bgr, (width_px, height_px)))


def _plane(plane: av.video.plane.VideoPlane) -> Bgr:
    """One plane without copying: its lines are longer in memory than in the picture."""
    lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return _array(lines[: plane.height, : plane.width])


def _array(values: object) -> Bgr:
    return np.asarray(values, np.uint8)
