"""One camera's frames and detections in, events out. The only place where the order of the steps stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from detectors.perception.abandoned import AbandonedObject, AbandonedObjects
from detectors.perception.analysis_frame import AnalysisFrame
from detectors.perception.detections import Detections
from detectors.perception.observations import Observations
from detectors.perception.stationary import StationaryObject, StationaryObjects
from detectors.perception.track_history import TrackHistories, extend
from detectors.perception.tracking import Tracker
from detectors.rules.alert_memory import past_alerts
from detectors.rules.dwell import DEFAULT_MAX_GAP_S
from detectors.rules.event import Event
from detectors.rules.registry import RULES, Rules
from detectors.rules.rule import Need, PastAlert, Rule
from detectors.view.matcher import ViewMatcher, matcher_for
from detectors.view.scene import Scene
from detectors.view.zones import pixel_zones
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera, View
from ingest.frame import Frame

# A frame a little behind the last one came late. Where time runs back further the clock was set: to wait
# until it has caught up could mean hours without eyes.
LATE_MOST = timedelta(seconds=10)


class Pipeline:
    """Everything that is remembered about one camera from frame to frame, view by view.

    Args:
        rules: those that may run; which of them do, the zones of each view decide.
        matcher: tells the views apart; None: the one that fits the camera.
    Raises:
        SeveralViews: no matcher fits a camera with more than one view.
    """

    def __init__(self, camera: Camera, rules: Rules = RULES, matcher: ViewMatcher | None = None) -> None:
        self._camera = camera
        self._rules = rules
        self._matcher = matcher or matcher_for(camera)
        self._views = {view.view_id: view for view in camera.views}
        self._states: dict[str, _ViewState] = {}
        self._past: dict[str, tuple[PastAlert, ...]] = {}
        self._current: _ViewState | None = None
        self._last_at: datetime | None = None
        self.n_late = 0  # frames with a time not after that of the one before; they were not looked at
        self.n_unknown_view = 0  # frames that show none of the camera's views; no rule ran

    @property
    def view_id(self) -> str | None:
        """The view that the last frame showed; None where it showed none that is known."""
        return self._current.scene.view_id if self._current else None

    @property
    def tracks(self) -> TrackHistories:
        return self._current.tracks if self._current else {}

    @property
    def stationary(self) -> Sequence[StationaryObject]:
        return self._current.stationary if self._current else ()

    @property
    def abandoned(self) -> Sequence[AbandonedObject]:
        return self._current.abandoned if self._current else ()

    def resume(self, raised: Sequence[CandidateRaised]) -> None:
        """Before the first frame: what was raised before a restart and is still there is not raised again."""
        self._past = {view_id: past_alerts(raised, view_id) for view_id in self._views}

    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        """Events whose rule was satisfied in this frame. Frames come in the order of their times."""
        if self._last_at is not None and frame.captured_at <= self._last_at:
            if self._last_at - frame.captured_at <= LATE_MOST:
                self.n_late += 1
                return []
            self._begin_again()
        self._last_at = frame.captured_at
        picture = AnalysisFrame.of(frame.picture)
        match = self._matcher.update(picture, frame.captured_at)
        if match.view_id is None:
            self._current = None
            self.n_unknown_view += 1
            return []
        state = self._current = self._state_of(self._views[match.view_id], frame)
        # Everything is remembered where it was in the view's reference, and raised where it is now.
        right_px, down_px = match.shift_px
        events = state.step(
            detections.shifted(-right_px, -down_px), picture.without_sway(match.shift_px), frame.captured_at
        )
        return [event.shifted(right_px, down_px) for event in events]

    def _begin_again(self) -> None:
        """The clock was set back: times that are remembered mean nothing now; what was raised is known on."""
        self._past |= {view_id: state.alerts() for view_id, state in self._states.items()}
        self._states.clear()

    def _state_of(self, view: View, frame: Frame) -> _ViewState:
        """What is remembered about a view. Pictures of another size begin it anew but for its alerts."""
        width_px, height_px = frame.picture.width_px, frame.picture.height_px
        state = self._states.get(view.view_id)
        if state is not None and (state.scene.width_px, state.scene.height_px) == (width_px, height_px):
            return state
        past = self._past.get(view.view_id, ()) if state is None else state.alerts()
        scene = Scene(
            camera_id=self._camera.camera_id,
            view_id=view.view_id,
            zones=pixel_zones(view.zones, width_px, height_px),
            ground=view.ground,
            width_px=width_px,
            height_px=height_px,
        )
        state = _ViewState(scene, self._rules, self._camera.detect_fps, past, frame.captured_at)
        self._states[view.view_id] = state
        return state


class _ViewState:
    """One view. While the camera looks elsewhere it is left as it is: its next frame comes after a gap."""

    def __init__(
        self, scene: Scene, rules: Rules, fps: float, past: Iterable[PastAlert], at: datetime
    ) -> None:
        self.scene = scene
        zone_types = {zone.type for zone in scene.zones}
        self._rules = [_RunningRule(rule, past, scene, at) for rule in rules if rule.zone_types & zone_types]
        needs = {need for running in self._rules for need in running.rule.needs}
        self._tracker = Tracker(fps) if Need.TRACKS in needs else None
        self._stationary = StationaryObjects(_max_gap_s(scene)) if Need.STATIONARY in needs else None
        self._abandoned = AbandonedObjects() if Need.ABANDONED in needs else None
        self._last_at = at
        self.tracks: TrackHistories = {}
        self.stationary: Sequence[StationaryObject] = ()
        self.abandoned: Sequence[AbandonedObject] = ()

    def alerts(self) -> tuple[PastAlert, ...]:
        return tuple(alert for running in self._rules for alert in running.alerts(self.scene))

    def step(self, detections: Detections, picture: AnalysisFrame, seen_at: datetime) -> list[Event]:
        if self._tracker is not None:
            self.tracks = extend(self.tracks, self._tracker.update(detections, seen_at), seen_at)
        if self._stationary is not None:
            self.stationary = self._stationary.update(detections, picture, seen_at)
        if self._abandoned is not None:
            self.abandoned = self._abandoned.update(detections, picture, seen_at)
        seen = Observations(
            seen_at=seen_at,
            unwatched=_unwatched(self._last_at, seen_at),
            detections=detections,
            tracks=self.tracks,
            stationary=self.stationary,
            abandoned=self.abandoned,
        )
        self._last_at = seen_at
        return [event for running in self._rules for event in running.step(seen, self.scene)]


class _RunningRule:
    """A rule with what it remembers about one view."""

    def __init__(self, rule: Rule[Any], past: Iterable[PastAlert], scene: Scene, at: datetime) -> None:
        own = {kind.kind for kind in rule.kinds}
        self.rule = rule
        self._state = rule.begin([alert for alert in past if alert.kind in own], scene, at)

    def alerts(self, scene: Scene) -> Sequence[PastAlert]:
        return self.rule.alerts(self._state, scene)

    def step(self, seen: Observations, scene: Scene) -> list[Event]:
        self._state, events = self.rule.step(self._state, seen, scene)
        return events


def _unwatched(last_at: datetime, seen_at: datetime) -> timedelta:
    gap = seen_at - last_at
    return gap if gap.total_seconds() > DEFAULT_MAX_GAP_S else timedelta()


def _max_gap_s(scene: Scene) -> float:
    gaps_s = [zone.max_gap_s for zone in scene.zones if zone.max_gap_s is not None]
    return max(gaps_s, default=DEFAULT_MAX_GAP_S)
