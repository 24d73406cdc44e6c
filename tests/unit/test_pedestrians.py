"""People where only vehicles belong: not riders, not posts, not whoever uses the crosswalk."""

from __future__ import annotations

from ingest.camera import ZoneType
from tests import street

ROADWAY = street.camera(street.zone(ZoneType.ROADWAY))
START = (200.0, 150.0, 230.0, 230.0)


def test_somebody_who_walks_on_the_roadway_is_raised_once() -> None:
    events = street.watch(ROADWAY, [street.walker(street.driving(START, 40))], seconds=8)
    assert [event.kind for event in events] == ["pedestrian_on_carriageway"]


def test_a_post_taken_for_a_person_never_moves_and_is_nothing() -> None:
    assert street.watch(ROADWAY, [street.walker(street.parked(START))], seconds=20) == []


def test_a_rider_is_not_a_pedestrian() -> None:
    rider = street.walker(street.driving(START, 40))
    under = street.Actor(
        where=street.driving((195.0, 190.0, 235.0, 240.0), 40), class_id=street.MOTORCYCLE, seed=9, score=0.12
    )
    assert street.watch(ROADWAY, [under, rider], seconds=8) == []


def test_who_is_faster_than_anybody_walks_rides_something_that_was_not_seen() -> None:
    assert (
        street.watch(ROADWAY, [street.walker(street.driving((20.0, 150.0, 50.0, 230.0), 150))], seconds=4)
        == []
    )


def test_a_crosswalk_is_for_walking() -> None:
    camera = street.camera(street.zone(ZoneType.ROADWAY), street.zone(ZoneType.CROSSWALK))
    assert street.watch(camera, [street.walker(street.driving(START, 40))], seconds=8) == []


def test_a_cyclist_on_the_shoulder_of_a_motorway_is_raised() -> None:
    camera = street.camera(street.zone(ZoneType.SHOULDER))
    [event] = street.watch(
        camera, [street.walker(street.driving((20.0, 150.0, 50.0, 230.0), 120))], seconds=4
    )
    assert event.zone_id == "shoulder"


def test_two_who_meet_on_the_roadway_are_two() -> None:
    there = street.walker(street.driving((100.0, 150.0, 130.0, 230.0), 40))
    back = street.walker(street.driving((280.0, 180.0, 310.0, 260.0), -40, since_s=2.0), seed=8)
    assert len(street.watch(ROADWAY, [there, back], seconds=9, fps=10)) == 2


def test_who_comes_where_another_has_left_the_picture_is_somebody_else() -> None:
    leaves = street.walker(street.driving((480.0, 150.0, 510.0, 230.0), 40))
    comes = street.walker(street.driving((610.0, 150.0, 640.0, 230.0), -40, since_s=6.0), seed=8)
    assert len(street.watch(ROADWAY, [leaves, comes], seconds=11, fps=10)) == 2
