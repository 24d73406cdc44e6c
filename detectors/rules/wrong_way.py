"""A vehicle that goes against the direction of its lane, or of its one-way carriageway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean

from detectors.perception.geometry import Xy, along_and_across, footprint, size_px
from detectors.perception.observations import Observations
from detectors.perception.track_history import TrackHistory, TrackPoint
from detectors.rules.alerted_tracks import AlertedTrack, hand_over, track_event
from detectors.rules.event import Event
from detectors.rules.rule import Kind, Need, PastAlert
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone
from incidents.contract.events import Family, Label
from ingest.camera import DIRECTED
from models.registry import VEHICLES

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

WRONG_WAY = Kind(kind="wrong_way", family=Family.TRAFFIC, label=Label(vi="Đi ngược chiều", en="Wrong way"))
AlertedTracks = tuple[AlertedTrack, ...]


class WrongWayRule:
    """Implements `Rule`: an event for each vehicle that has gone against its lane for LASTS_S."""

    kinds = (WRONG_WAY,)
    zone_types = frozenset(DIRECTED)
    needs = frozenset({Need.TRACKS})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> AlertedTracks:
        return ()  # who drove is elsewhere by now

    def alerts(self, state: AlertedTracks, scene: Scene) -> Sequence[PastAlert]:
        return ()

    def step(
        self, state: AlertedTracks, seen: Observations, scene: Scene
    ) -> tuple[AlertedTracks, list[Event]]:
        vehicles = [
            track
            for track in seen.tracks.values()
            if track.object_class.role in VEHICLES and track.now.seen_at == seen.seen_at
        ]
        alerted = hand_over(state, vehicles, scene, seen.seen_at)
        known = {track.track_id for track in alerted}
        events: list[Event] = []
        for zone in scene.of_type(*DIRECTED):
            for track in vehicles:
                against = None if track.track_id in known else _against(track, zone, scene)
                if against is None:
                    continue
                known.add(track.track_id)
                alerted = (*alerted, AlertedTrack.of(track))
                events.append(track_event(WRONG_WAY, against, zone, scene, limit_s=LASTS_S))
        return alerted, events


RULE = WrongWayRule()


def _against(track: TrackHistory, zone: PixelZone, scene: Scene) -> TrackHistory | None:
    """The part of a track that leads against a lane; None where it does not, or not for long enough."""
    if zone.direction is None:
        return None
    recent = track.since(track.now.seen_at - LOOK_BACK)
    if recent.lasts_s < LASTS_S:
        return None
    inside = _unbroken(recent, zone)
    if inside.lasts_s < LASTS_S or inside.score < SCORE_MIN:
        return None
    moves = _moves(inside, zone.direction)
    way_back_px = -sum(along for along, _ in moves)
    way_across_px = abs(sum(across for _, across in moves))
    size = fmean(size_px(step.xyxy_px) for step in inside.points)
    goes_back = sum(along < 0 for along, _ in moves) >= BACKWARDS_SHARE * len(moves)
    far_enough = way_back_px >= max(TRAVEL_SIZES * size, TRAVEL_LEAST * scene.width_px)
    is_straight = way_across_px <= ACROSS_MOST * way_back_px
    return inside if goes_back and far_enough and is_straight and len(moves) >= N_STEPS_LEAST else None


def _unbroken(track: TrackHistory, zone: PixelZone) -> TrackHistory:
    """The last part of a track that lies in the zone and belongs to one vehicle; at least the last step."""
    # A car's wheels, not the foot of its box: seen from the side that one lies in the next lane.
    is_in = zone.shares_inside([footprint(step.xyxy_px) for step in track.points]) >= INSIDE_SHARE
    kept = [track.now]
    if is_in[-1]:
        for step, is_step_in in zip(reversed(track.points[:-1]), is_in[-2::-1], strict=True):
            if not is_step_in or not _are_alike(step, kept[-1]):
                break
            kept.append(step)
    return replace(track, points=tuple(reversed(kept)))


def _are_alike(before: TrackPoint, after: TrackPoint) -> bool:
    smaller_px, larger_px = sorted((size_px(before.xyxy_px), size_px(after.xyxy_px)))
    return larger_px <= GROWTH_MOST * smaller_px


def _moves(track: TrackHistory, direction: Xy) -> list[Xy]:
    """Steps along and across the lane, at least STEP_S apart."""
    moves: list[Xy] = []
    last = track.points[0]
    for step in track.points[1:]:
        if (step.seen_at - last.seen_at).total_seconds() < STEP_S:
            continue
        (x, y), (last_x, last_y) = step.centre_px, last.centre_px
        moves.append(along_and_across((x - last_x, y - last_y), direction))
        last = step
    return moves
