"""What a rule says it saw, before there is evidence: the pipeline's last hop before a candidate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from detectors.perception.geometry import moved
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    seen_at: datetime  # UTC frame time
    xyxy_px: Xyxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    family: Family
    kind: str  # as in the table of kinds in incidents.contract.events
    camera_id: str
    zone_id: str
    object_class: str  # "car", "person", ...; "object" where no class is known
    entered_at: datetime  # frame time at which it came to rest, entered, or was let go
    raised_at: datetime  # frame time at which the rule was satisfied
    limit_s: float  # the rule's threshold: how long it had to last
    score: float  # mean detector confidence over the stay, 0..1
    xyxy_px: Xyxy  # at raised_at, in pixels of the picture as captured
    best_at: datetime  # the frame that shows it best
    path: tuple[PathPoint, ...]  # oldest first, at most 64, from entered_at to raised_at

    @property
    def dwell_s(self) -> float:
        return (self.raised_at - self.entered_at).total_seconds()

    def moved(self, right_px: float, down_px: float) -> Event:
        """The same, each box moved by so much."""
        path = tuple(replace(step, xyxy_px=moved(step.xyxy_px, right_px, down_px)) for step in self.path)
        return replace(self, xyxy_px=moved(self.xyxy_px, right_px, down_px), path=path)
