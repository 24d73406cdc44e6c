"""A vehicle that stays where it may not: what encroachment and stopped vehicles have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detectors.perception.detections import BICYCLE, CLASS_NAMES
from detectors.perception.geometry import cover, iou
from detectors.perception.stationary import FORGET_AFTER_S, TWO_WHEELED, StationaryObject
from detectors.perception.tracks import Xyxy
from detectors.rules.event import Event, PathPoint
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from incidents.contract.events import Family
from ingest.camera import ZoneType

DEFAULT_DWELL_S = 120.0
DEFAULT_MAX_GAP_S = 10.0

# A thing at rest is seen again and again; what is not is a mark on the road or the traffic passing over it.
SCORE_MIN = 0.18
THERE_SHARE_MIN = 0.5
DETECTED_SHARE_MIN = 0.4

# Two boxes of one thing: the cab of a lorry and the whole lorry.
SAME_PLACE_IOU = 0.4
SAME_PLACE_COVER = 0.55

Kinds = Mapping[ZoneType, tuple[Family, str]]
Excuse = Callable[[StationaryObject, PixelZone], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedStay:
    """A stay that somebody was told about.

    Another stay is the same one where zone, kind, group of classes and place agree. Groups, not classes:
    from frame to frame the detector takes a van for a car, and hardly ever for a motorcycle.
    """

    object_id: int | None  # None: raised before this view began
    zone_id: str
    kind: str
    is_two_wheeled: bool
    xyxy_px: Xyxy
    seen_at: datetime  # when it was last seen to be there


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellState:
    raised: tuple[AlertedStay, ...] = ()


def dwell_violations(
    state: DwellState,
    standing: Sequence[StationaryObject],
    scene: Scene,
    seen_at: datetime,
    *,
    kinds: Kinds,
    is_excused: Excuse,
) -> tuple[DwellState, list[Event]]:
    """Alarms for what has stood in a zone of `kinds` longer than that zone allows, each thing once.

    Args:
        standing: everything that stands in this frame.
        is_excused: true where standing there is no matter, for now.
    """
    alarms: list[Event] = []
    offences = [
        _DwellViolation(thing, zone, kinds[zone.type])
        for thing in standing
        if (zone := zone_under(scene.zones, thing.xyxy_px)) is not None and zone.type in kinds
    ]
    raised = _carried_on(state.raised, standing, offences, seen_at)
    for offence in offences:
        thing = offence.thing
        if not is_credible(thing) or _is_known(offence, raised) or thing.dwell_s < offence.limit_s:
            continue
        if not is_excused(thing, offence.zone):
            raised = (*raised, offence.raised(seen_at))
            alarms.append(_alarm(offence, scene))
    return DwellState(raised=raised), alarms


@dataclass(frozen=True, slots=True)
class _DwellViolation:
    """A thing at rest in a zone where it may not be for long."""

    thing: StationaryObject
    zone: PixelZone
    kind: tuple[Family, str]

    @property
    def limit_s(self) -> float:
        return DEFAULT_DWELL_S if self.zone.dwell_s is None else self.zone.dwell_s

    def raised(self, seen_at: datetime) -> AlertedStay:
        return AlertedStay(
            object_id=self.thing.object_id,
            zone_id=self.zone.zone_id,
            kind=self.kind[1],
            is_two_wheeled=self.thing.class_id in TWO_WHEELED,
            xyxy_px=self.thing.xyxy_px,
            seen_at=seen_at,
        )

    def continues(self, stay: AlertedStay) -> bool:
        """Whether this is what was raised here: it came before that had been gone for long."""
        gap = self.thing.entered_at - stay.seen_at
        own = (self.zone.zone_id, self.kind[1], self.thing.class_id in TWO_WHEELED)
        return (
            gap <= timedelta(seconds=DEFAULT_MAX_GAP_S)
            and own == (stay.zone_id, stay.kind, stay.is_two_wheeled)
            and _same_place(self.thing.xyxy_px, stay.xyxy_px)
        )


def is_credible(thing: StationaryObject) -> bool:
    return (
        thing.class_id != BICYCLE
        and thing.score >= SCORE_MIN
        and thing.presence_ratio >= THERE_SHARE_MIN
        and thing.detection_ratio >= DETECTED_SHARE_MIN
    )


def _carried_on(
    raised: tuple[AlertedStay, ...],
    standing: Sequence[StationaryObject],
    offences: Sequence[_DwellViolation],
    seen_at: datetime,
) -> tuple[AlertedStay, ...]:
    """What was raised, with the time at which it was last there."""
    there = {thing.object_id for thing in standing}
    kept = tuple(
        replace(stay, seen_at=seen_at) if stay.object_id in there else stay
        for stay in raised
        if (seen_at - stay.seen_at).total_seconds() <= FORGET_AFTER_S
    )
    # A thing that goes by a new number, after a lamp was lit or its box grew, is still the same thing.
    numbers = {stay.object_id for stay in kept}
    heirs = tuple(
        offence.raised(seen_at)
        for offence in offences
        if offence.thing.object_id not in numbers and any(offence.continues(stay) for stay in kept)
    )
    return kept + heirs


def _is_known(offence: _DwellViolation, raised: tuple[AlertedStay, ...]) -> bool:
    return any(stay.object_id == offence.thing.object_id or offence.continues(stay) for stay in raised)


def _same_place(a: Xyxy, b: Xyxy) -> bool:
    return iou(a, b) >= SAME_PLACE_IOU or cover(a, b) >= SAME_PLACE_COVER


def _alarm(offence: _DwellViolation, scene: Scene) -> Event:
    thing = offence.thing
    return Event(
        family=offence.kind[0],
        kind=offence.kind[1],
        camera_id=scene.camera_id,
        zone_id=offence.zone.zone_id,
        object_class=CLASS_NAMES[thing.class_id],
        entered_at=thing.entered_at,
        raised_at=thing.seen_at,
        limit_s=offence.limit_s,
        score=thing.score,
        xyxy_px=thing.xyxy_px,
        best_at=thing.best_at,
        path=(
            PathPoint(seen_at=thing.entered_at, xyxy_px=thing.xyxy_px),
            PathPoint(seen_at=thing.seen_at, xyxy_px=thing.xyxy_px),
        ),
    )
