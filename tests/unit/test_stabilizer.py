"""Sway is measured, traffic is not taken for it, and a turned camera begins a new view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import TRUCK
from detectors.view.stabilizer import CameraMotion, Stabilizer
from ingest.frame import Bgr
from ingest.picture import ArrayPicture
from tests import street


def sways(
    change: Callable[[float, Bgr], Bgr], actors: list[street.Actor], seconds: float
) -> list[CameraMotion]:
    steady = Stabilizer()
    frames = street.film(actors, seconds=seconds, light=change)
    return [steady.look(AnalysisFrame.of(frame.picture), frame.captured_at) for frame, _ in frames]


def test_a_swaying_mast_is_measured_to_the_pixel() -> None:
    def sway(at_s: float, bgr: Bgr) -> Bgr:
        return np.roll(bgr, (-4, 12) if at_s >= 2 else (0, 0), axis=(0, 1))

    assert sways(sway, [], 4)[-1].shift_px == pytest.approx((12.0, -4.0), abs=1.0)


def test_a_fixed_camera_does_not_sway_while_lorries_pass() -> None:
    lorry = street.Actor(where=street.driving((-300.0, 60.0, 0.0, 320.0), 120), class_id=TRUCK)
    seen = sways(lambda _at_s, bgr: bgr, [lorry], 8)
    assert {sway.shift_px for sway in seen} == {(0.0, 0.0)}


def test_a_camera_that_was_turned_shows_a_new_view_once() -> None:
    def turn(at_s: float, _bgr: Bgr) -> Bgr:
        return street.texture(0 if at_s < 3 else 99, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)

    new = [sway.is_new_view for sway in sways(turn, [], 20)]
    assert new[0]
    assert sum(new) == 2


def test_a_picture_without_its_sway_lies_where_the_first_one_lay() -> None:
    first = street.texture(3, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)
    moved = np.roll(first, (6, 10), axis=(0, 1))
    back = AnalysisFrame.of(ArrayPicture(moved)).without_sway((10.0, 6.0))
    assert np.abs(back.bgr[20:-20, 20:-20].astype(int) - first[20:-20, 20:-20]).max() <= 1
