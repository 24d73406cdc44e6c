"""Moving things that somebody was told about, kept apart from new ones when a track's number changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from detectors.perception.geometry import centre, cover, size_px
from detectors.perception.track_history import TrackHistory
from detectors.perception.tracks import Xyxy
from detectors.view.scene import Scene

# A number that comes up where a warned thing was a moment ago is the same thing.
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
    def of(cls, trail: TrackHistory) -> AlertedTrack:
        return cls(track_id=trail.track_id, xyxy_px=trail.now.xyxy_px, seen_at=trail.now.seen_at)


def hand_over(
    warned: Iterable[AlertedTrack], trails: Sequence[TrackHistory], scene: Scene, seen_at: datetime
) -> tuple[AlertedTrack, ...]:
    """What was warned of, where it is now, under its old number and any new one it goes by.

    Args:
        trails: of the things seen in this frame.
    """
    by_number = {trail.track_id: trail for trail in trails}
    kept = tuple(
        AlertedTrack.of(by_number[thing.track_id]) if thing.track_id in by_number else thing
        for thing in warned
        if (seen_at - thing.seen_at).total_seconds() <= LOST_WITHIN_S
    )
    numbers = {thing.track_id for thing in kept}
    heirs = tuple(
        AlertedTrack.of(trail)
        for trail in trails
        if trail.track_id not in numbers and any(_took_over(trail, thing, scene) for thing in kept)
    )
    return kept + heirs


def _took_over(trail: TrackHistory, thing: AlertedTrack, scene: Scene) -> bool:
    first = trail.steps[0]
    if not _are_alike(trail.now.xyxy_px, thing.xyxy_px):
        return False
    if thing.seen_at == trail.now.seen_at:
        return trail.lasts_s <= JUST_BEGUN_S and cover(trail.now.xyxy_px, thing.xyxy_px) >= SAME_COVER
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
