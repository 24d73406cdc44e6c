"""Detections of one camera, frame after frame, become tracks with a number."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker
from trackers.utils.iou import BIoU

from detectors.perception.detections import Detections
from detectors.perception.tracks import Track
from models.registry import ModelClass, Role

# ByteTrack (Zhang et al., ECCV 2022): boxes above begin and continue tracks, those below only continue them.
SURE_SCORE = 0.3

# At five frames a second a motorbike is a whole box further in the next picture. Boxes grown by half their
# size on each side still meet (Yang et al., "Hard to Track Objects with Irregular Motions", WACV 2023).
BUFFER_RATIO = 0.5
OVERLAP_MIN = 0.15

LOST_AFTER = timedelta(seconds=1.5)
PERSON = frozenset({Role.PERSON})
LIBRARY_FPS = 30.0  # the library counts its buffer in frames of this rate


class Tracker:
    """Follows people and vehicles apart: a rider's box never continues the track of a car.

    Args:
        fps: how often pictures come, about. Real gaps are taken from the frame times.
    """

    def __init__(self, fps: float) -> None:
        self._people, self._vehicles = _library_tracker(fps), _library_tracker(fps)
        self._votes: dict[int, _Votes] = {}

    def update(self, detections: Detections, seen_at: datetime) -> list[Track]:
        """The tracks seen in this frame; a thing is a track from its second frame on.

        Times have to grow from call to call.
        """
        is_person = detections.in_roles(PERSON)
        # Odd numbers are people, even ones vehicles: each stays unique within the camera.
        people = self._follow(self._people, detections.where(is_person), seen_at, parity=1)
        vehicles = self._follow(self._vehicles, detections.where(~is_person), seen_at, parity=0)
        self._votes = {
            track_id: votes
            for track_id, votes in self._votes.items()
            if seen_at - votes.seen_at <= LOST_AFTER
        }
        return people + vehicles

    def _follow(
        self, library: ByteTrackTracker, detections: Detections, seen_at: datetime, *, parity: int
    ) -> list[Track]:
        return [
            self._track(2 * number + parity, detections, row, seen_at)
            for number, row in _numbered_rows(library, detections, seen_at)
        ]

    def _track(self, track_id: int, detections: Detections, row: int, seen_at: datetime) -> Track:
        votes = self._votes.setdefault(track_id, _Votes(seen_at))
        score = float(detections.score[row])
        x1, y1, x2, y2 = detections.xyxy_px[row].tolist()
        return Track(
            track_id=track_id,
            object_class=votes.elect(detections.classes[int(detections.class_index[row])], score, seen_at),
            score=score,
            xyxy_px=(x1, y1, x2, y2),
        )


def _numbered_rows(
    library: ByteTrackTracker, detections: Detections, seen_at: datetime
) -> list[tuple[int, int]]:
    """The library's number of a track, from 0, and the row of `detections` that continues it."""
    boxes = sv.Detections(
        xyxy=detections.xyxy_px,
        confidence=detections.score,
        class_id=np.arange(len(detections)),  # handed through: this is how we know our rows again
    )
    found = library.update(boxes, timestamp=seen_at.timestamp())
    if found.tracker_id is None or found.class_id is None:
        return []
    pairs = zip(found.tracker_id.tolist(), found.class_id.tolist(), strict=True)
    return [(number, row) for number, row in pairs if number >= 0]


class _Votes:
    """What class a track is: the one with the most score behind it since the track began."""

    def __init__(self, seen_at: datetime) -> None:
        self.seen_at = seen_at
        self._weight: defaultdict[ModelClass, float] = defaultdict(float)

    def elect(self, object_class: ModelClass, score: float, seen_at: datetime) -> ModelClass:
        self.seen_at = seen_at
        self._weight[object_class] += score
        return max(self._weight, key=self._weight.__getitem__)


def _library_tracker(fps: float) -> ByteTrackTracker:
    return ByteTrackTracker(
        lost_track_buffer=round(LOST_AFTER.total_seconds() * LIBRARY_FPS),
        frame_rate=fps,
        track_activation_threshold=SURE_SCORE,
        high_conf_det_threshold=SURE_SCORE,
        minimum_consecutive_frames=2,
        minimum_iou_threshold=OVERLAP_MIN,
        iou=BIoU(BUFFER_RATIO),
    )
