"""What the rules raise where real footage is full of what they look for: each thing, and each thing once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from detectors.evaluation.evaluate import STARTED_AT, camera_of, raised_in
from detectors.evaluation.matching import RaisedInClip
from detectors.evaluation.truth import Truth
from detectors.perception.geometry import iou
from detectors.runtimes.router import ModelRouter
from ingest.camera import View, Zone, ZoneType
from ingest.decoders.policy import DecodePolicy
from ingest.files import FileSource
from mastwatch.config.truths import load_truth
from tests import street

FPS = 5.0  # what a camera is looked at unless it says otherwise


@pytest.fixture(scope="module")
def detector(shared_dir: Path) -> Iterator[ModelRouter]:
    with closing(ModelRouter(shared_dir / "models")) as fitted:
        yield fitted


def raised(truth: Truth, zones: tuple[Zone, ...], detector: ModelRouter) -> list[RaisedInClip]:
    camera = replace(camera_of(truth), views=(View(zones=zones),), detect_fps=FPS)
    with closing(FileSource(camera.camera_id, truth.path, DecodePolicy(FPS), STARTED_AT)) as source:
        return raised_in(camera, source.frames(), detector)


def test_on_a_motorway_drawn_the_wrong_way_round_every_car_is_raised_once(
    shared_dir: Path, detector: ModelRouter
) -> None:
    truth = load_truth(shared_dir / "footage" / "highway-day-free-flow" / "truth.yaml")
    zones = tuple(replace(zone, direction=zone.direction and zone.direction[::-1]) for zone in truth.zones)
    events = [event.kind for event in raised(truth, zones, detector)]
    # The 30 of the day this was written were looked at: each is a vehicle of its own.
    assert set(events) == {"wrong_way"}
    assert 28 <= len(events) <= 31


def test_on_a_walkway_called_a_roadway_nearly_everybody_is_raised(
    shared_dir: Path, detector: ModelRouter
) -> None:
    folder = shared_dir / "footage" / "campus-walkway-people"
    truth = load_truth(folder / "truth.yaml")
    events = raised(truth, (street.zone(ZoneType.ROADWAY),), detector)
    on_foot = [event for event in events if event.kind == "pedestrian_on_carriageway"]
    people = [person_at(folder / "people.csv", truth.fps, event) for event in on_foot]
    found = {person for person in people if person is not None}
    assert len(found) >= 16  # of 19 who walk there, in groups and behind one another
    assert len(people) - len(found) <= 6  # whose number changed with somebody else's


def person_at(people_csv: Path, fps: float, event: RaisedInClip) -> int | None:
    """The number of the person whose true box the event is on."""
    frame = round(event.raised_at_s * fps)
    with people_csv.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if abs(int(row["frame"]) - frame) <= 1]
    overlaps = []
    for row in rows:
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        box = (left, top, left + width, top + height)
        overlaps.append((iou(box, event.box), int(row["person_id"])))
    overlap, person = max(overlaps, default=(0.0, -1))
    return person if overlap >= 0.3 else None
