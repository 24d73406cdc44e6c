"""After a restart what still stands is not raised again; what came later is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np

from detectors.evidence.candidate import candidate
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from incidents.contract.events import CandidateRaised, Evidence, EvidenceFile, Family
from ingest.camera import ZoneType
from ingest.frame import Bgr, Frame
from ingest.picture import ArrayPicture
from tests import street

KERB = (200.0, 200.0, 290.0, 250.0)
CAMERA = street.camera(street.zone(ZoneType.NO_PARKING))
FILE = EvidenceFile(path="2026/01/01/x/image.jpg", sha256="0" * 64, n_bytes=1)


def raised(event: Event) -> CandidateRaised:
    evidence = Evidence(image=FILE, raw_image=FILE, entered_image=None, clip=None)
    picture_wh = (street.WIDTH_PX, street.HEIGHT_PX)
    return candidate(
        uuid4(), CAMERA, event, evidence, picture_wh=picture_wh, best_at=event.best_at, model="test"
    )


def raised_after_restart(cars: list[street.Actor], known: list[CandidateRaised]) -> list[Event]:
    pipeline = Pipeline(CAMERA)
    pipeline.resume(known)
    frames = street.film(cars, seconds=60, from_s=100)
    return [event for frame, seen in frames for event in pipeline.step(frame, seen)]


def test_a_car_that_was_raised_and_stands_there_still_is_not_raised_again() -> None:
    car = street.Actor(where=street.parked(KERB))
    [event] = street.watch(CAMERA, [car], seconds=20)
    assert raised_after_restart([car], [raised(event)]) == []


def test_a_car_that_was_not_raised_is_raised() -> None:
    car = street.Actor(where=street.parked(KERB))
    assert len(raised_after_restart([car], [])) == 1


def test_a_car_that_takes_the_place_later_is_raised() -> None:
    [event] = street.watch(CAMERA, [street.Actor(where=street.parked(KERB))], seconds=20)
    next_car = street.Actor(where=street.parked(KERB, since_s=130.0), seed=2)
    [new] = raised_after_restart([next_car], [raised(event)])
    assert new.entered_at - street.at(130.0) < timedelta(seconds=1)


def test_what_was_raised_for_driving_by_does_not_hide_what_stands_there() -> None:
    car = street.Actor(where=street.parked(KERB))
    [event] = street.watch(CAMERA, [car], seconds=20)
    known = replace(raised(event), family=Family.TRAFFIC, kind="wrong_way")
    assert len(raised_after_restart([car], [known])) == 1


def test_another_kind_or_group_of_classes_at_the_same_place_is_another_stay() -> None:
    car = street.Actor(where=street.parked(KERB))
    [event] = street.watch(CAMERA, [car], seconds=20)
    before = raised(event)
    for known in (replace(before, kind="stopped_vehicle"), replace(before, object_class="motorcycle")):
        assert len(raised_after_restart([car], [known])) == 1


def test_the_same_place_in_another_zone_is_another_stay() -> None:
    car = street.Actor(where=street.parked(KERB))
    [event] = street.watch(CAMERA, [car], seconds=20)
    before = raised(event)
    elsewhere = replace(before, zone=replace(before.zone, zone_id="other"))
    assert len(raised_after_restart([car], [elsewhere])) == 1


def test_a_van_raised_as_a_lorry_is_the_same_stay() -> None:
    car = street.Actor(where=street.parked(KERB))
    [event] = street.watch(CAMERA, [car], seconds=20)
    assert raised_after_restart([car], [replace(raised(event), object_class="truck")]) == []


def small(frame: Frame) -> Frame:
    """The same picture at half its size, as after a change of the camera's settings."""
    half = frame.picture.resized(street.WIDTH_PX // 2, street.HEIGHT_PX // 2 + 20)
    return replace(frame, picture=ArrayPicture(half))


def test_what_stands_is_known_on_where_the_camera_changes_the_size_of_its_pictures() -> None:
    car = street.Actor(where=street.parked(KERB))
    pipeline = Pipeline(CAMERA)
    events = [event for frame, seen in street.film([car], seconds=15) for event in pipeline.step(frame, seen)]
    across, down = 0.5, (street.HEIGHT_PX // 2 + 20) / street.HEIGHT_PX
    by = np.array([across, down, across, down], np.float32)
    for frame, seen in street.film([car], seconds=20, from_s=16):
        events += pipeline.step(small(frame), replace(seen, xyxy_px=seen.xyxy_px * by))
    assert len(events) == 1


def test_what_stands_is_known_on_after_something_covered_the_lens() -> None:
    def covered(at_s: float, bgr: Bgr) -> Bgr:
        is_covered = 20 <= at_s < 30
        return street.texture(99, street.WIDTH_PX, street.HEIGHT_PX, 20, 235) if is_covered else bgr

    car = street.Actor(where=street.parked(KERB), is_detected=lambda at_s: not 20 <= at_s < 30)
    pipeline = Pipeline(CAMERA)
    frames = street.film([car], seconds=60, light=covered)
    assert len([event for frame, seen in frames for event in pipeline.step(frame, seen)]) == 1


def test_a_clock_set_back_by_an_hour_blinds_nobody() -> None:
    pipeline = Pipeline(CAMERA)
    for frame, seen in street.film([], seconds=5, from_s=3600):
        pipeline.step(frame, seen)
    car = street.Actor(where=street.parked(KERB))
    frames = street.film([car], seconds=15)
    assert len([event for frame, seen in frames for event in pipeline.step(frame, seen)]) == 1
    assert pipeline.n_late == 0


def test_a_gap_of_minutes_begins_the_stay_anew() -> None:
    pipeline = Pipeline(CAMERA)
    car = street.Actor(where=street.parked(KERB))
    before, after = street.film([car], seconds=6), street.film([car], seconds=15, from_s=400)
    events = [event for frame, seen in [*before, *after] for event in pipeline.step(frame, seen)]
    assert [event.entered_at for event in events] == [street.at(400.0)]
