"""Against the lane for long enough and far enough, once for each vehicle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detectors.perception.track_history import TrackHistory, extend
from detectors.perception.tracks import Track
from detectors.rules.alerted_tracks import AlertedTrack
from detectors.rules.wrong_way import RULE
from detectors.view.scene import Scene
from detectors.view.zones import pixel_zones
from ingest.camera import ZoneType
from tests import street

LANE = replace(street.zone(ZoneType.LANE), direction=((0.0, 0.5), (1.0, 0.5)))
CAMERA = street.camera(LANE)


def car(right_pps: float, *, x: float = 300.0) -> street.Actor:
    return street.Actor(where=street.driving((x, 200.0, x + 80, 250.0), right_pps))


@pytest.mark.parametrize("fps", [25, 10, 5])
def test_a_car_against_the_lane_is_raised_once_after_a_second(fps: float) -> None:
    [event] = street.watch(replace(CAMERA, detect_fps=fps), [car(-90)], seconds=5, fps=fps)
    assert event.kind == "wrong_way"
    assert 1.0 <= (event.raised_at - street.T0).total_seconds() <= 2.0


@pytest.mark.parametrize("right_pps", [90, 20, 0, -3])
def test_with_the_lane_or_standing_in_it_is_nothing(right_pps: float) -> None:
    events = street.watch(CAMERA, [car(right_pps, x=200.0)], seconds=6)
    assert [event for event in events if event.kind == "wrong_way"] == []


def test_a_one_way_roadway_is_a_lane_to_this_rule() -> None:
    one_way = replace(street.zone(ZoneType.ROADWAY), direction=LANE.direction)
    assert [event.kind for event in street.watch(street.camera(one_way), [car(-90)], seconds=5)] == [
        "wrong_way"
    ]


def test_turning_across_the_lane_is_not_going_against_it() -> None:
    turning = street.Actor(where=street.driving((300.0, 60.0, 380.0, 110.0), -20, 60))
    assert street.watch(CAMERA, [turning], seconds=4) == []


def test_a_lane_beside_the_wheels_is_not_the_lane_driven_on() -> None:
    below = replace(LANE, polygon=((0.0, 0.68), (1.0, 0.68), (1.0, 1.0), (0.0, 1.0)))
    assert street.watch(street.camera(below), [car(-90)], seconds=5) == []


def test_a_false_box_of_the_whole_street_hides_nobody_in_it() -> None:
    whole = street.Actor(
        where=lambda at_s: (20.0, 0.0, 620.0, 355.0) if at_s >= 2 else None, score=0.5, is_there=False
    )
    second = street.Actor(where=street.driving((500.0, 200.0, 580.0, 250.0), -90, since_s=4.0), seed=3)
    events = street.watch(CAMERA, [whole, car(-90), second], seconds=8, fps=10)
    assert [event.kind for event in events].count("wrong_way") == 2


def scene() -> Scene:
    zones = pixel_zones((LANE,), street.WIDTH_PX, street.HEIGHT_PX)
    return Scene(
        camera_id="street",
        view_id="default",
        zones=zones,
        ground=(),
        width_px=street.WIDTH_PX,
        height_px=street.HEIGHT_PX,
    )


def test_a_vehicle_whose_number_changes_is_not_raised_again() -> None:
    state: tuple[AlertedTrack, ...] = ()
    tracks: dict[int, TrackHistory] = {}
    n_events = 0
    for n in range(40):
        x = 500.0 - 10 * n
        track = Track(
            track_id=n // 13,
            object_class=street.CLASSES[street.CAR],
            score=0.8,
            xyxy_px=(x, 200.0, x + 80, 250.0),
        )
        tracks = extend(tracks, [track], street.at(n / 8))
        seen = street.observations(tracks=tracks, seen_at=street.at(n / 8))
        state, events = RULE.step(state, seen, scene())
        n_events += len(events)
    assert n_events == 1
