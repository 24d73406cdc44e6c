"""Words on a picture, Vietnamese with its marks: OpenCV's own letters are ASCII only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingest.frame import Bgr

Rgb = tuple[int, int, int]

PANEL_RGB: Rgb = (14, 18, 22)
PANEL_ALPHA = 205
PADDING_PX = 5
RADIUS_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Text on a dark panel."""

    text: str
    x_px: float  # left edge of the panel
    y_px: float  # its upper edge
    rgb: Rgb
    size_px: int
    is_bold: bool = False
    bar_rgb: Rgb | None = None  # a bar at the left edge of the panel


class Lettering:
    """Draws words in DejaVu Sans, which comes with matplotlib and holds every Vietnamese letter."""

    @cached_property
    def _fonts(self) -> dict[tuple[int, bool], ImageFont.FreeTypeFont]:
        return {}

    def onto(self, canvas: Bgr, words: list[Words]) -> Bgr:
        """The picture with the words on it; a panel that would leave the picture is moved into it."""
        image = Image.fromarray(cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB))
        draw = ImageDraw.Draw(image, "RGBA")
        for one in words:
            self._write(draw, one, image.size)
        return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), np.uint8)

    def _write(self, draw: ImageDraw.ImageDraw, words: Words, picture_wh: tuple[int, int]) -> None:
        font = self._font(words.size_px, is_bold=words.is_bold)
        left, _, right, _ = draw.textbbox((0, 0), words.text, font=font)
        width_px = right - left + 2 * PADDING_PX + (6 if words.bar_rgb else 0)
        height_px = words.size_px * 1.25 + PADDING_PX
        x = min(max(words.x_px, 0), picture_wh[0] - width_px)
        y = min(max(words.y_px, 0), picture_wh[1] - height_px)
        draw.rounded_rectangle((x, y, x + width_px, y + height_px), RADIUS_PX, fill=(*PANEL_RGB, PANEL_ALPHA))
        if words.bar_rgb:
            draw.rectangle((x, y, x + 5, y + height_px), fill=(*words.bar_rgb, 255))
        text_x = x + PADDING_PX + (6 if words.bar_rgb else 0)
        draw.text((text_x, y + height_px / 2), words.text, font=font, fill=(*words.rgb, 255), anchor="lm")

    def _font(self, size_px: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
        key = (size_px, is_bold)
        if key not in self._fonts:
            name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
            path = files("matplotlib").joinpath("mpl-data", "fonts", "ttf", name)
            self._fonts[key] = ImageFont.truetype(str(path), size_px)
        return self._fonts[key]
