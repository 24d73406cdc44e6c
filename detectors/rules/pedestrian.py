"""A person, or a cyclist on a motorway, where only vehicles belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import hypot
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from detectors.perception.detections import (
    BICYCLE,
    BUS,
    CAR,
    CLASS_NAMES,
    MOTORCYCLE,
    PERSON,
    TRUCK,
    Detections,
)
from detectors.perception.geometry import cover_matrix
from detectors.perception.track_history import TrackHistories, TrackHistory
from detectors.rules.alerted_tracks import AlertedTrack, hand_over
from detectors.rules.event import Event
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone
from incidents.contract.events import Family
from ingest.camera import ZoneType

LASTS_S = 2.0
TRAVEL_HEIGHTS = 0.5  # a post, a sign or a bush taken for a person has never moved
PERSON_HEIGHT_M = 1.7
SPEED_MOST_MPS = 2.5  # a brisk walk is 2; whoever is faster rides, even if the motorcycle was not seen
SCORE_MIN = 0.3

RIDES_COVER = 0.3  # of the smaller box: this much of a motorcycle under a person makes a rider
RIDES_SHARE = 0.25  # of the frames; the motorcycle under a rider is often missed
WITHIN_COVER = 0.7  # of the person: somebody seen through a window, or on the load

CARRIAGEWAY = (ZoneType.SHOULDER, ZoneType.LANE, ZoneType.ROADWAY)
WALKABLE = (ZoneType.CROSSWALK, ZoneType.SIDEWALK, ZoneType.PARKING_BAY, ZoneType.NO_PARKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """In how many frames a person was seen, and with what under them."""

    n_frames: int = 0
    n_motorcycle: int = 0
    n_bicycle: int = 0
    n_within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFoot:
    warned: tuple[AlertedTrack, ...] = ()
    company: Mapping[int, Company] = field(default_factory=dict)


def pedestrians(
    state: OnFoot, trails: TrackHistories, detections: Detections, scene: Scene, seen_at: datetime
) -> tuple[OnFoot, list[Event]]:
    """One alarm for each person who has been on a carriageway for LASTS_S.

    Args:
        detections: of this frame, with the weak boxes: the motorcycle under a rider is often one of them.
    """
    people = [trail for trail in trails.values() if trail.class_id == PERSON and trail.now.seen_at == seen_at]
    company = {
        trail.track_id: state.company[trail.track_id]
        for trail in trails.values()
        if trail.track_id in state.company
    } | _joined(state.company, people, detections)
    warned = hand_over(state.warned, people, scene, seen_at)
    alarms: list[Event] = []
    for trail in people:
        zone = _carriageway_under(trail, scene)
        if zone is None or any(thing.track_id == trail.track_id for thing in warned):
            continue
        inside = _inside(trail, zone)
        if _moves_by_itself(inside) and not _rides(inside, company[trail.track_id], scene):
            warned = (*warned, AlertedTrack.of(trail))
            alarms.append(_alarm(inside, zone, scene))
    return OnFoot(warned=warned, company=company), alarms


def _joined(
    before: Mapping[int, Company], people: Sequence[TrackHistory], detections: Detections
) -> dict[int, Company]:
    boxes = [trail.now.xyxy_px for trail in people]

    def touched_by(classes: tuple[int, ...], cover_least: float) -> NDArray[np.bool_]:
        things = detections.where(np.isin(detections.class_id, classes))
        touched: NDArray[np.bool_] = np.any(cover_matrix(boxes, things.xyxy_px) >= cover_least, axis=1)
        return touched

    n_motorcycle = touched_by((MOTORCYCLE,), RIDES_COVER)
    n_bicycle = touched_by((BICYCLE,), RIDES_COVER)
    n_within = touched_by((CAR, BUS, TRUCK), WITHIN_COVER)
    joined = {}
    for n, trail in enumerate(people):
        company = before.get(trail.track_id, Company())
        joined[trail.track_id] = Company(
            n_frames=company.n_frames + 1,
            n_motorcycle=company.n_motorcycle + int(n_motorcycle[n]),
            n_bicycle=company.n_bicycle + int(n_bicycle[n]),
            n_within=company.n_within + int(n_within[n]),
        )
    return joined


def _carriageway_under(trail: TrackHistory, scene: Scene) -> PixelZone | None:
    """The carriageway a person stands on; None on a crosswalk or wherever people belong."""
    foot_px = trail.now.foot_px
    if any(zone.holds(foot_px) for zone in scene.of_type(*WALKABLE)):
        return None
    return next((zone for zone in scene.of_type(*CARRIAGEWAY) if zone.holds(foot_px)), None)


def _inside(trail: TrackHistory, zone: PixelZone) -> TrackHistory:
    """The last part of a trail that was spent in the zone without leaving it."""
    n_inside = next(
        (n for n, step in enumerate(reversed(trail.steps)) if not zone.holds(step.foot_px)), len(trail.steps)
    )
    return trail.since(trail.steps[-n_inside].seen_at)


def _moves_by_itself(trail: TrackHistory) -> bool:
    first, last = trail.steps[0], trail.now
    height_px = max(step.xyxy_px[3] - step.xyxy_px[1] for step in trail.steps)
    (x, y), (first_x, first_y) = last.foot_px, first.foot_px
    has_moved = hypot(x - first_x, y - first_y) >= TRAVEL_HEIGHTS * height_px
    return has_moved and trail.lasts_s >= LASTS_S and trail.score >= SCORE_MIN


def _rides(trail: TrackHistory, company: Company, scene: Scene) -> bool:
    # Where there is a shoulder the road is a motorway: nobody belongs there on a bicycle either.
    is_motorway = bool(scene.of_type(ZoneType.SHOULDER))
    n_riding = company.n_motorcycle + company.n_within + (0 if is_motorway else company.n_bicycle)
    if n_riding >= RIDES_SHARE * company.n_frames:
        return True
    return not is_motorway and _speed_mps(trail, scene.width_px) > SPEED_MOST_MPS


def _speed_mps(trail: TrackHistory, width_px: int) -> float:
    """How fast a person of usual height must be to move and to grow like this, about.

    A lens whose picture is as wide as the thing is far (53 degrees) is assumed: a person of h pixels is then
    PERSON_HEIGHT_M * width_px / h metres away, and who comes nearer grows.
    """
    first, last = trail.steps[0], trail.now
    heights_px = [step.xyxy_px[3] - step.xyxy_px[1] for step in trail.steps]
    n_end = max(1, len(heights_px) // 4)
    before_px, after_px = fmean(heights_px[:n_end]), fmean(heights_px[-n_end:])
    sideways_m = PERSON_HEIGHT_M * (last.foot_px[0] - first.foot_px[0]) / fmean(heights_px)
    inwards_m = PERSON_HEIGHT_M * width_px * (1 / before_px - 1 / after_px)
    # The means of the first and the last quarter lie three quarters of the time apart.
    return hypot(sideways_m, inwards_m / 0.75) / trail.lasts_s


def _alarm(trail: TrackHistory, zone: PixelZone, scene: Scene) -> Event:
    return Event(
        family=Family.TRAFFIC,
        kind="pedestrian_on_carriageway",
        camera_id=scene.camera_id,
        zone_id=zone.zone_id,
        object_class=CLASS_NAMES[PERSON],
        entered_at=trail.steps[0].seen_at,
        raised_at=trail.now.seen_at,
        limit_s=LASTS_S,
        score=trail.score,
        xyxy_px=trail.now.xyxy_px,
        best_at=trail.best().seen_at,
        path=trail.path(),
    )
