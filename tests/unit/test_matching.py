"""The matching rule of the footage folder, case by case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors.evaluation.matching import RaisedInClip, figures, match
from detectors.evaluation.truth import Span, TrueEvent, Truth
from incidents.contract.events import Family
from mastwatch.config.faults import ConfigError
from mastwatch.config.truths import load_truth

BOX = (100.0, 100.0, 200.0, 180.0)
EVENT = TrueEvent(
    event_id="E1",
    family=Family.ENCROACHMENT,
    kinds=frozenset({("encroachment", "parked_in_no_parking"), ("traffic", "stopped_vehicle")}),
    start_s=10.0,
    end_s=40.0,
    from_s=9.3,
    is_open_at_start=False,
    box=BOX,
    is_certain=True,
)
ALARM = RaisedInClip(
    clip="c",
    family=Family.ENCROACHMENT,
    kind="parked_in_no_parking",
    started_at_s=10.0,
    raised_at_s=21.0,
    limit_s=10.0,
    box=BOX,
    track=(),
)
WHOLE_CLIP = Span(families=frozenset({"encroachment"}), start_s=0.0, end_s=60.0, polygon_px=None)
CLIP = "schema: 1\nclip: {name: c, file: c.mp4, width: 640, height: 360, fps: 25, duration_s: 9}\n"


def truth(*events: TrueEvent, ignored: tuple[Span, ...] = ()) -> Truth:
    return Truth(
        name="c",
        path=Path("c/clip.mp4"),
        width_px=640,
        height_px=360,
        fps=10.0,
        duration_s=60.0,
        zones=(),
        events=events,
        ignored=ignored,
        negatives=(WHOLE_CLIP,),
    )


def outcome(raised: RaisedInClip, *events: TrueEvent, ignored: tuple[Span, ...] = ()) -> str:
    [one] = match(truth(*events, ignored=ignored), [raised])
    return one.event.event_id if one.event else "ignored" if one.is_ignored else "false"


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ALARM, "E1"),
        (replace(ALARM, family=Family.TRAFFIC, kind="stopped_vehicle"), "E1"),
        (replace(ALARM, kind="vehicle_on_sidewalk"), "false"),
        (replace(ALARM, raised_at_s=9.4), "E1"),
        (replace(ALARM, raised_at_s=9.2), "false"),
        (replace(ALARM, raised_at_s=41.9), "E1"),
        (replace(ALARM, raised_at_s=42.1), "false"),
        (replace(ALARM, box=(300.0, 100.0, 400.0, 180.0)), "false"),
        (replace(ALARM, box=(300.0, 100.0, 400.0, 180.0), track=(BOX,)), "E1"),
    ],
)
def test_family_kind_time_and_place_have_to_agree(raised: RaisedInClip, expected: str) -> None:
    assert outcome(raised, EVENT) == expected


def test_a_small_thing_is_matched_by_its_centre() -> None:
    small = replace(EVENT, box=(100.0, 100.0, 120.0, 120.0))
    assert outcome(replace(ALARM, box=(112.0, 108.0, 132.0, 128.0)), small) == "E1"
    assert outcome(replace(ALARM, box=(125.0, 110.0, 145.0, 130.0)), small) == "false"


def test_where_nobody_can_tell_an_alarm_counts_neither_way() -> None:
    corner = np.array([[90, 90], [210, 90], [210, 190], [90, 190]], float)
    unclear = Span(families=frozenset({"all"}), start_s=0.0, end_s=60.0, polygon_px=corner)
    assert outcome(ALARM, ignored=(unclear,)) == "ignored"
    assert outcome(replace(ALARM, box=(300.0, 100.0, 400.0, 180.0)), ignored=(unclear,)) == "false"


def test_a_second_alarm_for_an_event_is_a_duplicate_and_not_false() -> None:
    one_truth = truth(EVENT)
    judged = match(one_truth, [ALARM, replace(ALARM, raised_at_s=30.0)])
    found = figures([(one_truth, judged)], (Family.ENCROACHMENT,))
    assert (found.n_found, found.n_duplicates, found.n_false, found.f1) == (1, 1, 0, 1.0)
    assert found.delay_s == pytest.approx(1.0)


def test_false_alarms_are_told_by_the_hour_of_what_is_known_to_be_quiet() -> None:
    one_truth = truth()
    found = figures([(one_truth, match(one_truth, [ALARM]))], (Family.ENCROACHMENT,))
    assert found.false_per_hour == pytest.approx(60.0)
    assert (found.precision, found.recall, found.f1) == (0.0, None, None)


def test_a_probable_event_that_is_found_counts_for_nothing_among_the_certain() -> None:
    one_truth = truth(replace(EVENT, is_certain=False))
    found = figures([(one_truth, match(one_truth, [ALARM]))], (Family.ENCROACHMENT,))
    assert (found.n_true, found.n_alarms, found.n_false) == (0, 0, 0)


def test_every_truth_of_the_footage_is_read(shared_dir: Path) -> None:
    truths = [load_truth(path) for path in sorted((shared_dir / "footage").glob("*/truth.yaml"))]
    assert sum(event.is_certain for one in truths for event in one.events) == 29
    assert all(one.path.is_file() and one.negative_s(tuple(Family)) > 0 for one in truths)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: 2", "schema: wanted 1, found '2'"),
        ("schema: 1", "clip: missing"),
        ("schema: [", "truth.yaml"),
        ("just words", "truth.yaml"),
        ("[" * 5000, "too many lists or mappings"),
        (CLIP.replace("640", "0"), "width: wanted a whole number above 0, found '0'"),
        (CLIP.replace("25", "0"), "fps: wanted a number above 0, found '0'"),
        (CLIP + "events: [{id: E1, also: [1]}]", "box: missing; give a list of 4"),
        (CLIP + "zones: [{id: z, type: pond, polygon: []}]", "unknown zone type 'pond'; one of"),
        (CLIP + "events: 7", "events: wanted a list, found '7'"),
    ],
)
def test_a_truth_that_cannot_be_read_says_why(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "truth.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_truth(path)
