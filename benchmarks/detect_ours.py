"""Decode, detect and track clips as fast as it goes, with the code that the worker runs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

from benchmarks.clips import STARTED_AT
from benchmarks.cost import Cost, Meter
from detectors.perception.tracking import Tracker
from detectors.runtimes.batches import detect_in_batches
from detectors.runtimes.openvino import OpenVinoDetector
from ingest.decoders.policy import EVERY_FRAME
from ingest.files import FileSource
from ingest.frame import Frame
from models.registry import Weights, resolve

N_BATCH = 8
N_WARM_UP = 2 * N_BATCH
N_WAITING = N_BATCH  # a decoded 1080p frame is 3 MB


def read(clips: list[Path]) -> Iterator[Frame]:
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


def measure(weights: Weights, clips: list[Path]) -> Cost:
    detector = OpenVinoDetector(weights)
    trackers = {path.stem: Tracker(fps=25) for path in clips}
    n_frames = n_tracked = 0
    meter = Meter()
    for frame, detections in detect_in_batches(read(clips), detector, n_batch=N_BATCH):
        n_frames += 1
        n_tracked += len(trackers[frame.camera_id].update(detections, frame.captured_at))
        if n_frames == N_WARM_UP:
            meter = Meter()
            n_tracked = 0
    return meter.cost(n_frames - N_WARM_UP, n_tracked)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("clips", type=Path, nargs="+")
    args = parser.parse_args()
    print(measure(resolve(args.weights, args.models), args.clips).to_json())
