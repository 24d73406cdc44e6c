"""One camera's frames and detections in, alarms out. The only place where the order of the steps stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from detectors.perception.abandoned import AbandonedObject, AbandonedObjects
from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import Detections
from detectors.perception.stationary import StationaryObject, StationaryObjects
from detectors.perception.track_history import TrackHistories, extend
from detectors.perception.tracking import Tracker
from detectors.rules.alert_memory import AlertMemory
from detectors.rules.dwell import DEFAULT_MAX_GAP_S, DwellState
from detectors.rules.encroachment import encroachments
from detectors.rules.event import Event
from detectors.rules.littering import AlertedObjects, litterings
from detectors.rules.pedestrian import OnFoot, pedestrians
from detectors.rules.stopped import stopped_vehicles
from detectors.rules.wrong_way import AlertedTracks, wrong_ways
from detectors.view.scene import Scene
from detectors.view.stabilizer import Stabilizer
from detectors.view.zones import pixel_zones
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera, View
from ingest.frame import Frame

# A frame a little behind the last one came late. Where time runs back further the clock was set: to wait
# until it has caught up could mean hours without eyes.
LATE_MOST = timedelta(seconds=10)


class Pipeline:
    """Everything that is remembered about one camera from frame to frame."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._view = camera.views[0]
        self._steady = Stabilizer()
        self._last_at: datetime | None = None
        self._resumed = AlertMemory()  # in a picture one pixel wide and high
        self._memory: _Memory | None = None
        self.n_late = 0  # frames with a time not after that of the one before; they were not looked at

    @property
    def trails(self) -> TrackHistories:
        return self._memory.trails if self._memory else {}

    @property
    def standing(self) -> Sequence[StationaryObject]:
        return self._memory.standing if self._memory else ()

    @property
    def left(self) -> Sequence[AbandonedObject]:
        return self._memory.left if self._memory else ()

    def resume(self, raised: Sequence[CandidateRaised]) -> None:
        """Before the first frame: what was raised before a restart and still stands is not raised again."""
        self._resumed = AlertMemory.of(raised)

    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        """Alarms whose rule was satisfied in this frame. Frames come in the order of their times."""
        if self._last_at is not None and frame.captured_at <= self._last_at:
            if self._last_at - frame.captured_at <= LATE_MOST:
                self.n_late += 1
                return []
            self._steady = Stabilizer()
        self._last_at = frame.captured_at
        sight = AnalysisFrame.of(frame.picture)
        sway = self._steady.look(sight, frame.captured_at)
        if self._memory is None or sway.is_new_view or _size(frame) != self._memory.picture_wh:
            self._memory = self._begin(frame)
        # Everything is remembered where it was in the first picture of the view, and told where it is now.
        right_px, down_px = sway.shift_px
        alarms = self._memory.step(
            detections.moved(-right_px, -down_px), sight.without_sway(sway.shift_px), frame.captured_at
        )
        return [alarm.moved(right_px, down_px) for alarm in alarms]

    def _begin(self, frame: Frame) -> _Memory:
        """A view begins: the first frame says how large its pictures are.

        What was raised in the view before is known on: headlights at night, or a lorry that covered the
        lens, can end a view of a street in which nothing has changed.
        """
        width_px, height_px = _size(frame)
        scene = Scene(
            camera_id=self._camera.camera_id,
            zones=pixel_zones(self._view.zones, width_px, height_px),
            width_px=width_px,
            height_px=height_px,
        )
        known, before_wh = self._resumed, (1, 1)
        if self._memory is not None:
            known, before_wh = self._memory.known, self._memory.picture_wh
        known = known.at(frame.captured_at, across=width_px / before_wh[0], down=height_px / before_wh[1])
        return _Memory(scene, self._camera.detect_fps, _max_gap_s(self._view), known)


class _Memory:
    """What is remembered about one view from frame to frame."""

    def __init__(self, scene: Scene, fps: float, max_gap_s: float, known: AlertMemory) -> None:
        self._scene = scene
        self._tracker = Tracker(fps)
        self._standing_things = StationaryObjects(max_gap_s)
        self._left_things = AbandonedObjects()
        self._wrong_ways: AlertedTracks = ()
        self._on_foot = OnFoot()
        self._stays = DwellState(raised=known.stays)
        self._littering = AlertedObjects(raised=known.litter)
        self.trails: TrackHistories = {}
        self.standing: list[StationaryObject] = []
        self.left: list[AbandonedObject] = []

    @property
    def known(self) -> AlertMemory:
        """What was raised and may still be there."""
        return AlertMemory(stays=self._stays.raised, litter=self._littering.raised)

    @property
    def picture_wh(self) -> tuple[int, int]:
        return self._scene.width_px, self._scene.height_px

    def step(self, detections: Detections, sight: AnalysisFrame, seen_at: datetime) -> list[Event]:
        self.trails = extend(self.trails, self._tracker.update(detections, seen_at), seen_at)
        self.standing = self._standing_things.update(detections, sight, seen_at)
        self.left = self._left_things.update(detections, sight, seen_at)
        scene = self._scene
        self._stays, parked = encroachments(self._stays, self.standing, scene, seen_at)
        self._stays, stopped = stopped_vehicles(self._stays, self.standing, scene, seen_at)
        self._wrong_ways, against = wrong_ways(self._wrong_ways, self.trails, scene, seen_at)
        self._on_foot, walking = pedestrians(self._on_foot, self.trails, detections, scene, seen_at)
        self._littering, left = litterings(self._littering, self.left, self.standing, scene, seen_at)
        return [*parked, *stopped, *against, *walking, *left]


def _max_gap_s(view: View) -> float:
    gaps_s = [zone.max_gap_s for zone in view.zones if zone.max_gap_s is not None]
    return max(gaps_s, default=DEFAULT_MAX_GAP_S)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.picture.width_px, frame.picture.height_px
