"""A new kind is one file: its rule runs on views with its zones and brings its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from detectors.perception.observations import Observations
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from detectors.rules.registry import RULES, kinds
from detectors.rules.rule import Need, PastAlert
from detectors.view.scene import Scene
from ingest.camera import ZoneType
from tests import street
from tests.toy_rule import BUS_SEEN, BusRule

BUS = street.Actor(where=street.parked((100.0, 100.0, 300.0, 200.0)), class_id=street.BUS)


def raised(zone_type: ZoneType) -> list[Event]:
    pipeline = Pipeline(street.camera(street.zone(zone_type)), rules=(BusRule(),))
    return [event for frame, seen in street.film([BUS], seconds=3) for event in pipeline.step(frame, seen)]


def test_a_rule_of_somebody_else_raises_its_kind_in_its_own_words() -> None:
    [event] = raised(ZoneType.CROSSWALK)
    assert (event.kind, event.family, event.label) == (BUS_SEEN.kind, BUS_SEEN.family, BUS_SEEN.label)


def test_a_rule_does_not_run_on_a_view_without_its_zones() -> None:
    assert raised(ZoneType.NO_PARKING) == []


class Recording:
    """Implements `Rule`; keeps what it is shown."""

    kinds = ()
    zone_types = frozenset(ZoneType)

    def __init__(self, *needs: Need) -> None:
        self.needs = frozenset(needs)
        self.seen: list[Observations] = []

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> None:
        return None

    def alerts(self, state: None, scene: Scene) -> Sequence[PastAlert]:
        return ()

    def step(self, state: None, seen: Observations, scene: Scene) -> tuple[None, list[Event]]:
        self.seen.append(seen)
        return None, []


@pytest.mark.parametrize("needs", [(), (Need.TRACKS,), (Need.STATIONARY,), tuple(Need)])
def test_a_step_that_no_rule_needs_does_not_run(needs: tuple[Need, ...]) -> None:
    rule = Recording(*needs)
    bag = street.Actor(where=street.parked((400.0, 200.0, 430.0, 230.0), since_s=1.0), class_id=None, seed=5)
    pipeline = Pipeline(street.camera(street.zone(ZoneType.ROADWAY)), rules=(rule,))
    for frame, seen in street.film([BUS, bag], seconds=6):
        pipeline.step(frame, seen)
    last = rule.seen[-1]
    ran = {Need.TRACKS: last.tracks, Need.STATIONARY: last.stationary, Need.ABANDONED: last.abandoned}
    assert {need for need, found in ran.items() if found} == set(needs)


def test_kinds_have_one_rule_each_and_words_in_both_languages() -> None:
    names = [kind.kind for kind in kinds()]
    assert len(names) == len(set(names))
    assert all(kind.label.vi and kind.label.en for kind in kinds())
    assert all(rule.zone_types and rule.needs for rule in RULES)


def test_before_a_person_has_confirmed_it_no_kind_is_called_a_violation() -> None:
    assert not [kind for kind in kinds() if "vi phạm" in kind.label.vi.lower()]


def test_the_order_of_rules_does_not_change_what_is_raised() -> None:
    camera = street.camera(
        street.zone(ZoneType.NO_PARKING), replace(street.zone(ZoneType.LANE), direction=((0, 0.5), (1, 0.5)))
    )
    actors = [street.Actor(where=street.parked((200.0, 200.0, 290.0, 250.0)))]
    found = [
        {
            event
            for pipeline in [Pipeline(camera, rules=rules)]
            for frame, seen in street.film(actors, seconds=15)
            for event in pipeline.step(frame, seen)
        }
        for rules in (RULES, RULES[::-1])
    ]
    assert found[0] == found[1]
    assert found[0]
