"""What a rule found, before there is evidence: the pipeline's last hop before a candidate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from detectors.perception.geometry import moved
from detectors.perception.track_history import PathPoint
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    family: Family
    kind: str
    label: Label  # the kind in words
    camera_id: str
    view_id: str
    zone_id: str
    object_class: str  # as the network calls it; "object" where no class is known
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

    def shifted(self, right_px: float, down_px: float) -> Event:
        """The same, each box moved by so much."""
        path = tuple(replace(point, xyxy_px=moved(point.xyxy_px, right_px, down_px)) for point in self.path)
        return replace(self, xyxy_px=moved(self.xyxy_px, right_px, down_px), path=path)
