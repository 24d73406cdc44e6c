"""Where each track has been lately."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.perception.geometry import Xy, centre
from detectors.perception.tracks import Track, Xyxy
from models.registry import ModelClass

KEPT = timedelta(seconds=12)  # the longest look back of any rule
LOST_AFTER = timedelta(seconds=2)
N_PATH = 64  # the most points of a path that an event carries


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    seen_at: datetime  # UTC frame time
    xyxy_px: Xyxy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    seen_at: datetime
    xyxy_px: Xyxy
    score: float

    @property
    def centre_px(self) -> Xy:
        return centre(self.xyxy_px)

    @property
    def foot_px(self) -> Xy:
        x1, _, x2, y2 = self.xyxy_px
        return (x1 + x2) / 2, y2


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHistory:
    track_id: int
    object_class: ModelClass
    points: tuple[TrackPoint, ...]  # oldest first, never empty

    @property
    def now(self) -> TrackPoint:
        return self.points[-1]

    @property
    def lasts_s(self) -> float:
        return (self.now.seen_at - self.points[0].seen_at).total_seconds()

    @property
    def score(self) -> float:
        """Mean detector confidence, 0..1."""
        return sum(point.score for point in self.points) / len(self.points)

    def since(self, at: datetime) -> TrackHistory:
        """The part from `at` on; at least the last point."""
        points = _from(self.points, at) or self.points[-1:]
        return TrackHistory(track_id=self.track_id, object_class=self.object_class, points=points)

    def path(self) -> tuple[PathPoint, ...]:
        """At most N_PATH points, evenly thinned, the first and the last always among them."""
        last = len(self.points) - 1
        n = min(len(self.points), N_PATH)
        picks = sorted({round(k * last / max(n - 1, 1)) for k in range(n)})
        return tuple(PathPoint(seen_at=self.points[k].seen_at, xyxy_px=self.points[k].xyxy_px) for k in picks)

    def best(self) -> TrackPoint:
        return max(self.points, key=lambda point: point.score)


TrackHistories = Mapping[int, TrackHistory]


def extend(before: TrackHistories, tracks: Sequence[Track], seen_at: datetime) -> dict[int, TrackHistory]:
    """The histories after one more frame: tracks seen in it are longer, those lost for a while are gone."""
    seen = {
        track.track_id: TrackHistory(
            track_id=track.track_id,
            object_class=track.object_class,
            points=(
                *_recent(before.get(track.track_id), seen_at),
                TrackPoint(seen_at=seen_at, xyxy_px=track.xyxy_px, score=track.score),
            ),
        )
        for track in tracks
    }
    unseen = {
        track_id: track
        for track_id, track in before.items()
        if track_id not in seen and seen_at - track.now.seen_at <= LOST_AFTER
    }
    return unseen | seen


def _recent(track: TrackHistory | None, seen_at: datetime) -> tuple[TrackPoint, ...]:
    return () if track is None else _from(track.points, seen_at - KEPT)


def _from(points: tuple[TrackPoint, ...], at: datetime) -> tuple[TrackPoint, ...]:
    """Those seen at that time or later."""
    return points[bisect_left(points, at, key=lambda point: point.seen_at) :]
