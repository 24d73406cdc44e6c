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

ELSEWHERE = street.texture(99, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)


def sways(
    change: Callable[[float, Bgr], Bgr], actors: list[street.Actor], seconds: float, fps: float = 5.0
) -> list[CameraMotion]:
    stabilizer = Stabilizer()
    frames = street.film(actors, seconds=seconds, fps=fps, light=change)
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
    return ELSEWHERE if is_away else bgr


def test_a_camera_that_was_turned_is_away_until_it_looks_there_again() -> None:
    at_reference = [motion.is_at_reference for motion in sways(turned, [], 20)]
    assert at_reference == [not 3 <= n / 5 < 12 for n in range(101)]


def test_a_camera_that_pans_off_its_view_is_away() -> None:
    wide = street.texture(0, 3 * street.WIDTH_PX, street.HEIGHT_PX, 20, 235)

    def pan(at_s: float, _bgr: Bgr) -> Bgr:
        left = round(min(max(at_s - 3, 0) / 10, 1) * 2 * street.WIDTH_PX)
        return wide[:, left : left + street.WIDTH_PX].copy()

    at_reference = [motion.is_at_reference for motion in sways(pan, [], 20)]
    assert all(at_reference[:15])
    assert not any(at_reference[18:])


@pytest.mark.parametrize("gain", [0.35, 0.6, 1.5])
def test_another_light_is_not_another_place(gain: float) -> None:
    def light(at_s: float, bgr: Bgr) -> Bgr:
        return np.clip(bgr * (gain if at_s >= 2 else 1.0), 0, 255).astype(np.uint8)

    assert all(motion.is_at_reference for motion in sways(light, [], 10))


def test_the_grey_first_pictures_of_a_stream_are_no_view() -> None:
    def starting(at_s: float, bgr: Bgr) -> Bgr:
        return np.full_like(bgr, 128) if at_s < 1 else bgr

    assert all(motion.is_at_reference for motion in sways(starting, [], 10)[25:])


def test_what_covered_the_lens_at_the_start_is_not_taken_for_the_view_for_ever() -> None:
    def covered(at_s: float, bgr: Bgr) -> Bgr:
        return ELSEWHERE if at_s < 20 else bgr

    at_reference = [motion.is_at_reference for motion in sways(covered, [], 640, fps=1.0)]
    assert not any(at_reference[20:600])
    assert all(at_reference[625:])


def test_a_settled_view_does_not_give_way_to_where_the_camera_was_turned() -> None:
    def turned_for_good(at_s: float, bgr: Bgr) -> Bgr:
        return bgr if at_s < 80 else ELSEWHERE

    at_reference = [motion.is_at_reference for motion in sways(turned_for_good, [], 2000, fps=1.0)]
    assert all(at_reference[:80])
    assert not any(at_reference[80:])


def test_a_lens_that_is_wiped_after_an_hour_of_fog_shows_its_view_again() -> None:
    def fog(at_s: float, bgr: Bgr) -> Bgr:
        clear = 0.0 if at_s >= 400 else max(0.0, 1 - max(at_s - 100, 0) / 200)
        if at_s >= 500:
            return bgr
        noise = np.random.default_rng(round(at_s)).normal(0, 2, bgr.shape)
        return np.clip(clear * bgr + (1 - clear) * 190 + noise, 0, 255).astype(np.uint8)

    at_reference = [motion.is_at_reference for motion in sways(fog, [], 520, fps=1.0)]
    assert all(at_reference[500:])


def test_a_clock_set_back_does_not_move_the_view() -> None:
    stabilizer = Stabilizer()
    for from_s in (3600.0, 0.0):
        for frame, _ in street.film([], seconds=5, from_s=from_s):
            assert stabilizer.update(AnalysisFrame.of(frame.picture), frame.captured_at).is_at_reference


def test_a_picture_without_its_sway_lies_where_the_first_one_lay() -> None:
    first = street.texture(3, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)
    moved = np.roll(first, (6, 10), axis=(0, 1))
    back = AnalysisFrame.of(ArrayPicture(moved)).without_sway((10.0, 6.0))
    assert np.abs(back.bgr[20:-20, 20:-20].astype(int) - first[20:-20, 20:-20]).max() <= 1
