"""One stall is one event, whatever the frame rate, the tracker and the traffic do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.pipeline import Pipeline
from ingest.camera import ZoneType
from tests import street

KERB = (200.0, 200.0, 290.0, 250.0)
NO_PARKING = street.camera(street.zone(ZoneType.NO_PARKING))
ROADWAY = street.camera(street.zone(ZoneType.ROADWAY))


def car(where: street.Where, seed: int = 1) -> street.Actor:
    return street.Actor(where=where, seed=seed)


@pytest.mark.parametrize("fps", [25, 10, 5, 2])
def test_the_dwell_does_not_depend_on_the_frame_rate(fps: float) -> None:
    camera = replace(NO_PARKING, detect_fps=fps)
    [event] = street.watch(camera, [car(street.parked(KERB, since_s=2.0))], seconds=14, fps=fps)
    assert (event.raised_at - street.at(2.0)).total_seconds() == pytest.approx(10.0, abs=1 / fps)


def test_a_stay_shorter_than_the_limit_is_nothing() -> None:
    assert street.watch(NO_PARKING, [car(street.parked(KERB, until_s=9.0))], seconds=14) == []


def test_a_car_that_drives_through_is_nothing() -> None:
    assert street.watch(NO_PARKING, [car(street.driving((0.0, 200.0, 90.0, 250.0), 120))], seconds=6) == []


def test_a_lorry_that_crawls_has_not_stopped() -> None:
    lorry = street.Actor(where=street.driving((60.0, 150.0, 240.0, 250.0), 6), class_id=street.TRUCK)
    assert street.watch(ROADWAY, [lorry], seconds=30) == []


def test_traffic_that_hides_a_parked_car_does_not_restart_its_stay() -> None:
    bus = street.Actor(
        where=street.driving((-300.0, 150.0, 0.0, 330.0), 100, since_s=4.0), class_id=street.TRUCK, seed=3
    )
    events = street.watch(NO_PARKING, [car(street.parked(KERB)), bus], seconds=25)
    assert [event.raised_at for event in events] == [street.at(10.0)]


def test_a_car_the_detector_sees_only_now_and_then_is_still_one_stay() -> None:
    flickering = replace(car(street.parked(KERB)), is_detected=lambda at_s: round(at_s * 5) % 3 != 0)
    assert len(street.watch(NO_PARKING, [flickering], seconds=40)) == 1


def test_the_same_car_seen_now_as_car_now_as_lorry_is_one_alarm() -> None:
    as_car = replace(car(street.parked(KERB)), is_detected=lambda at_s: int(at_s) % 2 == 0)
    as_truck = replace(as_car, class_id=street.TRUCK, is_detected=lambda at_s: int(at_s) % 2 == 1)
    assert len(street.watch(NO_PARKING, [as_car, as_truck], seconds=30)) == 1


def test_the_next_car_at_the_same_place_is_another_alarm() -> None:
    first = car(street.parked(KERB, until_s=15.0))
    second = car(street.parked(KERB, since_s=30.0), seed=2)
    assert len(street.watch(NO_PARKING, [first, second], seconds=45)) == 2


def test_a_car_on_two_zones_is_one_alarm_of_the_more_specific_one() -> None:
    camera = street.camera(street.zone(ZoneType.ROADWAY), street.zone(ZoneType.NO_PARKING))
    [event] = street.watch(camera, [car(street.parked(KERB))], seconds=20)
    assert event.kind == "parked_in_no_parking"


def test_a_parking_bay_is_for_parking() -> None:
    camera = street.camera(street.zone(ZoneType.ROADWAY), street.zone(ZoneType.PARKING_BAY))
    assert street.watch(camera, [car(street.parked(KERB))], seconds=20) == []


def test_a_queue_is_not_a_row_of_stopped_vehicles() -> None:
    queue = [
        car(street.parked((100.0 + 110 * n, 200.0, 190.0 + 110 * n, 250.0)), seed=n + 1) for n in range(4)
    ]
    assert street.watch(ROADWAY, queue, seconds=20) == []


def test_whoever_waits_before_a_stop_line_has_not_broken_down() -> None:
    line = replace(street.zone(ZoneType.STOP_LINE), polygon=((0.0, 0.45), (1.0, 0.45)))
    lane = street.zone(ZoneType.LANE, polygon=((0.0, 0.45), (1.0, 0.45), (1.0, 1.0), (0.0, 1.0)))
    assert street.watch(street.camera(line, lane), [car(street.parked(KERB))], seconds=60) == []


def test_a_false_box_of_the_whole_street_is_no_vehicle() -> None:
    everything = car(street.parked((20.0, 10.0, 620.0, 350.0)))
    assert street.watch(NO_PARKING, [everything], seconds=20) == []


@settings(max_examples=15, deadline=None)
@given(
    gaps=st.lists(st.tuples(st.floats(1, 20), st.floats(0.5, 6)), max_size=4),
    fps=st.sampled_from([4.0, 5.0, 8.0]),
)
def test_no_gap_within_the_tolerance_makes_a_second_alarm(
    gaps: list[tuple[float, float]], fps: float
) -> None:
    hidden = replace(
        car(street.parked(KERB)),
        is_detected=lambda at_s: not any(start <= at_s < start + length for start, length in gaps),
    )
    assert len(street.watch(replace(NO_PARKING, detect_fps=fps), [hidden], seconds=30, fps=fps)) == 1


def test_frames_that_come_late_are_counted_and_left_out() -> None:
    pipeline = Pipeline(NO_PARKING)
    frames = list(street.film([], seconds=1))
    for frame, seen in [*frames, frames[0], frames[-1]]:
        pipeline.step(frame, seen)
    assert pipeline.n_late == 2


@pytest.mark.parametrize(
    "polygon",
    [
        ((1.2, 1.2), (1.8, 1.2), (1.8, 1.8)),
        ((0.1, 0.1), (0.2, 0.1), (0.15, 0.1)),
    ],
    ids=["outside the picture", "without an area"],
)
def test_a_zone_that_holds_nothing_raises_nothing(polygon: tuple[tuple[float, float], ...]) -> None:
    camera = street.camera(street.zone(ZoneType.NO_PARKING, polygon=polygon))
    assert street.watch(camera, [car(street.parked(KERB))], seconds=15) == []


def test_a_zone_whose_edge_crosses_itself_holds_both_its_halves() -> None:
    bow = ((0.2, 0.4), (0.8, 0.9), (0.8, 0.4), (0.2, 0.9))
    camera = street.camera(street.zone(ZoneType.NO_PARKING, polygon=bow))
    left, right = (street.Actor(where=street.parked((x, 205.0, x + 60, 245.0))) for x in (150.0, 430.0))
    assert len(street.watch(camera, [left, right], seconds=15)) == 2
