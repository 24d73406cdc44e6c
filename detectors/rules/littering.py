"""Something left lying by a person who went away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from detectors.perception.abandoned import AbandonedObject
from detectors.perception.geometry import area_px, cover, distance_px, size_px
from detectors.perception.observations import Observations
from detectors.perception.stationary import StationaryObject
from detectors.perception.track_history import PathPoint
from detectors.perception.tracks import Xyxy
from detectors.rules.dwell import DEFAULT_DWELL_S, is_credible
from detectors.rules.event import Event
from detectors.rules.rule import Kind, Need, PastAlert
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType

OBJECT_LEFT = Kind(
    kind="object_left_by_person",
    family=Family.LITTERING,
    label=Label(vi="Để lại rác", en="Something left lying"),
)

# Whoever puts a bag down to tie a shoe comes back within this.
ALONE_MOST_S = 5.0
ALONE_SHARE = 0.5  # of the dwell, where that is shorter
PRESENCE_RATIO_MIN = 0.6
# Against the person beside it: a wallet cannot be seen from a mast, and a van was not carried here.
AREA_LEAST, AREA_MOST = 0.015, 0.6

SAME_PLACE_COVER = 0.4
FORGET_AFTER_S = 600.0  # a place that has been clean for so long: what lies there next is another thing


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedObject:
    """A left object for which an event was raised; while something lies there it is the same."""

    zone_id: str
    xyxy_px: Xyxy
    seen_at: datetime  # when something last lay there; nobody looked meanwhile: later by so much


AlertedObjects = tuple[AlertedObject, ...]


class LeftObjectRule:
    """Implements `Rule`: an event for each thing that has lain for its zone's dwell and whose owner has gone.

    Vehicles at rest are needed too: what lies on one of them, or is one, was not left behind.
    """

    kinds = (OBJECT_LEFT,)
    zone_types = frozenset(ZoneType) - {ZoneType.PARKING_BAY, ZoneType.STOP_LINE}
    needs = frozenset({Need.ABANDONED, Need.STATIONARY})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> AlertedObjects:
        return tuple(
            AlertedObject(zone_id=alert.zone_id, xyxy_px=scene.to_pixels(alert.box), seen_at=at)
            for alert in past
        )

    def alerts(self, state: AlertedObjects, scene: Scene) -> list[PastAlert]:
        return [
            PastAlert(
                kind=OBJECT_LEFT.kind,
                zone_id=known.zone_id,
                role=None,
                box=scene.to_shares(known.xyxy_px),
                seen_at=known.seen_at,
            )
            for known in state
        ]

    def step(
        self, state: AlertedObjects, seen: Observations, scene: Scene
    ) -> tuple[AlertedObjects, list[Event]]:
        alerted = _still_there(state, seen)
        events: list[Event] = []
        for thing in seen.abandoned:
            zone = zone_under(scene.zones, thing.xyxy_px)
            if zone is None or zone.type not in self.zone_types or not _is_litter(thing, seen.stationary):
                continue
            limit_s = DEFAULT_DWELL_S if zone.dwell_s is None else zone.dwell_s
            if not _has_lain(thing, limit_s, seen.seen_at) or _is_known(thing, zone, alerted):
                continue
            known = AlertedObject(zone_id=zone.zone_id, xyxy_px=thing.xyxy_px, seen_at=seen.seen_at)
            alerted = (*alerted, known)
            events.append(_event(thing, zone, scene, limit_s))
        return alerted, events


RULE = LeftObjectRule()


def _is_litter(thing: AbandonedObject, stationary: Sequence[StationaryObject]) -> bool:
    if thing.owner_px is None or thing.presence_ratio < PRESENCE_RATIO_MIN:
        return False
    area, owner_area = (float(area_px([box])[0]) for box in (thing.xyxy_px, thing.owner_px))
    # A bag is a vehicle to the detector now and then; only what it keeps seeing there is one.
    is_vehicle = any(
        is_credible(vehicle) and cover(thing.xyxy_px, vehicle.xyxy_px) >= SAME_PLACE_COVER
        for vehicle in stationary
    )
    return AREA_LEAST <= area / owner_area <= AREA_MOST and not is_vehicle


def _has_lain(thing: AbandonedObject, limit_s: float, seen_at: datetime) -> bool:
    if thing.alone_at is None or (seen_at - thing.since_at).total_seconds() < limit_s:
        return False
    return (seen_at - thing.alone_at).total_seconds() >= min(ALONE_MOST_S, ALONE_SHARE * limit_s)


def _still_there(alerted: AlertedObjects, seen: Observations) -> AlertedObjects:
    boxes = [thing.xyxy_px for thing in seen.abandoned]
    last_seen = (
        replace(known, seen_at=seen.seen_at if _is_at_any(boxes, known) else known.seen_at + seen.unwatched)
        for known in alerted
    )
    return tuple(
        known for known in last_seen if (seen.seen_at - known.seen_at).total_seconds() <= FORGET_AFTER_S
    )


def _is_at_any(boxes: Sequence[Xyxy], known: AlertedObject) -> bool:
    return any(_is_at(box, known.xyxy_px) for box in boxes)


def _is_known(thing: AbandonedObject, zone: PixelZone, alerted: AlertedObjects) -> bool:
    return any(known.zone_id == zone.zone_id and _is_at(thing.xyxy_px, known.xyxy_px) for known in alerted)


def _is_at(box: Xyxy, place: Xyxy) -> bool:
    return cover(box, place) >= SAME_PLACE_COVER or distance_px(box, place) <= 0.5 * size_px(box)


def _event(thing: AbandonedObject, zone: PixelZone, scene: Scene, limit_s: float) -> Event:
    return Event(
        family=OBJECT_LEFT.family,
        kind=OBJECT_LEFT.kind,
        label=OBJECT_LEFT.label,
        camera_id=scene.camera_id,
        view_id=scene.view_id,
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
