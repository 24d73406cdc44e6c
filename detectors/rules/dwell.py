"""A vehicle that stays where it may not: what encroachment and stopped vehicles have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from detectors.perception.geometry import cover, iou
from detectors.perception.observations import Observations
from detectors.perception.stationary import FORGET_AFTER_S, StationaryObject
from detectors.perception.track_history import PathPoint
from detectors.perception.tracks import Xyxy
from detectors.rules.event import Event
from detectors.rules.rule import Kind, Need, PastAlert
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from ingest.camera import ZoneType
from models.registry import TWO_WHEELERS, Role

DEFAULT_DWELL_S = 120.0
DEFAULT_MAX_GAP_S = 10.0

# A thing at rest is seen again and again; what is not is a mark on the road or the traffic passing over it.
SCORE_MIN = 0.18
PRESENCE_RATIO_MIN = 0.5
DETECTION_RATIO_MIN = 0.4

# Two boxes of one thing: the cab of a lorry and the whole lorry.
SAME_PLACE_IOU = 0.4
SAME_PLACE_COVER = 0.55


class Excuse(Protocol):
    """True where standing there is not an incident, for now."""

    def __call__(
        self, thing: StationaryObject, zone: PixelZone, seen: Observations, scene: Scene
    ) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedStay:
    """A stay for which an event was raised.

    Another stay is the same one where zone, kind, group of classes and place agree. Groups, not classes:
    from frame to frame the detector takes a van for a car, and hardly ever for a motorcycle.
    """

    object_id: int | None  # None: raised before this view began
    zone_id: str
    kind: str
    role: Role | None
    xyxy_px: Xyxy
    seen_at: datetime  # when it was last there; nobody looked meanwhile: later by so much


DwellState = tuple[AlertedStay, ...]


def never(thing: StationaryObject, zone: PixelZone, seen: Observations, scene: Scene) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DwellRule:
    """Implements `Rule`: an event for each vehicle that stands longer than its zone allows, once."""

    kind_of: Mapping[ZoneType, Kind]
    is_excused: Excuse = never

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(self.kind_of.values()))

    @property
    def zone_types(self) -> frozenset[ZoneType]:
        return frozenset(self.kind_of)

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset({Need.STATIONARY})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> DwellState:
        return tuple(
            AlertedStay(
                object_id=None,
                zone_id=alert.zone_id,
                kind=alert.kind,
                role=alert.role,
                xyxy_px=scene.to_pixels(alert.box),
                seen_at=at,
            )
            for alert in past
        )

    def alerts(self, state: DwellState, scene: Scene) -> list[PastAlert]:
        return [
            PastAlert(
                kind=stay.kind,
                zone_id=stay.zone_id,
                role=stay.role,
                box=scene.to_shares(stay.xyxy_px),
                seen_at=stay.seen_at,
            )
            for stay in state
        ]

    def step(self, state: DwellState, seen: Observations, scene: Scene) -> tuple[DwellState, list[Event]]:
        events: list[Event] = []
        violations = [
            _Violation(thing, zone, self.kind_of[zone.type])
            for thing in seen.stationary
            if (zone := zone_under(scene.zones, thing.xyxy_px)) is not None and zone.type in self.kind_of
        ]
        alerted = _carried_on(state, seen, violations)
        for violation in violations:
            if not violation.is_due or _is_known(violation, alerted):
                continue
            if not self.is_excused(violation.thing, violation.zone, seen, scene):
                alerted = (*alerted, violation.alerted(seen.seen_at))
                events.append(_event(violation, scene))
        return alerted, events


@dataclass(frozen=True, slots=True)
class _Violation:
    """A thing at rest in a zone where it may not be for long."""

    thing: StationaryObject
    zone: PixelZone
    kind: Kind

    @property
    def limit_s(self) -> float:
        return DEFAULT_DWELL_S if self.zone.dwell_s is None else self.zone.dwell_s

    @property
    def is_due(self) -> bool:
        return is_credible(self.thing) and self.thing.dwell_s >= self.limit_s

    def alerted(self, seen_at: datetime) -> AlertedStay:
        return AlertedStay(
            object_id=self.thing.object_id,
            zone_id=self.zone.zone_id,
            kind=self.kind.kind,
            role=self.thing.object_class.role,
            xyxy_px=self.thing.xyxy_px,
            seen_at=seen_at,
        )

    def continues(self, stay: AlertedStay) -> bool:
        """Whether this is what was raised here: it came before that had been gone for long."""
        gap = self.thing.entered_at - stay.seen_at
        same_group = (self.thing.object_class.role in TWO_WHEELERS) == (stay.role in TWO_WHEELERS)
        return (
            gap <= timedelta(seconds=DEFAULT_MAX_GAP_S)
            and same_group
            and (self.zone.zone_id, self.kind.kind) == (stay.zone_id, stay.kind)
            and _same_place(self.thing.xyxy_px, stay.xyxy_px)
        )


def is_credible(thing: StationaryObject) -> bool:
    return (
        thing.object_class.role is not Role.BICYCLE
        and thing.score >= SCORE_MIN
        and thing.presence_ratio >= PRESENCE_RATIO_MIN
        and thing.detection_ratio >= DETECTION_RATIO_MIN
    )


def _carried_on(state: DwellState, seen: Observations, violations: Sequence[_Violation]) -> DwellState:
    """What was raised, with the time at which it was last there."""
    there = {thing.object_id for thing in seen.stationary}
    last_seen = (
        replace(stay, seen_at=seen.seen_at if stay.object_id in there else stay.seen_at + seen.unwatched)
        for stay in state
    )
    known = tuple(
        stay for stay in last_seen if (seen.seen_at - stay.seen_at).total_seconds() <= FORGET_AFTER_S
    )
    # A thing under a new number, after a lamp was lit or its box grew, is still the same thing.
    numbers = {stay.object_id for stay in known}
    renumbered = tuple(
        violation.alerted(seen.seen_at)
        for violation in violations
        if violation.thing.object_id not in numbers and any(violation.continues(stay) for stay in known)
    )
    return known + renumbered


def _is_known(violation: _Violation, alerted: DwellState) -> bool:
    return any(stay.object_id == violation.thing.object_id or violation.continues(stay) for stay in alerted)


def _same_place(a: Xyxy, b: Xyxy) -> bool:
    return iou(a, b) >= SAME_PLACE_IOU or cover(a, b) >= SAME_PLACE_COVER


def _event(violation: _Violation, scene: Scene) -> Event:
    thing, kind = violation.thing, violation.kind
    return Event(
        family=kind.family,
        kind=kind.kind,
        label=kind.label,
        camera_id=scene.camera_id,
        view_id=scene.view_id,
        zone_id=violation.zone.zone_id,
        object_class=thing.object_class.name,
        entered_at=thing.entered_at,
        raised_at=thing.seen_at,
        limit_s=violation.limit_s,
        score=thing.score,
        xyxy_px=thing.xyxy_px,
        best_at=thing.best_at,
        path=(
            PathPoint(seen_at=thing.entered_at, xyxy_px=thing.xyxy_px),
            PathPoint(seen_at=thing.seen_at, xyxy_px=thing.xyxy_px),
        ),
    )
