"""Something left lying by a person who went away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from detectors.perception.abandoned import AbandonedObject
from detectors.perception.geometry import area_px, cover, distance_px, size_px
from detectors.perception.stationary import StationaryObject
from detectors.perception.tracks import Xyxy
from detectors.rules.dwell import DEFAULT_DWELL_S, is_credible
from detectors.rules.event import Event, PathPoint
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from incidents.contract.events import Family
from ingest.camera import ZoneType

WATCHED = frozenset(ZoneType) - {ZoneType.PARKING_BAY, ZoneType.STOP_LINE}

# Whoever puts a bag down to tie a shoe comes back within this.
ALONE_MOST_S = 5.0
ALONE_SHARE = 0.5  # of the dwell, where that is shorter
THERE_SHARE_MIN = 0.6
# Against the person beside it: a wallet cannot be seen from a mast, and a van was not carried here.
AREA_LEAST, AREA_MOST = 0.015, 0.6

SAME_PLACE_COVER = 0.4
FORGET_AFTER_S = 600.0  # a place that has been clean for so long: what lies there next is another thing


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedObject:
    """Something left behind that somebody was told about; while something lies there it is the same."""

    zone_id: str
    xyxy_px: Xyxy
    seen_at: datetime  # when something was last seen to lie there


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedObjects:
    raised: tuple[AlertedObject, ...] = ()


def litterings(
    state: AlertedObjects,
    things: Sequence[AbandonedObject],
    standing: Sequence[StationaryObject],
    scene: Scene,
    seen_at: datetime,
) -> tuple[AlertedObjects, list[Event]]:
    """One alarm for each thing that has lain for its zone's dwell and whose owner has gone.

    Args:
        standing: vehicles at rest: what lies on one of them, or is one, was not left behind.
    """
    raised = _still_there(state.raised, things, seen_at)
    alarms: list[Event] = []
    for thing in things:
        zone = zone_under(scene.zones, thing.xyxy_px)
        if zone is None or zone.type not in WATCHED or not _is_litter(thing, standing):
            continue
        limit_s = DEFAULT_DWELL_S if zone.dwell_s is None else zone.dwell_s
        if not _has_lain(thing, limit_s, seen_at) or _is_known(thing, zone, raised):
            continue
        raised = (*raised, AlertedObject(zone_id=zone.zone_id, xyxy_px=thing.xyxy_px, seen_at=seen_at))
        alarms.append(_alarm(thing, zone, scene, limit_s))
    return AlertedObjects(raised=raised), alarms


def _is_litter(thing: AbandonedObject, standing: Sequence[StationaryObject]) -> bool:
    if thing.owner_px is None or thing.presence_ratio < THERE_SHARE_MIN:
        return False
    area, owner_area = (float(area_px([box])[0]) for box in (thing.xyxy_px, thing.owner_px))
    # A bag is a vehicle to the detector now and then; only what it keeps seeing there is one.
    is_vehicle = any(
        is_credible(vehicle) and cover(thing.xyxy_px, vehicle.xyxy_px) >= SAME_PLACE_COVER
        for vehicle in standing
    )
    return AREA_LEAST <= area / owner_area <= AREA_MOST and not is_vehicle


def _has_lain(thing: AbandonedObject, limit_s: float, seen_at: datetime) -> bool:
    if thing.alone_at is None or (seen_at - thing.since_at).total_seconds() < limit_s:
        return False
    return (seen_at - thing.alone_at).total_seconds() >= min(ALONE_MOST_S, ALONE_SHARE * limit_s)


def _still_there(
    raised: Sequence[AlertedObject], things: Sequence[AbandonedObject], seen_at: datetime
) -> tuple[AlertedObject, ...]:
    boxes = [thing.xyxy_px for thing in things]
    return tuple(
        replace(known, seen_at=seen_at) if any(_is_at(box, known.xyxy_px) for box in boxes) else known
        for known in raised
        if (seen_at - known.seen_at).total_seconds() <= FORGET_AFTER_S
    )


def _is_known(thing: AbandonedObject, zone: PixelZone, raised: Sequence[AlertedObject]) -> bool:
    return any(known.zone_id == zone.zone_id and _is_at(thing.xyxy_px, known.xyxy_px) for known in raised)


def _is_at(box: Xyxy, place: Xyxy) -> bool:
    return cover(box, place) >= SAME_PLACE_COVER or distance_px(box, place) <= 0.5 * size_px(box)


def _alarm(thing: AbandonedObject, zone: PixelZone, scene: Scene, limit_s: float) -> Event:
    return Event(
        family=Family.LITTERING,
        kind="object_left_by_person",
        camera_id=scene.camera_id,
        zone_id=zone.zone_id,
        object_class="object",
        entered_at=thing.since_at,
        raised_at=thing.seen_at,
        limit_s=limit_s,
        score=thing.presence_ratio,
        xyxy_px=thing.xyxy_px,
        best_at=thing.seen_at,
        path=(
            PathPoint(seen_at=thing.since_at, xyxy_px=thing.xyxy_px),
            PathPoint(seen_at=thing.seen_at, xyxy_px=thing.xyxy_px),
        ),
    )
