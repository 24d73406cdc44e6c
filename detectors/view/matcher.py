"""Which view of its camera a picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.geometry import Xy
from detectors.view.stabilizer import Stabilizer
from ingest.camera import Camera


class SeveralViews(Exception):
    """A camera has more views than can be told apart."""

    def __init__(self, camera: Camera) -> None:
        super().__init__(
            f"camera {camera.camera_id} has {len(camera.views)} views, and only one can be watched: "
            "keep the one that it looks at, and set the camera to stay there"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewMatch:
    view_id: str | None  # None: no known view, or the camera is turning; no rule may run
    shift_px: Xy  # right and down against the view's reference, pixels of the picture as captured


class ViewMatcher(Protocol):
    """One camera's pictures in the order of their times; which view does each show?"""

    def update(self, frame: AnalysisFrame, seen_at: datetime) -> ViewMatch: ...


class SingleViewMatcher:
    """Implements `ViewMatcher` for a camera with one view: its first picture is taken to show it."""

    def __init__(self, view_id: str) -> None:
        self._view_id = view_id
        self._stabilizer = Stabilizer()

    def update(self, frame: AnalysisFrame, seen_at: datetime) -> ViewMatch:
        motion = self._stabilizer.update(frame, seen_at)
        return ViewMatch(view_id=self._view_id if motion.is_at_reference else None, shift_px=motion.shift_px)


def matcher_for(camera: Camera) -> ViewMatcher:
    """Raises SeveralViews where the camera has more than one."""
    if len(camera.views) > 1:
        raise SeveralViews(camera)
    return SingleViewMatcher(camera.views[0].view_id)
