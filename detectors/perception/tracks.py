"""One thing followed from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

from models.registry import ModelClass

Xyxy = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Where one tracked thing is in one frame."""

    track_id: int  # unique within one camera and one run of its tracker
    object_class: ModelClass  # the one most often seen on this track
    score: float  # detector confidence in this frame, 0..1
    xyxy_px: Xyxy
