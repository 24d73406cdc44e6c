"""A vehicle that goes against the direction of its lane, or of its one-way carriageway."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean

from detectors.perception.detections import CLASS_NAMES, PERSON
from detectors.perception.geometry import Xy, along_and_across, footprint, size_px
from detectors.perception.track_history import TrackHistories, TrackHistory, TrackPoint
from detectors.rules.alerted_tracks import AlertedTrack, hand_over
from detectors.rules.event import Event
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone
from incidents.contract.events import Family
from ingest.camera import DIRECTED

LASTS_S = 1.0  # shorter is a swapped number or a box that jumps
LOOK_BACK = timedelta(seconds=3)
TRAVEL_SIZES = 0.5  # how far against the direction, in its own size
TRAVEL_LEAST = 0.03  # and of the picture's width: a far box trembles by a large part of itself
ACROSS_MOST = 1.0  # of the way against: more is a turn or a change of lane
BACKWARDS_SHARE = 0.75  # of its steps
N_STEPS_LEAST = 4
INSIDE_SHARE = 0.6  # of the footprint: between two lanes nobody is on the wrong side for sure
STEP_S = 0.2  # steps are taken at least this far apart: between frames there is only tremble
GROWTH_MOST = 1.8  # from step to step; more is another vehicle under the same number
SCORE_MIN = 0.25

AlertedTracks = tuple[AlertedTrack, ...]


def wrong_ways(
    state: AlertedTracks, trails: TrackHistories, scene: Scene, seen_at: datetime
) -> tuple[AlertedTracks, list[Event]]:
    """One alarm for each vehicle that has gone against a lane for LASTS_S."""
    vehicles = [
        trail for trail in trails.values() if trail.class_id != PERSON and trail.now.seen_at == seen_at
    ]
    warned = hand_over(state, vehicles, scene, seen_at)
    known = {vehicle.track_id for vehicle in warned}
    alarms: list[Event] = []
    for zone in scene.of_type(*DIRECTED):
        for trail in vehicles:
            against = _against(trail, zone, scene)
            if against is None or trail.track_id in known:
                continue
            known.add(trail.track_id)
            warned = (*warned, AlertedTrack.of(trail))
            alarms.append(_alarm(against, zone, scene))
    return warned, alarms


def _against(trail: TrackHistory, zone: PixelZone, scene: Scene) -> TrackHistory | None:
    """The part of a trail that leads against a lane; None where it does not, or not for long enough."""
    if zone.direction is None:
        return None
    recent = trail.since(trail.now.seen_at - LOOK_BACK)
    if recent.lasts_s < LASTS_S:
        return None
    inside = _unbroken(recent, zone)
    if inside.lasts_s < LASTS_S or inside.score < SCORE_MIN:
        return None
    moves = _moves(inside, zone.direction)
    way_back_px = -sum(along for along, _ in moves)
    way_across_px = abs(sum(across for _, across in moves))
    size = fmean(size_px(step.xyxy_px) for step in inside.steps)
    goes_back = sum(along < 0 for along, _ in moves) >= BACKWARDS_SHARE * len(moves)
    far_enough = way_back_px >= max(TRAVEL_SIZES * size, TRAVEL_LEAST * scene.width_px)
    is_straight = way_across_px <= ACROSS_MOST * way_back_px
    return inside if goes_back and far_enough and is_straight and len(moves) >= N_STEPS_LEAST else None


def _unbroken(trail: TrackHistory, zone: PixelZone) -> TrackHistory:
    """The last part of a trail that lies in the zone and belongs to one vehicle; at least the last step."""
    # A car's wheels, not the foot of its box: seen from the side that one lies in the next lane.
    is_in = zone.shares_inside([footprint(step.xyxy_px) for step in trail.steps]) >= INSIDE_SHARE
    kept = [trail.now]
    if is_in[-1]:
        for step, is_step_in in zip(reversed(trail.steps[:-1]), is_in[-2::-1], strict=True):
            if not is_step_in or not _are_alike(step, kept[-1]):
                break
            kept.append(step)
    return replace(trail, steps=tuple(reversed(kept)))


def _are_alike(before: TrackPoint, after: TrackPoint) -> bool:
    smaller_px, larger_px = sorted((size_px(before.xyxy_px), size_px(after.xyxy_px)))
    return larger_px <= GROWTH_MOST * smaller_px


def _moves(trail: TrackHistory, direction: Xy) -> list[Xy]:
    """Steps along and across the lane, at least STEP_S apart."""
    moves: list[Xy] = []
    last = trail.steps[0]
    for step in trail.steps[1:]:
        if (step.seen_at - last.seen_at).total_seconds() < STEP_S:
            continue
        (x, y), (last_x, last_y) = step.centre_px, last.centre_px
        moves.append(along_and_across((x - last_x, y - last_y), direction))
        last = step
    return moves


def _alarm(trail: TrackHistory, zone: PixelZone, scene: Scene) -> Event:
    return Event(
        family=Family.TRAFFIC,
        kind="wrong_way",
        camera_id=scene.camera_id,
        zone_id=zone.zone_id,
        object_class=CLASS_NAMES[trail.class_id],
        entered_at=trail.steps[0].seen_at,
        raised_at=trail.now.seen_at,
        limit_s=LASTS_S,
        score=trail.score,
        xyxy_px=trail.now.xyxy_px,
        best_at=trail.best().seen_at,
        path=trail.path(),
    )
