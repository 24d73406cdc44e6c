"""The same work done by `ultralytics` as its documentation says: `track(stream=True)`, one thread and one
model a clip, ByteTrack named (it is no longer the default)."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread
from types import ModuleType, SimpleNamespace
from typing import Any

from benchmarks.cost import Cost, Meter
from benchmarks.detect_ours import N_WARM_UP
from detectors.runtimes.ultralytics import OFFLINE

SCORE_MIN = 0.1


def supply_torchvision() -> None:
    """The published torchvision needs CUDA's libraries and cannot be imported beside a torch without them.

    All that is used of it here is the suppression of boxes; OpenCV's is as quick.
    """
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        stand_in = ModuleType("torchvision")
        stand_in.ops = SimpleNamespace(nms=_nms)  # type: ignore[attr-defined]
        sys.modules["torchvision"] = stand_in


def _nms(boxes: Any, scores: Any, overlap_max: float) -> Any:
    import cv2
    import numpy as np
    import torch

    xyxy = boxes.numpy()
    xywh = np.hstack([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]])
    keep = cv2.dnn.NMSBoxes(xywh.tolist(), scores.tolist(), 0.0, overlap_max)
    return torch.as_tensor(np.asarray(keep, dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    weights: Path
    input_wh: tuple[int, int]
    classes: list[int]  # numbers of those that are kept


class Clip(Thread):
    """Tracks one clip; waits for the others after the warm-up, so that one stretch of time is measured."""

    def __init__(self, model: Network, path: Path, warm: Barrier) -> None:
        super().__init__(daemon=True)
        self._model, self._path, self._warm = model, path, warm
        self.n_frames = self.n_tracked = 0

    def run(self) -> None:
        from ultralytics import YOLO

        results = YOLO(self._model.weights, task="detect").track(
            source=self._path,
            stream=True,
            tracker="bytetrack.yaml",
            imgsz=self._model.input_wh[::-1],
            conf=SCORE_MIN,
            classes=self._model.classes,
            verbose=False,
        )
        for number, result in enumerate(results):
            if number == N_WARM_UP:
                self._warm.wait()
            if number >= N_WARM_UP:
                self.n_frames += 1
                self.n_tracked += 0 if result.boxes.id is None else len(result.boxes.id)


def measure(model: Network, clips: list[Path]) -> Cost:
    os.environ.update(OFFLINE)
    supply_torchvision()
    warm = Barrier(len(clips) + 1)
    threads = [Clip(model, path, warm) for path in clips]
    for thread in threads:
        thread.start()
    warm.wait()
    meter = Meter()
    for thread in threads:
        thread.join()
    return meter.cost(sum(thread.n_frames for thread in threads), sum(thread.n_tracked for thread in threads))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--classes", required=True, help="numbers of the classes to keep: 0,2,3")
    parser.add_argument("--input-wh", type=int, nargs=2, required=True)
    parser.add_argument("clips", type=Path, nargs="+")
    args = parser.parse_args()
    numbers = [int(number) for number in args.classes.split(",")]
    model = Network(weights=args.weights, input_wh=tuple(args.input_wh), classes=numbers)
    print(measure(model, args.clips).to_json())
