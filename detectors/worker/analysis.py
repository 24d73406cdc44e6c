"""What an analysis process does for its cameras: each camera's frames and detections through its pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from detectors.isolation import Failure, Stage, attempt
from detectors.perception.detections import Detections
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera
from ingest.frame import Frame

NewPipeline = Callable[[Camera], Pipeline]  # handed to other processes: a function of a module


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisTask:
    frame: Frame
    detections: Detections
    # Not None: begin anew before this frame, knowing what was raised before.
    begin_with: tuple[CandidateRaised, ...] | None = None

    @property
    def camera_id(self) -> str:
        return self.frame.camera_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisResult:
    camera_id: str
    events: tuple[Event, ...] = ()
    is_late: bool = False  # the frame's time was not after that of the one before
    is_unknown_view: bool = False  # the frame shows none of the camera's views: no rule ran
    is_skipped: bool = False  # the camera failed at an earlier frame and has not begun anew
    failure: Failure | None = None
    took_s: float = 0.0


class Analyser(Protocol):
    """Analyses frames of several cameras. Used by one thread."""

    def analyse(self, tasks: Sequence[AnalysisTask]) -> Sequence[AnalysisResult]:
        """One result for each task, in their order; a camera's failure is in its result.

        Raises:
            AnalyserLost: the analyser died; every camera has to begin anew.
        """
        ...

    def close(self) -> None: ...


class AnalyserLost(Exception):
    """The process that analysed died or hung."""


class LocalAnalyser:
    """In this process."""

    def __init__(self, cameras: Sequence[Camera], new_pipeline: NewPipeline = Pipeline) -> None:
        self._cameras = {camera.camera_id: camera for camera in cameras}
        self._new_pipeline = new_pipeline
        self._pipelines: dict[str, Pipeline] = {}

    def analyse(self, tasks: Sequence[AnalysisTask]) -> Sequence[AnalysisResult]:
        return [self._result(task) for task in tasks]

    def close(self) -> None:
        self._pipelines.clear()

    def _result(self, task: AnalysisTask) -> AnalysisResult:
        began_s = time.perf_counter()
        result = attempt(Stage.ANALYSIS, lambda: self._step(task))
        if isinstance(result, Failure):
            self._pipelines.pop(task.camera_id, None)  # what it remembers is not to be trusted any more
            took_s = time.perf_counter() - began_s
            return AnalysisResult(camera_id=task.camera_id, failure=result, took_s=took_s)
        return result

    def _step(self, task: AnalysisTask) -> AnalysisResult:
        began_s = time.perf_counter()
        if task.begin_with is not None:
            self._begin(task.camera_id, task.begin_with)
        pipeline = self._pipelines.get(task.camera_id)
        if pipeline is None:
            return AnalysisResult(camera_id=task.camera_id, is_skipped=True)
        n_late, n_unknown_view = pipeline.n_late, pipeline.n_unknown_view
        events = tuple(pipeline.step(task.frame, task.detections))
        return AnalysisResult(
            camera_id=task.camera_id,
            events=events,
            is_late=pipeline.n_late > n_late,
            is_unknown_view=pipeline.n_unknown_view > n_unknown_view,
            took_s=time.perf_counter() - began_s,
        )

    def _begin(self, camera_id: str, raised: Sequence[CandidateRaised]) -> None:
        pipeline = self._new_pipeline(self._cameras[camera_id])
        pipeline.resume(raised)
        self._pipelines[camera_id] = pipeline
