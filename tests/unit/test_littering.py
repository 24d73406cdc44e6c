"""What a person left lying: no class is known of it, and light is not a thing."""

from __future__ import annotations

import numpy as np

from detectors.perception.tracks import Xyxy
from detectors.pipeline import Pipeline
from ingest.camera import ZoneType
from ingest.frame import Bgr
from tests import street

SIDEWALK = street.camera(street.zone(ZoneType.SIDEWALK))
BAG: Xyxy = (300.0, 240.0, 340.0, 280.0)


def passer(stops_s: float = 0.0) -> street.Actor:
    """Walks in from the left, is at the bag's place from 5 s on for so long, and walks on."""

    def where(at_s: float) -> Xyxy | None:
        walked_s = min(at_s, 5.0) + max(0.0, at_s - 5.0 - stops_s)
        x = 30.0 + 50 * walked_s
        return (x, 130.0, x + 50, 275.0) if x < 620 else None

    return street.walker(where)


def bag(since_s: float = 5.0, until_s: float = 1e9) -> street.Actor:
    return street.Actor(where=street.parked(BAG, since_s, until_s), class_id=None, seed=5)


def test_a_bag_put_down_by_somebody_who_walks_on_is_raised_once() -> None:
    [event] = street.watch(SIDEWALK, [bag(), passer()], seconds=40)
    assert event.kind == "object_left_by_person"
    assert event.object_class == "object"
    assert 15.0 <= (event.raised_at - street.T0).total_seconds() <= 18.0


def test_whoever_stays_with_a_bag_has_not_left_it() -> None:
    assert street.watch(SIDEWALK, [bag(), passer(stops_s=60)], seconds=40) == []


def test_a_bag_that_is_picked_up_in_time_is_nothing() -> None:
    assert street.watch(SIDEWALK, [bag(until_s=12.0), passer()], seconds=30) == []


def test_what_appears_while_nobody_is_near_was_not_left_by_a_person() -> None:
    assert street.watch(SIDEWALK, [bag()], seconds=40) == []


def test_what_lay_there_from_the_beginning_belongs_to_the_place() -> None:
    assert street.watch(SIDEWALK, [bag(since_s=0.0), passer()], seconds=40) == []


def test_a_shadow_keeps_the_pattern_of_the_ground_and_is_no_thing() -> None:
    def shadow(at_s: float, bgr: Bgr) -> Bgr:
        x1, y1, x2, y2 = (round(value) for value in BAG)
        if at_s >= 5.0:
            bgr[y1:y2, x1:x2] = bgr[y1:y2, x1:x2] * 0.5
        return bgr

    pipeline = Pipeline(SIDEWALK)
    frames = street.film([passer()], seconds=40, light=shadow)
    assert [event for frame, seen in frames for event in pipeline.step(frame, seen)] == []


def test_a_cloud_over_the_whole_street_leaves_nothing_behind() -> None:
    def cloud(at_s: float, bgr: Bgr) -> Bgr:
        return np.asarray(bgr * (0.6 if at_s >= 5.0 else 1.0), np.uint8)

    pipeline = Pipeline(SIDEWALK)
    frames = street.film([passer()], seconds=40, light=cloud)
    assert [event for frame, seen in frames for event in pipeline.step(frame, seen)] == []


def test_where_a_bag_was_taken_away_nothing_was_left() -> None:
    assert street.watch(SIDEWALK, [bag(since_s=0.0, until_s=5.0), passer()], seconds=40) == []


def test_a_bag_that_the_detector_takes_for_a_car_for_a_moment_is_still_left_behind() -> None:
    doubted = street.Actor(where=street.parked(BAG, 5.0), seed=5, is_detected=lambda at_s: 8 <= at_s <= 8.8)
    assert len(street.watch(SIDEWALK, [bag(), doubted, passer()], seconds=40)) == 1
