"""Both kinds of picture give the same pixels."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from ingest.frame import Bgr, Picture
from ingest.picture import ArrayPicture, DecodedPicture, unfit_size


def scene() -> Bgr:
    """A smooth picture: what a codec's planes keep and resizing does not blur away."""
    x, y = np.meshgrid(np.linspace(0, 1, 322), np.linspace(0, 1, 242))
    return np.stack([60 + 120 * x, 60 + 120 * y, 180 - 120 * x], axis=-1).astype(np.uint8)


def decoded(pixel_format: str) -> Picture:
    frame = av.VideoFrame.from_ndarray(scene(), format="bgr24").reformat(format=pixel_format)
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    return DecodedPicture(frame)


PICTURES = {
    "array": lambda: ArrayPicture(scene()),
    "yuv420p": lambda: decoded("yuv420p"),
    "yuvj420p": lambda: decoded("yuvj420p"),
    "yuv422p": lambda: decoded("yuv422p"),
}


@pytest.fixture(params=PICTURES)
def picture(request: pytest.FixtureRequest) -> Picture:
    made: Picture = PICTURES[request.param]()
    return made


def test_a_picture_says_its_size(picture: Picture) -> None:
    assert (picture.width_px, picture.height_px) == (322, 242)


def test_a_picture_converts_to_blue_green_red(picture: Picture) -> None:
    assert picture.bgr.shape == (242, 322, 3)
    assert np.abs(picture.bgr.astype(int) - scene()).mean() < 3


@pytest.mark.parametrize(("width_px", "height_px"), [(160, 96), (640, 384), (161, 97)])
def test_resizing_gives_what_converting_first_would_give(
    picture: Picture, width_px: int, height_px: int
) -> None:
    small = picture.resized(width_px, height_px)
    assert small.shape == (height_px, width_px, 3)
    assert np.abs(small.astype(int) - cv2.resize(scene(), (width_px, height_px))).mean() < 3


def test_a_picture_is_converted_once(picture: Picture) -> None:
    assert picture.bgr is picture.bgr


@pytest.mark.parametrize(("width_px", "height_px"), [(320, 240), (480, 848), (3840, 1080), (16, 16)])
def test_a_camera_s_picture_can_be_looked_at(width_px: int, height_px: int) -> None:
    assert unfit_size(width_px, height_px) is None


@pytest.mark.parametrize(("width_px", "height_px"), [(4096, 16), (16, 4096), (2, 2)])
def test_a_strip_cannot(width_px: int, height_px: int) -> None:
    assert f"unsupported picture size {width_px}x{height_px}" in (unfit_size(width_px, height_px) or "")
