"""Sway is measured, traffic is not taken for it, and a turned camera is not at its reference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.view.stabilizer import CameraMotion, Stabilizer
from ingest.frame import Bgr
from ingest.picture import ArrayPicture
from tests import street


def sways(
    change: Callable[[float, Bgr], Bgr], actors: list[street.Actor], seconds: float
) -> list[CameraMotion]:
    stabilizer = Stabilizer()
    frames = street.film(actors, seconds=seconds, light=change)
    return [stabilizer.update(AnalysisFrame.of(frame.picture), frame.captured_at) for frame, _ in frames]


def test_a_swaying_mast_is_measured_to_the_pixel() -> None:
    def sway(at_s: float, bgr: Bgr) -> Bgr:
        return np.roll(bgr, (-4, 12) if at_s >= 2 else (0, 0), axis=(0, 1))

    assert sways(sway, [], 4)[-1].shift_px == pytest.approx((12.0, -4.0), abs=1.0)


def test_a_fixed_camera_does_not_sway_while_lorries_pass() -> None:
    lorry = street.Actor(where=street.driving((-300.0, 60.0, 0.0, 320.0), 120), class_id=street.TRUCK)
    seen = sways(lambda _at_s, bgr: bgr, [lorry], 8)
    assert {sway.shift_px for sway in seen} == {(0.0, 0.0)}


def turned(at_s: float, bgr: Bgr) -> Bgr:
    is_away = 3 <= at_s < 12
    return street.texture(99, street.WIDTH_PX, street.HEIGHT_PX, 20, 235) if is_away else bgr


def test_a_camera_that_was_turned_is_away_until_it_looks_there_again() -> None:
    at_reference = [motion.is_at_reference for motion in sways(turned, [], 20)]
    assert at_reference == [not 3 <= n / 5 < 12 for n in range(101)]


def test_a_camera_that_pans_off_its_view_is_away() -> None:
    wide = street.texture(0, 3 * street.WIDTH_PX, street.HEIGHT_PX, 20, 235)

    def pan(at_s: float, _bgr: Bgr) -> Bgr:
        left = round(min(at_s / 10, 1) * 2 * street.WIDTH_PX)
        return wide[:, left : left + street.WIDTH_PX].copy()

    at_reference = [motion.is_at_reference for motion in sways(pan, [], 20)]
    assert at_reference[0]
    assert not any(at_reference[10:])


@pytest.mark.parametrize("gain", [0.35, 0.6, 1.5])
def test_another_light_is_not_another_place(gain: float) -> None:
    def light(at_s: float, bgr: Bgr) -> Bgr:
        return np.clip(bgr * (gain if at_s >= 2 else 1.0), 0, 255).astype(np.uint8)

    assert all(motion.is_at_reference for motion in sways(light, [], 10))


def test_a_picture_without_its_sway_lies_where_the_first_one_lay() -> None:
    first = street.texture(3, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)
    moved = np.roll(first, (6, 10), axis=(0, 1))
    back = AnalysisFrame.of(ArrayPicture(moved)).without_sway((10.0, 6.0))
    assert np.abs(back.bgr[20:-20, 20:-20].astype(int) - first[20:-20, 20:-20]).max() <= 1
