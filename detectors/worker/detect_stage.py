"""The stage in front of the rules: frames of all cameras through the model, in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from detectors.evidence.counters import Drop
from detectors.perception.detections import Detector
from detectors.worker.analysis_stage import BATCH, TAKE_S, DetectedFrame
from detectors.worker.camera_pipeline import CameraPipeline
from detectors.worker.frame_queue import FrameQueue
from ingest.frame import Frame


class DetectStage:
    """Args:
    hand_on: called with each frame and what was detected in it; must not wait.
    """

    def __init__(
        self,
        cameras: Mapping[str, CameraPipeline],
        detector: Detector,
        hand_on: Callable[[DetectedFrame], object],
    ) -> None:
        self._cameras = cameras
        self._detector = detector
        self._hand_on = hand_on
        self.frames: FrameQueue[Frame] = FrameQueue(self._count_dropped)

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Raises DetectorFailed: without the engine no camera can be watched."""
        while not stop.is_set():
            if frames := self.frames.take(BATCH, TAKE_S):
                self.detect(frames)

    def detect(self, frames: Sequence[Frame]) -> None:
        began_s = time.perf_counter()
        found = self._detector.detect([frame.picture for frame in frames])
        share_s = (time.perf_counter() - began_s) / len(frames)
        for frame, detections in zip(frames, found, strict=True):
            counters = self._cameras[frame.camera_id].counters
            counters.n_inferred += 1
            counters.inference_s += share_s
            self._hand_on(DetectedFrame(frame=frame, detections=detections))

    def _count_dropped(self, camera_id: str) -> None:
        self._cameras[camera_id].counters.n_dropped[Drop.MODEL_BUSY] += 1
