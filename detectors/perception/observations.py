"""What the steps before the rules made of one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.perception.abandoned import AbandonedObject
from detectors.perception.detections import Detections
from detectors.perception.stationary import StationaryObject
from detectors.perception.track_history import TrackHistories


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """All boxes in pixels of the view's reference: sway is taken out.

    What no active rule needs was not looked for, and is empty.
    """

    seen_at: datetime  # UTC frame time
    unwatched: timedelta  # for how long before this frame nobody looked: turned away, or no stream; else 0
    detections: Detections  # of this frame, the weak ones too
    tracks: TrackHistories
    stationary: Sequence[StationaryObject]
    abandoned: Sequence[AbandonedObject]
