"""Clips as fast as it goes, with the code that the worker runs, as far along its way as asked.

`detect`: decode and detect. `track`: and track, as `ultralytics track` does. `worker`: the worker's stages,
with the rules on the clip's zones and the snapshots that evidence is made of.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from queue import Queue
from threading import Thread

from benchmarks.clips import FPS, STARTED_AT
from benchmarks.cost import Cost, Meter
from detectors.evaluation.evaluate import camera_of
from detectors.evidence.recorder import RecordRequest
from detectors.perception.tracking import Tracker
from detectors.runtimes.batches import detect_in_batches
from detectors.runtimes.openvino import OpenVinoDetector
from detectors.worker.analysis_process import ProcessAnalyser
from detectors.worker.analysis_stage import AnalysisLane, AnalysisStage, DetectedFrame
from detectors.worker.camera_pipeline import CameraPipeline
from detectors.worker.detect_stage import DetectStage
from ingest.decoders.policy import EVERY_FRAME
from ingest.files import FileSource
from ingest.frame import Frame
from mastwatch.config.truths import load_truth
from models.registry import Weights, resolve

WAYS = ("detect", "track", "worker")
N_BATCH = 8
N_WARM_UP = 2 * N_BATCH
N_WAITING = N_BATCH  # a decoded 1080p frame is 3 MB


def read(clips: Sequence[Path]) -> Iterator[Frame]:
    """Frames of all clips as they are decoded: one reader thread a clip, as the worker has one a camera."""
    queue: Queue[Frame | None] = Queue(N_WAITING)

    def decode(path: Path) -> None:
        source = FileSource(path.stem, path, EVERY_FRAME, STARTED_AT)
        for frame in source.frames():
            queue.put(frame)
        source.close()
        queue.put(None)

    for path in clips:
        Thread(target=decode, args=(path,), daemon=True).start()
    n_open = len(clips)
    while n_open:
        if (frame := queue.get()) is None:
            n_open -= 1
        else:
            yield frame


def detect(weights: Weights, clips: Sequence[Path], *, track: bool) -> Cost:
    detector = OpenVinoDetector(weights)
    trackers = {path.stem: Tracker(fps=FPS) for path in clips}
    n_frames = n_tracked = 0
    meter = Meter()
    for frame, detections in detect_in_batches(read(clips), detector, n_batch=N_BATCH):
        n_frames += 1
        if track:
            n_tracked += len(trackers[frame.camera_id].update(detections, frame.captured_at))
        if n_frames == N_WARM_UP:
            meter = Meter()
            n_tracked = 0
    return meter.cost(n_frames - N_WARM_UP, n_tracked)


class WorkerOnClips:
    """The worker's stages with clips in front of them; its readers wait instead of dropping frames."""

    def __init__(self, weights: Weights, clips: Sequence[Path], footage: Path, n_processes: int) -> None:
        cameras = [_camera_pipeline(path, footage, weights) for path in clips]
        self._n_events = 0
        self._analysis = AnalysisStage(cameras, self._record, n_processes=n_processes)
        self._waiting = {lane: Queue[DetectedFrame | None](2 * N_BATCH) for lane in self._analysis.lanes}
        by_id = {camera.camera.camera_id: camera for camera in cameras}
        self._lane_of = {camera_id: self._analysis.lane_of(camera_id) for camera_id in by_id}
        self._detection = DetectStage(by_id, OpenVinoDetector(weights), self._hand_on)

    def measure(self, frames: Iterator[Frame]) -> Cost:
        lanes = [Thread(target=self._analyse, args=(lane,)) for lane in self._analysis.lanes]
        for thread in lanes:
            thread.start()
        self._detect(islice(frames, N_WARM_UP))
        self._wait_until_analysed()
        meter = Meter(self._process_ids)
        n_frames = self._detect(frames)
        self._wait_until_analysed()
        cost = meter.cost(n_frames, self._n_events)
        for waiting in self._waiting.values():
            waiting.put(None)
        for thread in lanes:
            thread.join()
        return cost

    def _detect(self, frames: Iterable[Frame]) -> int:
        n_frames, remaining = 0, iter(frames)
        while batch := list(islice(remaining, N_BATCH)):
            self._detection.detect(batch)
            n_frames += len(batch)
        return n_frames

    def _hand_on(self, detected: DetectedFrame) -> None:
        self._waiting[self._lane_of[detected.camera_id]].put(detected)

    def _analyse(self, lane: AnalysisLane) -> None:
        waiting = self._waiting[lane]
        while (detected := waiting.get()) is not None:
            lane.analyse([detected])
            waiting.task_done()
        lane.run(_STOPPED)  # closes its analyser

    def _wait_until_analysed(self) -> None:
        for waiting in self._waiting.values():
            waiting.join()

    def _process_ids(self) -> list[int]:
        analysers = [lane.analyser for lane in self._analysis.lanes]
        return [each.pid for each in analysers if isinstance(each, ProcessAnalyser) and each.pid is not None]

    def _record(self, request: RecordRequest) -> None:
        self._n_events += 1


_STOPPED = threading.Event()
_STOPPED.set()


def _camera_pipeline(clip: Path, footage: Path, weights: Weights) -> CameraPipeline:
    camera = camera_of(load_truth(footage / clip.stem / "truth.yaml"))
    return CameraPipeline(
        replace(camera, camera_id=clip.stem, detect_fps=FPS),
        ring_s=1,
        stop=_STOPPED,
        weights_for=lambda width_px, height_px: weights.name,
        raised_lately=tuple,
        n_unrecorded=int,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--way", choices=WAYS, default="track")
    parser.add_argument("--footage", type=Path, help="folders with the zones of the clips, for `worker`")
    parser.add_argument("--analysis-processes", type=int, default=0)
    parser.add_argument("clips", type=Path, nargs="+")
    args = parser.parse_args()
    weights = resolve(args.weights, args.models)
    if args.way == "worker":
        worker = WorkerOnClips(weights, args.clips, args.footage, args.analysis_processes)
        print(worker.measure(read(args.clips)).to_json())
    else:
        print(detect(weights, args.clips, track=args.way == "track").to_json())


if __name__ == "__main__":
    main()
