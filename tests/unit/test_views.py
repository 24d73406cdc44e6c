"""Rules run on a view that is known, and nowhere else; what is remembered about it waits meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from detectors.view.matcher import SeveralViews
from ingest.camera import View, ZoneType
from ingest.frame import Bgr
from tests import street

KERB = (200.0, 200.0, 290.0, 250.0)
CAMERA = street.camera(street.zone(ZoneType.NO_PARKING))
ELSEWHERE = street.texture(99, street.WIDTH_PX, street.HEIGHT_PX, 20, 235)


def raised_while_turned(
    cars: list[street.Actor], *, away_from_s: float, away_until_s: float, seconds: float
) -> tuple[Pipeline, list[Event]]:
    """The camera looks elsewhere for a while, and the detector sees the same boxes there."""

    def turn(at_s: float, bgr: Bgr) -> Bgr:
        return ELSEWHERE if away_from_s <= at_s < away_until_s else bgr

    pipeline = Pipeline(CAMERA)
    frames = street.film(cars, seconds=seconds, light=turn)
    return pipeline, [event for frame, seen in frames for event in pipeline.step(frame, seen)]


def test_a_camera_that_turned_away_raises_nothing() -> None:
    parked_elsewhere = street.Actor(where=street.parked(KERB, since_s=20.0), is_there=False)
    pipeline, events = raised_while_turned([parked_elsewhere], away_from_s=20.0, away_until_s=1e9, seconds=60)
    assert events == []
    assert pipeline.view_id is None
    assert pipeline.n_unknown_view == 5 * 40 + 1


def test_a_stay_goes_on_after_the_camera_looked_elsewhere_for_a_moment() -> None:
    car = street.Actor(where=street.parked(KERB))
    _, events = raised_while_turned([car], away_from_s=4.0, away_until_s=8.0, seconds=20)
    assert [event.entered_at for event in events] == [street.at(0)]
    assert events[0].raised_at - street.at(10.0) < timedelta(seconds=1)


def test_what_left_meanwhile_is_not_there_still() -> None:
    car = street.Actor(where=street.parked(KERB, until_s=5.0))
    _, events = raised_while_turned([car], away_from_s=4.0, away_until_s=8.0, seconds=40)
    assert events == []


def test_what_was_raised_is_not_raised_again_when_the_camera_looks_back() -> None:
    car = street.Actor(where=street.parked(KERB))
    _, events = raised_while_turned([car], away_from_s=20.0, away_until_s=50.0, seconds=80)
    assert len(events) == 1


@pytest.mark.parametrize("back_at_s", [20.0 + 60, 20.0 + 1800])
def test_however_long_the_camera_looked_elsewhere_what_was_raised_is_not_raised_again(
    back_at_s: float,
) -> None:
    car = street.Actor(where=street.parked(KERB))
    pipeline = Pipeline(CAMERA)
    before, after = street.film([car], seconds=20), street.film([car], seconds=40, from_s=back_at_s)
    events = [event for frame, seen in (*before, *after) for event in pipeline.step(frame, seen)]
    assert len(events) == 1


def test_what_is_hidden_when_the_camera_looks_back_is_not_raised_again_either() -> None:
    def is_seen(at_s: float) -> bool:
        return not 1800 <= at_s < 1805

    car = street.Actor(where=street.parked(KERB), is_detected=is_seen)
    crowd = street.Actor(where=street.parked(KERB, 1800.0, 1805.0), class_id=None, seed=4)
    pipeline = Pipeline(CAMERA)
    before, after = street.film([car], seconds=20), street.film([car, crowd], seconds=40, from_s=1800)
    events = [event for frame, seen in (*before, *after) for event in pipeline.step(frame, seen)]
    assert len(events) == 1


def test_a_bag_that_was_raised_is_not_raised_again_when_the_camera_looks_back() -> None:
    camera = street.camera(street.zone(ZoneType.SIDEWALK, dwell_s=5.0))
    bag = street.Actor(where=street.parked((300.0, 250.0, 330.0, 280.0), 6.0), class_id=None, seed=5)
    owner = street.walker(street.driving((100.0, 180.0, 140.0, 290.0), 33.0))
    pipeline = Pipeline(camera)
    before, after = (
        street.film([owner, bag], seconds=30),
        street.film([owner, bag], seconds=30, from_s=1800),
    )
    events = [event for frame, seen in (*before, *after) for event in pipeline.step(frame, seen)]
    assert len(events) == 1


def test_an_event_names_its_view() -> None:
    [event] = street.watch(CAMERA, [street.Actor(where=street.parked(KERB))], seconds=15)
    assert event.view_id == "default"


def test_a_camera_with_several_views_is_refused_until_they_can_be_told_apart() -> None:
    views = tuple(View(view_id=name, zones=CAMERA.views[0].zones) for name in ("cho", "cau"))
    with pytest.raises(SeveralViews, match="camera street has 2 views"):
        Pipeline(replace(CAMERA, views=views))
