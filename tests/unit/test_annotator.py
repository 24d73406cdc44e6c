"""What `detect --draw` shows: zones, who was raised, and words with every Vietnamese mark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detectors.drawing.annotator import FAMILY_RGB, ZONE_RGB, Annotator
from detectors.drawing.text import Lettering, Rgb, Words
from detectors.pipeline import Pipeline
from incidents.contract.events import Family
from ingest.camera import Camera, ZoneType
from ingest.frame import Bgr
from tests import street

KERB = (200.0, 200.0, 290.0, 250.0)
LEFT_HALF = ((0.1, 0.3), (0.5, 0.3), (0.5, 0.9), (0.1, 0.9))
CAMERA = street.camera(replace(street.zone(ZoneType.NO_PARKING, polygon=LEFT_HALF), name="Mép đường"))
ENLARGED = 2  # 640 wide is shown 1280 wide


def painted(camera: Camera, actors: list[street.Actor], seconds: float) -> Bgr:
    """The last picture of the film."""
    pipeline, painter = Pipeline(camera), Annotator(camera)
    for frame, seen in street.film(actors, seconds=seconds):
        picture = painter.draw(frame, pipeline, pipeline.step(frame, seen))
    return picture


def is_near(picture: Bgr, rgb: Rgb, within: int = 40) -> NDArray[np.bool_]:
    far = np.abs(picture.astype(int) - np.array(rgb[::-1])).max(axis=2)
    return np.asarray(far <= within, np.bool_)


def test_the_outline_of_a_zone_is_drawn_in_its_colour() -> None:
    picture = painted(CAMERA, [], 0.2)
    lower_edge = picture[round(0.9 * 360 * ENLARGED), 140:630]
    assert is_near(lower_edge[None], ZONE_RGB[ZoneType.NO_PARKING]).mean() > 0.9


def test_a_zone_is_tinted_and_what_lies_outside_is_not() -> None:
    with_zone, without = painted(CAMERA, [], 0.2).astype(int), painted(street.camera(), [], 0.2).astype(int)
    changed = np.abs(with_zone - without).max(axis=2) > 3
    assert changed[260:640, 140:630].mean() > 0.9
    assert changed[100:700, 700:1270].mean() == 0


def test_an_alarm_puts_a_bold_box_around_the_thing_and_a_banner_at_the_bottom() -> None:
    car = street.Actor(where=street.parked(KERB))
    before, after = painted(CAMERA, [car], 9.0), painted(CAMERA, [car], 10.0)
    rgb = FAMILY_RGB[Family.ENCROACHMENT]
    edge = (slice(410, 490), slice(397, 404))  # the left side of the box
    assert is_near(after[edge], rgb).sum() > is_near(before[edge], rgb).sum() > 0
    bar = (slice(650, 706), slice(12, 17))
    assert is_near(after[bar], rgb).mean() > 0.8
    assert not is_near(before[bar], rgb).any()


def written(text: str) -> Bgr:
    words = Words(text=text, x_px=0, y_px=0, rgb=(255, 255, 255), size_px=24)
    return Lettering().onto(np.zeros((60, 400, 3), np.uint8), [words])


def test_every_vietnamese_letter_looks_unlike_the_one_without_marks_and_unlike_a_missing_one() -> None:
    missing = written("\ue000")  # a letter that no font holds
    for marked, plain in zip("ăâđêôơưạấặệộợữỷỹ", "aadeoouaaaeoouyy", strict=True):
        assert (written(marked) != written(plain)).any(), marked
        assert (written(marked) != missing).any(), marked


def test_words_that_would_leave_the_picture_are_moved_into_it() -> None:
    words = Words(text="Vỉa hè", x_px=390, y_px=55, rgb=(255, 255, 255), size_px=24)
    picture = Lettering().onto(np.zeros((60, 400, 3), np.uint8), [words])
    assert is_near(picture, (255, 255, 255)).sum() == is_near(written("Vỉa hè"), (255, 255, 255)).sum()
