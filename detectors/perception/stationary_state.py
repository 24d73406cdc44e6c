"""One place at which something stood, and whether it still does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from detectors.perception.analysis_frame import AnalysisFrame, Similarity, Template, compare, take_template
from detectors.perception.geometry import size_px
from detectors.perception.tracks import Xyxy
from models.registry import ModelClass

LOOKS_SAME = 0.7  # normalised correlation; a thing at rest has 0.85 and more, traffic passing below 0.5
MOVED_SHARE = 0.06  # of its own size
MOVED_LEAST_PX = 2.0  # of the small picture: below is compression, sway and rounding
MOVED_FOR_S = 0.8  # the edge of a passing car may look like the thing itself for a moment

LOOK_EVERY_S = 0.3  # what stands can wait; the processor is for what moves
REFRESH_EVERY_S = 2.0  # light changes: a place is compared with how it looked lately too


@dataclass(slots=True, kw_only=True)
class StationaryState:
    object_id: int
    first_look: Template
    last_look: Template
    entered_at: datetime
    seen_at: datetime  # when it was last seen to be there
    looked_at: datetime
    refreshed_at: datetime
    best_at: datetime
    best_score: float = 0.0
    moved_since: datetime | None = None
    is_there: bool = True
    n_frames: int = 0
    n_there: int = 0
    n_detected: int = 0
    score_sum: float = 0.0
    xyxy_px: Xyxy  # mean of its detections, the sure ones counting most
    weight: float = 0.0
    votes: defaultdict[ModelClass, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def object_class(self) -> ModelClass:
        return max(self.votes, key=self.votes.__getitem__)

    def look_again(self, picture: AnalysisFrame, seen_at: datetime, *, max_gap_s: float) -> None:
        """Is it still there? A gap longer than `max_gap_s` begins a new stay of the same thing."""
        if (seen_at - self.looked_at).total_seconds() >= LOOK_EVERY_S:
            self.looked_at = seen_at
            self.is_there = self._is_there(picture, seen_at)
        if self.is_there and (seen_at - self.seen_at).total_seconds() > max_gap_s:
            self._begin_again(seen_at)
        self.n_frames += 1
        if self.is_there:
            self.n_there += 1
            self.seen_at = seen_at
            self._refresh(picture, seen_at)

    def add_detection(self, box: Xyxy, object_class: ModelClass, score: float, seen_at: datetime) -> None:
        self.n_detected += 1
        self.score_sum += score
        # A weak box is often a wrong box too.
        self.weight += score * score
        share = score * score / self.weight
        x1, y1, x2, y2 = (old + (new - old) * share for old, new in zip(self.xyxy_px, box, strict=True))
        self.xyxy_px = (x1, y1, x2, y2)
        self.votes[object_class] += score
        if score > self.best_score:
            self.best_score, self.best_at = score, seen_at

    def _is_there(self, picture: AnalysisFrame, seen_at: datetime) -> bool:
        likeness = compare(self.first_look, picture)
        if self._shows_movement(likeness, picture):
            self.moved_since = self.moved_since or seen_at
            if (seen_at - self.moved_since).total_seconds() >= MOVED_FOR_S:
                self._begin_again(seen_at)
            return False
        self.moved_since = None
        return likeness.same >= LOOKS_SAME or compare(self.last_look, picture).same >= LOOKS_SAME

    def _shows_movement(self, likeness: Similarity, picture: AnalysisFrame) -> bool:
        least_px = max(MOVED_LEAST_PX / picture.scale, MOVED_SHARE * size_px(self.first_look.xyxy_px))
        return likeness.best >= LOOKS_SAME and likeness.best > likeness.same and likeness.shift_px > least_px

    def _begin_again(self, seen_at: datetime) -> None:
        self.entered_at = seen_at
        self.n_frames = self.n_there = self.n_detected = 0
        self.score_sum = 0.0

    def _refresh(self, picture: AnalysisFrame, seen_at: datetime) -> None:
        if (seen_at - self.refreshed_at).total_seconds() >= REFRESH_EVERY_S:
            self.refreshed_at = seen_at
            self.last_look = take_template(picture, self.first_look.xyxy_px) or self.last_look
