"""One camera of a worker: its stream, its pipeline, and the pictures that its candidates will need."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from detectors.evidence.candidate import box_at
from detectors.evidence.counters import CameraCounters
from detectors.evidence.recorder import RecordRequest
from detectors.evidence.snapshot_buffer import Snapshot, SnapshotBuffer, snapshot
from detectors.evidence.store import EvidenceImages
from detectors.perception.detections import Detections
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera
from ingest.connection.ring import PacketRing
from ingest.connection.supervisor import Supervisor
from ingest.decoders.policy import DecodePolicy
from ingest.frame import Frame
from ingest.stream import RtspSource

USUAL_DWELL_S = 120.0
# The stay must be in the album from its beginning to the alarm, which may come late over a gap.
ALBUM_MARGIN_S = 60.0


class CameraPipeline:
    """Args:
    ring_s: how much of the stream clips can be cut from.
    stop: ends the stream.
    weights_for: the name of the weights that see a picture of this width and height.
    raised_lately: what this camera has raised, oldest first; what still stands is not raised again.
    """

    def __init__(
        self,
        camera: Camera,
        ring_s: float,
        stop: threading.Event,
        weights_for: Callable[[int, int], str],
        raised_lately: Callable[[], Sequence[CandidateRaised]],
    ) -> None:
        self.camera = camera
        self._weights_for = weights_for
        self._raised_lately = raised_lately
        self.tally = CameraCounters()
        self.pipeline = Pipeline(camera)
        self.ring = PacketRing(ring_s)
        policy = DecodePolicy(camera.detect_fps)
        self.source = RtspSource(camera.camera_id, camera.source, self.ring, policy)
        self.supervisor = Supervisor(self.source, stop)
        dwells_s = [zone.dwell_s or USUAL_DWELL_S for view in camera.views for zone in view.zones]
        longest_s = max(dwells_s, default=USUAL_DWELL_S)
        self._album_s = longest_s + ALBUM_MARGIN_S
        self._album = SnapshotBuffer(self._album_s)
        self._picture_wh: tuple[int, int] | None = None

    def read(self, put: Callable[[Frame], object]) -> None:
        """Hand on frames until `stop`. In the camera's own thread."""
        for frame in self.supervisor.frames():
            put(frame)

    def look(self, frame: Frame, detections: Detections) -> list[RecordRequest]:
        """What this frame raises, with its pictures."""
        self.tally.n_inferred += 1
        picture_wh = (frame.picture.width_px, frame.picture.height_px)
        if picture_wh != self._picture_wh:
            self._begin(picture_wh)
        self._album.see(frame)
        return [self._raised(frame, alarm) for alarm in self.pipeline.step(frame, detections)]

    def _begin(self, picture_wh: tuple[int, int]) -> None:
        """At the first picture, and where the camera changes their size: what is remembered in pixels of the
        old size means nothing in the new one."""
        self._picture_wh = picture_wh
        self._album = SnapshotBuffer(self._album_s)
        n_late = self.pipeline.n_late
        self.pipeline = Pipeline(self.camera)
        self.pipeline.n_late = n_late
        self.pipeline.resume(self._raised_lately())

    def _raised(self, frame: Frame, alarm: Event) -> RecordRequest:
        self.tally.n_alarms[alarm.family, alarm.kind] += 1
        best = self._best(frame, alarm)
        width_px, height_px = frame.picture.width_px, frame.picture.height_px
        return RecordRequest(
            camera=self.camera,
            alarm=alarm,
            shots=EvidenceImages(
                best=best, xyxy_px=box_at(alarm, best.at), entered=self._album.nearest(alarm.entered_at)
            ),
            picture_wh=(width_px, height_px),
            ring=self.ring,
            model=self._weights_for(width_px, height_px),
        )

    def _best(self, frame: Frame, alarm: Event) -> Snapshot:
        """The picture nearest to the best moment; the one of the alarm where none is nearer."""
        kept = self._album.nearest(alarm.best_at)
        this_far = abs(frame.captured_at - alarm.best_at)
        return kept if kept is not None and abs(kept.at - alarm.best_at) < this_far else snapshot(frame)
