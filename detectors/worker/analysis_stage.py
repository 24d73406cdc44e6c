"""The stage behind detection: each camera's frames through its rules, some cameras to a lane."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from detectors.evidence.counters import Drop
from detectors.evidence.recorder import RecordRequest
from detectors.isolation import Failure, Stage
from detectors.perception.detections import Detections
from detectors.pipeline import Pipeline
from detectors.worker.analysis import Analyser, AnalyserLost, LocalAnalyser, NewPipeline
from detectors.worker.analysis_process import ProcessAnalyser
from detectors.worker.camera_pipeline import CameraPipeline
from detectors.worker.frame_queue import FrameQueue
from ingest.camera import Camera
from ingest.frame import Frame

BATCH = 8
TAKE_S = 0.5
# Analysis takes a fraction of what detection takes: one process keeps up with the detection of so many
# processors (docs/decisions/analysis-stage.md).
PROCESSORS_PER_ANALYSIS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DetectedFrame:
    frame: Frame
    detections: Detections

    @property
    def camera_id(self) -> str:
        return self.frame.camera_id


def usual_processes() -> int:
    """0 on a small machine: analysis in the worker itself saves the memory of a process."""
    return len(os.sched_getaffinity(0)) // PROCESSORS_PER_ANALYSIS


class AnalysisLane:
    """Some of the cameras, in their own thread: frames of one camera stay in order.

    Args:
        record: called with what is to be recorded.
    """

    def __init__(
        self,
        cameras: Mapping[str, CameraPipeline],
        analyser: Analyser,
        record: Callable[[RecordRequest], object],
    ) -> None:
        self._cameras = cameras
        self.analyser = analyser
        self._record = record
        self.frames: FrameQueue[DetectedFrame] = FrameQueue(self._count_dropped)

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self.analyse(self.frames.take(BATCH, TAKE_S))
        finally:
            self.analyser.close()

    def analyse(self, detected: Sequence[DetectedFrame]) -> None:
        pairs = [(each, self._cameras[each.camera_id].task(each.frame, each.detections)) for each in detected]
        due = [(each, task) for each, task in pairs if task is not None]
        if not due:
            return
        try:
            results = self.analyser.analyse([task for _, task in due])
        except AnalyserLost as error:
            for camera in self._cameras.values():
                camera.fail(Failure(stage=Stage.ANALYSIS, error=str(error), traceback=""))
            return
        for (each, _), result in zip(due, results, strict=True):
            for request in self._cameras[each.camera_id].requests(each.frame, result):
                self._record(request)

    def _count_dropped(self, camera_id: str) -> None:
        self._cameras[camera_id].counters.n_dropped[Drop.ANALYSIS_BUSY] += 1


class AnalysisStage:
    """Args:
    n_processes: 0: in this process.
    new_pipeline: makes a camera's pipeline, in whichever process it runs.
    """

    def __init__(
        self,
        cameras: Sequence[CameraPipeline],
        record: Callable[[RecordRequest], object],
        *,
        n_processes: int,
        new_pipeline: NewPipeline = Pipeline,
    ) -> None:
        n_lanes = min(max(n_processes, 1), max(len(cameras), 1))
        self.lanes = tuple(
            AnalysisLane(
                {each.camera.camera_id: each for each in cameras[first::n_lanes]},
                _analyser([each.camera for each in cameras[first::n_lanes]], n_processes, new_pipeline),
                record,
            )
            for first in range(n_lanes)
        )
        self._lane_of = {
            each.camera.camera_id: self.lanes[place % n_lanes] for place, each in enumerate(cameras)
        }

    def put(self, detected: DetectedFrame) -> None:
        """Never waits: where its lane is too slow, the camera's oldest waiting frame makes way."""
        self.lane_of(detected.camera_id).frames.put(detected)

    def lane_of(self, camera_id: str) -> AnalysisLane:
        return self._lane_of[camera_id]

    @property
    def n_waiting(self) -> int:
        return sum(len(lane.frames) for lane in self.lanes)


def _analyser(cameras: Sequence[Camera], n_processes: int, new_pipeline: NewPipeline) -> Analyser:
    return ProcessAnalyser(cameras, new_pipeline) if n_processes else LocalAnalyser(cameras, new_pipeline)
