"""Which weights suit which pictures."""

from __future__ import annotations

WIDE = "yolo11n-int8-384x640"
SQUARE = "yolo11n-int8-640x640"
WIDE_FROM = 1.5  # width over height; a picture of 4:3 fills more of the square


def weights_for_shape(width_px: int, height_px: int) -> str:
    """The name in `models/registry.toml` whose input a picture of this shape fills best."""
    return WIDE if width_px >= WIDE_FROM * height_px else SQUARE
