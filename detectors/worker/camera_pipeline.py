"""One camera of a worker: its stream, the pictures that its candidates will need, and its restarts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from detectors.evidence.candidate import box_at
from detectors.evidence.counters import CameraCounters, Drop
from detectors.evidence.recorder import RecordRequest
from detectors.evidence.snapshot_buffer import Snapshot, SnapshotBuffer, snapshot
from detectors.evidence.writer import EvidenceImages
from detectors.isolation import Failure, Restarts, Stage, attempt
from detectors.perception.analysis_frame import reduced
from detectors.perception.detections import Detections
from detectors.rules.event import Event
from detectors.worker.analysis import AnalysisResult, AnalysisTask
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera
from ingest.connection.ring import PacketRing
from ingest.connection.supervisor import Supervisor
from ingest.decoders.policy import DecodePolicy
from ingest.frame import Frame
from ingest.picture import ReducedPicture
from ingest.stream import RtspSource
from ingest.waits import Waits

log = logging.getLogger(__name__)

USUAL_DWELL_S = 120.0
# The stay must be in the buffer from its beginning to the event, which may come late over a gap.
BUFFER_MARGIN_S = 60.0


class CameraPipeline:
    """What fails in it stops this camera alone, which then begins anew: counted, logged, after growing waits.

    Args:
        ring_s: how much of the stream clips can be exported from.
        stop: ends the stream.
        weights_for: the name of the weights for a picture of this width and height.
        raised_lately: what this camera has raised, oldest first; what is still there is not raised again.
        n_unrecorded: how many of its events are not yet among those.
    """

    def __init__(
        self,
        camera: Camera,
        *,
        ring_s: float,
        stop: threading.Event,
        weights_for: Callable[[int, int], str],
        raised_lately: Callable[[], Sequence[CandidateRaised]],
        n_unrecorded: Callable[[], int],
        waits: Waits | None = None,
    ) -> None:
        self.camera = camera
        self.counters = CameraCounters()
        self.ring = PacketRing(ring_s)
        self.source = RtspSource(camera.camera_id, camera.source, self.ring, DecodePolicy(camera.detect_fps))
        self.supervisor = Supervisor(self.source, stop)
        self._stop = stop
        self._weights_for = weights_for
        self._raised_lately = raised_lately
        self._n_unrecorded = n_unrecorded
        self._restarts = Restarts(waits)
        self._must_begin = threading.Event()
        self._failing = threading.Lock()
        self._picture_wh: tuple[int, int] | None = None
        dwells_s = [zone.dwell_s or USUAL_DWELL_S for view in camera.views for zone in view.zones]
        self._buffer_s = max(dwells_s, default=USUAL_DWELL_S) + BUFFER_MARGIN_S
        self._snapshots = SnapshotBuffer(self._buffer_s)

    @property
    def is_restarting(self) -> bool:
        return self._must_begin.is_set() and self._picture_wh is not None

    def read(self, put: Callable[[Frame], object]) -> None:
        """Hand on frames until `stop`. In the camera's own thread."""
        while not self._stop.is_set():
            outcome = attempt(Stage.STREAM, lambda: self._read(put))
            if not isinstance(outcome, Failure):
                return
            self._stop.wait(self.fail(outcome))

    def task(self, frame: Frame, detections: Detections) -> AnalysisTask | None:
        """What is to be analysed; None where the camera waits for its next start."""
        outcome = attempt(Stage.ANALYSIS, lambda: self._task(frame, detections))
        if isinstance(outcome, Failure):
            self.fail(outcome)
            return None
        return outcome

    def requests(self, frame: Frame, result: AnalysisResult) -> list[RecordRequest]:
        """The evidence to record for what was found in the frame."""
        self.counters.n_analysed += 1
        self.counters.analysis_s += result.took_s
        if result.is_late:
            self.counters.n_dropped[Drop.LATE] += 1
        if result.is_unknown_view:
            self.counters.n_dropped[Drop.UNKNOWN_VIEW] += 1
        if result.is_skipped:
            self.counters.n_dropped[Drop.RESTARTING] += 1
            self._must_begin.set()
        if result.failure is not None:
            self.fail(result.failure)
        outcome = attempt(Stage.EVIDENCE, lambda: [self._request(frame, event) for event in result.events])
        if isinstance(outcome, Failure):
            self.fail(outcome)
            return []
        return outcome

    def fail(self, failure: Failure) -> float:
        """From any thread: the camera begins anew when its wait is over. Returns the wait in seconds."""
        with self._failing:
            self._must_begin.set()
            wait_s = self._restarts.failed()
            self.counters.n_failures[failure.stage] += 1
        log.error(
            "camera %s: %s failed: %s; restarting it in %.1f s\n%s",
            self.camera.camera_id,
            failure.stage,
            failure.error,
            wait_s,
            failure.traceback,
        )
        return wait_s

    def _read(self, put: Callable[[Frame], object]) -> None:
        for frame in self.supervisor.frames():
            put(frame)

    def _task(self, frame: Frame, detections: Detections) -> AnalysisTask | None:
        picture_wh = (frame.picture.width_px, frame.picture.height_px)
        if picture_wh != self._picture_wh:
            # What is remembered in pixels of the old size means nothing in the new one.
            self._picture_wh = picture_wh
            self._snapshots = SnapshotBuffer(self._buffer_s)
            self._must_begin.set()
        begin_with = None
        if self._must_begin.is_set():
            if self._restarts.is_waiting or self._n_unrecorded():
                self.counters.n_dropped[Drop.RESTARTING] += 1
                return None
            self._must_begin.clear()
            begin_with = tuple(self._raised_lately())
        self._snapshots.add(frame)
        bgr, _ = reduced(frame.picture)
        small = replace(frame, picture=ReducedPicture(bgr, *picture_wh))
        return AnalysisTask(frame=small, detections=detections, begin_with=begin_with)

    def _request(self, frame: Frame, event: Event) -> RecordRequest:
        self.counters.n_events[event.family, event.kind] += 1
        best = self._best(frame, event)
        width_px, height_px = frame.picture.width_px, frame.picture.height_px
        return RecordRequest(
            camera=self.camera,
            event=event,
            images=EvidenceImages(
                best=best, xyxy_px=box_at(event, best.at), entered=self._snapshots.nearest(event.entered_at)
            ),
            picture_wh=(width_px, height_px),
            ring=self.ring,
            model=self._weights_for(width_px, height_px),
            fail=self.fail,
        )

    def _best(self, frame: Frame, event: Event) -> Snapshot:
        """The picture nearest to the best moment; this frame's where none is nearer."""
        stored = self._snapshots.nearest(event.best_at)
        this_far = abs(frame.captured_at - event.best_at)
        return stored if stored is not None and abs(stored.at - event.best_at) < this_far else snapshot(frame)
