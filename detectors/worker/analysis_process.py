"""An analyser in a process of its own: frames go through shared memory, everything else through a pipe."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import RawArray
from typing import Any

import cv2
import numpy as np

from detectors.perception.analysis_frame import LONGEST_PX, reduced
from detectors.perception.detections import Detections
from detectors.pipeline import Pipeline
from detectors.worker.analysis import (
    AnalyserLost,
    AnalysisResult,
    AnalysisTask,
    LocalAnalyser,
    NewPipeline,
)
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera
from ingest.frame import Bgr, Frame, Picture
from ingest.picture import ReducedPicture

N_SLOTS = 8
SLOT_BYTES = LONGEST_PX * LONGEST_PX * 3  # a frame as it is analysed: reduced
# A step takes milliseconds. Beyond this the process hangs, and is replaced.
ANSWER_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _SharedFrame:
    """A task as it goes through the pipe; its pixels are in the slot of its place in the batch."""

    camera_id: str
    sequence: int
    captured_at: datetime
    picture_wh: tuple[int, int]  # as captured
    shape: tuple[int, ...]  # of the pixels
    detections: Detections
    begin_with: tuple[CandidateRaised, ...] | None


class ProcessAnalyser:
    """Implements `Analyser`. The process is started by the first frame, and after its death by the next one.

    It ends with this process, however that ends: its pipe closes.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        new_pipeline: NewPipeline = Pipeline,
        *,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._cameras = tuple(cameras)
        self._new_pipeline = new_pipeline
        self._answer_within_s = answer_within_s
        self._context = get_context("spawn")  # a fork would copy the threads' locks as they stand
        self._memory: Any = RawArray("B", N_SLOTS * SLOT_BYTES)
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def analyse(self, tasks: Sequence[AnalysisTask]) -> Sequence[AnalysisResult]:
        results: list[AnalysisResult] = []
        for first in range(0, len(tasks), N_SLOTS):
            results += self._analysed(tasks[first : first + N_SLOTS])
        return results

    def close(self) -> None:
        """May be called twice."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.join(5)
            self._process.kill()
            self._process.join()
            self._process = None

    def _analysed(self, tasks: Sequence[AnalysisTask]) -> Sequence[AnalysisResult]:
        shared = [self._share(place, task) for place, task in enumerate(tasks)]
        try:
            pipe = self._pipe or self._start()
            pipe.send(shared)
            return self._answer(pipe)
        except (EOFError, OSError) as error:
            raise AnalyserLost(f"analysis process: {self._ended(error)}") from error

    def _answer(self, pipe: Connection) -> Sequence[AnalysisResult]:
        if not pipe.poll(self._answer_within_s):
            raise TimeoutError(f"no answer within {self._answer_within_s:g} s")
        results: Sequence[AnalysisResult] = pipe.recv()
        return results

    def _start(self) -> Connection:
        self._pipe, theirs = self._context.Pipe()
        arguments = (theirs, self._memory, self._cameras, self._new_pipeline)
        self._process = self._context.Process(target=_serve, args=arguments, name="analysis", daemon=True)
        self._process.start()
        theirs.close()
        return self._pipe

    def _ended(self, error: Exception) -> str:
        """Make sure that it has. Returns how."""
        what = str(error)
        if self._process is not None:
            if not isinstance(error, TimeoutError):
                self._process.join(1)
                what = f"it died (exit code {self._process.exitcode})"
            self._process.kill()
        self.close()
        return what

    def _share(self, place: int, task: AnalysisTask) -> _SharedFrame:
        frame = task.frame
        bgr, _ = reduced(frame.picture)
        _slot(self._memory, place, bgr.shape)[:] = bgr
        return _SharedFrame(
            camera_id=frame.camera_id,
            sequence=frame.sequence,
            captured_at=frame.captured_at,
            picture_wh=(frame.picture.width_px, frame.picture.height_px),
            shape=bgr.shape,
            detections=task.detections,
            begin_with=task.begin_with,
        )


def _slot(memory: Any, place: int, shape: tuple[int, ...]) -> Bgr:
    n_bytes = int(np.prod(shape))
    return np.frombuffer(memory, np.uint8, n_bytes, place * SLOT_BYTES).reshape(shape)


def _serve(pipe: Connection, memory: Any, cameras: tuple[Camera, ...], new_pipeline: NewPipeline) -> None:
    """Until the other end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which then closes the pipe
    cv2.setNumThreads(1)  # the processors are shared by processes, not within one small picture
    analyser = LocalAnalyser(cameras, new_pipeline)
    while True:
        try:
            shared: Sequence[_SharedFrame] = pipe.recv()
        except EOFError:
            return
        pipe.send(analyser.analyse([_task(memory, place, frame) for place, frame in enumerate(shared)]))


def _task(memory: Any, place: int, shared: _SharedFrame) -> AnalysisTask:
    # A copy: the next batch is written over the slot, and a pipeline may remember the picture.
    picture: Picture = ReducedPicture(_slot(memory, place, shared.shape).copy(), *shared.picture_wh)
    frame = Frame(
        camera_id=shared.camera_id,
        sequence=shared.sequence,
        captured_at=shared.captured_at,
        picture=picture,
    )
    return AnalysisTask(frame=frame, detections=shared.detections, begin_with=shared.begin_with)
