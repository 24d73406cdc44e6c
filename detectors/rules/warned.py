"""Moving things that somebody was told about, kept apart from new ones when a track's number changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from detectors.geometry import centre, cover, size_px
from detectors.rules.trail import Trail
from detectors.tracks import Xyxy

# A number that comes up where a warned thing was a moment ago is the same thing.
LOST_WITHIN_S = 4.0
NEAR_SIZES = 2.5
SAME_COVER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    track_id: int
    xyxy_px: Xyxy
    seen_at: datetime

    @classmethod
    def of(cls, trail: Trail) -> Warned:
        return cls(track_id=trail.track_id, xyxy_px=trail.now.xyxy_px, seen_at=trail.now.seen_at)


def carried_on(warned: Iterable[Warned], trails: Sequence[Trail], seen_at: datetime) -> tuple[Warned, ...]:
    """What was warned of, where it is now, under its old number and any new one it goes by.

    Args:
        trails: of the things seen in this frame.
    """
    by_number = {trail.track_id: trail for trail in trails}
    kept = tuple(
        Warned.of(by_number[thing.track_id]) if thing.track_id in by_number else thing
        for thing in warned
        if (seen_at - thing.seen_at).total_seconds() <= LOST_WITHIN_S
    )
    numbers = {thing.track_id for thing in kept}
    heirs = tuple(
        Warned.of(trail)
        for trail in trails
        if trail.track_id not in numbers and any(_took_over(trail, thing) for thing in kept)
    )
    return kept + heirs


def _took_over(trail: Trail, thing: Warned) -> bool:
    if thing.seen_at == trail.now.seen_at:
        return cover(trail.now.xyxy_px, thing.xyxy_px) >= SAME_COVER
    first = trail.steps[0]
    (x, y), (old_x, old_y) = first.centre_px, centre(thing.xyxy_px)
    near_px = NEAR_SIZES * size_px(thing.xyxy_px)
    return first.seen_at > thing.seen_at and max(abs(x - old_x), abs(y - old_y)) <= near_px
