"""A picture fitted into the network's input without changing its shape, and boxes back out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detectors.perception.detections import F32
from ingest.frame import Bgr, Picture

PAD_GREY = 114  # what the network saw around its training pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """Where a picture of `picture_wh` pixels lies in an input of `input_wh` pixels: in the middle."""

    picture_wh: tuple[int, int]
    input_wh: tuple[int, int]

    @property
    def scale(self) -> float:
        return min(self.input_wh[0] / self.picture_wh[0], self.input_wh[1] / self.picture_wh[1])

    @property
    def scaled_wh(self) -> tuple[int, int]:
        # Even, because a decoded picture holds one colour sample for two by two pixels.
        width_px, height_px = (2 * max(1, round(side_px * self.scale / 2)) for side_px in self.picture_wh)
        return width_px, height_px

    @property
    def offset_xy(self) -> tuple[int, int]:
        width_px, height_px = self.scaled_wh
        return (self.input_wh[0] - width_px) // 2, (self.input_wh[1] - height_px) // 2

    def place(self, picture: Picture, canvas: Bgr) -> None:
        """Write the picture into `canvas`, (input height, input width, 3); the border becomes grey."""
        (width_px, height_px), (x, y) = self.scaled_wh, self.offset_xy
        canvas[:y] = canvas[y + height_px :] = PAD_GREY
        canvas[y : y + height_px, :x] = canvas[y : y + height_px, x + width_px :] = PAD_GREY
        canvas[y : y + height_px, x : x + width_px] = picture.resized(width_px, height_px)

    def to_picture(self, xyxy_px: F32) -> F32:
        """(n, 4) boxes of the input in pixels of the picture, cut at its edges."""
        offset = np.array([*self.offset_xy, *self.offset_xy], np.float32)
        limit = np.array([*self.picture_wh, *self.picture_wh], np.float32)
        boxes: F32 = np.clip((xyxy_px - offset) / np.float32(self.scale), 0, limit)
        return boxes
