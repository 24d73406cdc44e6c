"""Moving things for which an event was raised, known apart from new ones when the tracker swaps their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from detectors.perception.geometry import centre, cover, size_px
from detectors.perception.track_history import TrackHistory
from detectors.perception.tracks import Xyxy
from detectors.rules.event import Event
from detectors.rules.rule import Kind
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone

# A number that comes up where an alerted thing was a moment ago is the same thing.
LOST_WITHIN_S = 4.0
NEAR_SIZES = 2.5
AT_EDGE = 0.02  # of the picture's longer side: who was last seen here has left it, and is not lost

# A second box of the same thing begins on top of it. Who was followed before the two met is somebody else.
SAME_COVER = 0.5
JUST_BEGUN_S = 1.0
LEAST_SIZE = 0.55  # the smaller against the larger: a false box of the whole street covers everybody in it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertedTrack:
    track_id: int
    xyxy_px: Xyxy
    seen_at: datetime

    @classmethod
    def of(cls, track: TrackHistory) -> AlertedTrack:
        return cls(track_id=track.track_id, xyxy_px=track.now.xyxy_px, seen_at=track.now.seen_at)


def hand_over(
    alerted: Iterable[AlertedTrack], tracks: Sequence[TrackHistory], scene: Scene, seen_at: datetime
) -> tuple[AlertedTrack, ...]:
    """What was alerted, where it is now, under its old id and any new one it has.

    Args:
        tracks: those that were seen in this frame.
    """
    by_id = {track.track_id: track for track in tracks}
    known = tuple(
        AlertedTrack.of(by_id[thing.track_id]) if thing.track_id in by_id else thing
        for thing in alerted
        if (seen_at - thing.seen_at).total_seconds() <= LOST_WITHIN_S
    )
    ids = {thing.track_id for thing in known}
    renumbered = tuple(
        AlertedTrack.of(track)
        for track in tracks
        if track.track_id not in ids and any(_took_over(track, thing, scene) for thing in known)
    )
    return known + renumbered


def _took_over(track: TrackHistory, thing: AlertedTrack, scene: Scene) -> bool:
    first = track.points[0]
    if not _are_alike(track.now.xyxy_px, thing.xyxy_px):
        return False
    if thing.seen_at == track.now.seen_at:
        return track.lasts_s <= JUST_BEGUN_S and cover(track.now.xyxy_px, thing.xyxy_px) >= SAME_COVER
    (x, y), (old_x, old_y) = first.centre_px, centre(thing.xyxy_px)
    near_px = NEAR_SIZES * size_px(thing.xyxy_px)
    is_near = max(abs(x - old_x), abs(y - old_y)) <= near_px
    return first.seen_at > thing.seen_at and is_near and not _has_left(thing.xyxy_px, scene)


def _are_alike(a: Xyxy, b: Xyxy) -> bool:
    smaller_px, larger_px = sorted((size_px(a), size_px(b)))
    return smaller_px >= LEAST_SIZE * larger_px


def _has_left(box: Xyxy, scene: Scene) -> bool:
    edge_px = AT_EDGE * max(scene.width_px, scene.height_px)
    x1, y1, x2, y2 = box
    return min(x1, y1, scene.width_px - x2, scene.height_px - y2) <= edge_px


def track_event(kind: Kind, track: TrackHistory, zone: PixelZone, scene: Scene, *, limit_s: float) -> Event:
    """The event of a thing that moves; `track` is the part of its way that satisfied the rule."""
    return Event(
        family=kind.family,
        kind=kind.kind,
        label=kind.label,
        camera_id=scene.camera_id,
        view_id=scene.view_id,
        zone_id=zone.zone_id,
        object_class=track.object_class.name,
        entered_at=track.points[0].seen_at,
        raised_at=track.now.seen_at,
        limit_s=limit_s,
        score=track.score,
        xyxy_px=track.now.xyxy_px,
        best_at=track.best().seen_at,
        path=track.path(),
    )
