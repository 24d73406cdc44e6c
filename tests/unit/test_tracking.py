"""A number for each thing, kept over gaps and low frame rates."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.perception.detections import Detections
from detectors.perception.tracking import Tracker
from tests import street


def seen(*rows: tuple[tuple[float, float, float, float], int, float]) -> Detections:
    boxes, classes, scores = zip(*rows, strict=True) if rows else ((), (), ())
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(classes, np.int32),
        street.CLASSES,
    )


def drive(x: float) -> tuple[float, float, float, float]:
    return x, 200.0, x + 40, 230.0


def test_a_thing_is_a_track_from_its_second_frame_on() -> None:
    tracker = Tracker(5)
    assert tracker.update(seen((drive(0), street.CAR, 0.8)), street.at(0)) == []
    assert len(tracker.update(seen((drive(5), street.CAR, 0.8)), street.at(0.2))) == 1


@pytest.mark.parametrize(("fps", "speed_pps"), [(25, 200), (10, 200), (5, 200)])
def test_a_number_lasts_while_a_thing_drives_on(fps: float, speed_pps: float) -> None:
    tracker = Tracker(fps)
    ids = {
        track.track_id
        for n in range(round(2 * fps))
        for track in tracker.update(seen((drive(speed_pps * n / fps), street.CAR, 0.8)), street.at(n / fps))
    }
    assert len(ids) == 1


def test_a_weak_box_continues_a_track_and_begins_none() -> None:
    tracker = Tracker(5)
    for n in range(3):
        tracker.update(seen((drive(5 * n), street.CAR, 0.8)), street.at(n / 5))
    weak = seen((drive(15), street.CAR, 0.12), ((400.0, 50.0, 440.0, 80.0), street.CAR, 0.12))
    [track] = tracker.update(weak, street.at(0.6))
    assert track.xyxy_px == drive(15)


def test_a_rider_and_the_motorcycle_are_two_tracks() -> None:
    tracker = Tracker(5)
    both = seen((drive(0), street.MOTORCYCLE, 0.8), ((5.0, 180.0, 35.0, 225.0), street.PERSON, 0.8))
    tracker.update(both, street.at(0))
    seen_twice = tracker.update(both, street.at(0.2))
    assert {track.object_class.name for track in seen_twice} == {"motorcycle", "person"}


def test_the_class_is_the_one_most_seen() -> None:
    tracker = Tracker(5)
    for n, class_id in enumerate((street.TRUCK, street.TRUCK, street.TRUCK, street.BUS)):
        tracks = tracker.update(seen((drive(n), class_id, 0.7)), street.at(n / 5))
    assert [track.object_class.name for track in tracks] == ["truck"]


def test_nothing_seen_is_no_track() -> None:
    assert Tracker(5).update(seen(), street.at(0)) == []
