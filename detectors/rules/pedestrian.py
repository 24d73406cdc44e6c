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
    Detections,
)
from detectors.perception.geometry import cover_matrix
from detectors.perception.observations import Observations
from detectors.perception.track_history import TrackHistory
from detectors.rules.alerted_tracks import AlertedTrack, hand_over, track_event
from detectors.rules.event import Event
from detectors.rules.rule import Kind, Need, PastAlert
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType
from models.registry import MOTOR_CARS, Role

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


PEDESTRIAN = Kind(
    kind="pedestrian_on_carriageway",
    family=Family.TRAFFIC,
    label=Label(vi="Người đi trên lòng đường", en="Person on the carriageway"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """In how many frames a person was seen, and with what under them."""

    n_frames: int = 0
    n_motorcycle: int = 0
    n_bicycle: int = 0
    n_within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFoot:
    alerted: tuple[AlertedTrack, ...] = ()
    company: Mapping[int, Company] = field(default_factory=dict)


class PedestrianRule:
    """Implements `Rule`: an event for each person who has been on a carriageway for LASTS_S."""

    kinds = (PEDESTRIAN,)
    zone_types = frozenset(CARRIAGEWAY)
    needs = frozenset({Need.TRACKS})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> OnFoot:
        return OnFoot()  # who walked is elsewhere by now

    def alerts(self, state: OnFoot, scene: Scene) -> Sequence[PastAlert]:
        return ()

    def step(self, state: OnFoot, seen: Observations, scene: Scene) -> tuple[OnFoot, list[Event]]:
        people = [
            track
            for track in seen.tracks.values()
            if track.object_class.role is Role.PERSON and track.now.seen_at == seen.seen_at
        ]
        company = {
            track_id: state.company[track_id] for track_id in seen.tracks if track_id in state.company
        } | _joined(state.company, people, seen.detections)
        alerted = hand_over(state.alerted, people, scene, seen.seen_at)
        events: list[Event] = []
        for track in people:
            zone = _carriageway_under(track, scene)
            if zone is None or any(known.track_id == track.track_id for known in alerted):
                continue
            inside = _inside(track, zone)
            if _moves_by_itself(inside) and not _rides(inside, company[track.track_id], scene):
                alerted = (*alerted, AlertedTrack.of(track))
                events.append(track_event(PEDESTRIAN, inside, zone, scene, limit_s=LASTS_S))
        return OnFoot(alerted=alerted, company=company), events


RULE = PedestrianRule()


def _joined(
    before: Mapping[int, Company], people: Sequence[TrackHistory], detections: Detections
) -> dict[int, Company]:
    boxes = [track.now.xyxy_px for track in people]

    def touched_by(roles: frozenset[Role], cover_least: float) -> NDArray[np.bool_]:
        things = detections.where(detections.in_roles(roles))
        touched: NDArray[np.bool_] = np.any(cover_matrix(boxes, things.xyxy_px) >= cover_least, axis=1)
        return touched

    n_motorcycle = touched_by(frozenset({Role.TWO_WHEELER}), RIDES_COVER)
    n_bicycle = touched_by(frozenset({Role.BICYCLE}), RIDES_COVER)
    n_within = touched_by(MOTOR_CARS, WITHIN_COVER)
    joined = {}
    for n, track in enumerate(people):
        company = before.get(track.track_id, Company())
        joined[track.track_id] = Company(
            n_frames=company.n_frames + 1,
            n_motorcycle=company.n_motorcycle + int(n_motorcycle[n]),
            n_bicycle=company.n_bicycle + int(n_bicycle[n]),
            n_within=company.n_within + int(n_within[n]),
        )
    return joined


def _carriageway_under(track: TrackHistory, scene: Scene) -> PixelZone | None:
    """The carriageway a person stands on; None on a crosswalk or wherever people belong."""
    foot_px = track.now.foot_px
    if any(zone.holds(foot_px) for zone in scene.of_type(*WALKABLE)):
        return None
    return next((zone for zone in scene.of_type(*CARRIAGEWAY) if zone.holds(foot_px)), None)


def _inside(track: TrackHistory, zone: PixelZone) -> TrackHistory:
    """The last part of a track that was spent in the zone without leaving it."""
    outside = (n for n, point in enumerate(reversed(track.points)) if not zone.holds(point.foot_px))
    n_inside = next(outside, len(track.points))
    return track.since(track.points[-n_inside].seen_at)


def _moves_by_itself(track: TrackHistory) -> bool:
    first, last = track.points[0], track.now
    height_px = max(step.xyxy_px[3] - step.xyxy_px[1] for step in track.points)
    (x, y), (first_x, first_y) = last.foot_px, first.foot_px
    has_moved = hypot(x - first_x, y - first_y) >= TRAVEL_HEIGHTS * height_px
    return has_moved and track.lasts_s >= LASTS_S and track.score >= SCORE_MIN


def _rides(track: TrackHistory, company: Company, scene: Scene) -> bool:
    # Where there is a shoulder the road is a motorway: nobody belongs there on a bicycle either.
    is_motorway = bool(scene.of_type(ZoneType.SHOULDER))
    n_riding = company.n_motorcycle + company.n_within + (0 if is_motorway else company.n_bicycle)
    if n_riding >= RIDES_SHARE * company.n_frames:
        return True
    return not is_motorway and _speed_mps(track, scene.width_px) > SPEED_MOST_MPS


def _speed_mps(track: TrackHistory, width_px: int) -> float:
    """How fast a person of usual height must be to move and to grow like this, about.

    A lens whose picture is as wide as the thing is far (53 degrees) is assumed: a person of h pixels is then
    PERSON_HEIGHT_M * width_px / h metres away, and who comes nearer grows.
    """
    first, last = track.points[0], track.now
    heights_px = [step.xyxy_px[3] - step.xyxy_px[1] for step in track.points]
    n_end = max(1, len(heights_px) // 4)
    before_px, after_px = fmean(heights_px[:n_end]), fmean(heights_px[-n_end:])
    sideways_m = PERSON_HEIGHT_M * (last.foot_px[0] - first.foot_px[0]) / fmean(heights_px)
    inwards_m = PERSON_HEIGHT_M * width_px * (1 / before_px - 1 / after_px)
    # The means of the first and the last quarter lie three quarters of the time apart.
    return hypot(sideways_m, inwards_m / 0.75) / track.lasts_s
