"""The detector through Ultralytics: float YOLO11 weights (.pt) on CUDA, or on a CPU. Needs the extra `gpu`.

Only its network is used. Its predictor would letterbox and suppress in its own way, so that the same weights
would answer differently here and on OpenVINO, and it imports torchvision, whose published wheels need CUDA.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from detectors.perception.detections import F32, Detections
from detectors.runtimes.errors import DetectorFailed
from detectors.runtimes.letterbox import Letterbox
from detectors.runtimes.yolo_head import YoloHead, check_classes
from ingest.frame import Picture
from models.registry import Weights

# What a card of 8 GB takes at 640x640 with room to spare; beyond it a larger batch gains nothing.
BATCH = 16

# Ultralytics installs packages, downloads weights and reports usage unless it is told not to.
OFFLINE = {"YOLO_AUTOINSTALL": "0", "YOLO_OFFLINE": "1", "YOLO_VERBOSE": "0"}


class UltralyticsDetector:
    """Implements `Detector`. Not for use from two threads at once.

    Args:
        weights: a YOLO11 checkpoint of Ultralytics (.pt). Only from `models.registry`: a checkpoint is
            a pickle, and loading it runs what is in it.
        score_min, overlap_max: as for OpenVinoDetector.
        device: "cuda", "cuda:1", "cpu"; None takes CUDA where it is there.
    Raises:
        DetectorFailed: the extra is not installed, Ultralytics cannot load the file, or its classes are not
            those of the registry.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        score_min: float = 0.1,
        overlap_max: float = 0.6,
        device: str | None = None,
    ) -> None:
        self._torch = _torch()
        self._device = device or ("cuda" if self._torch.cuda.is_available() else "cpu")
        with _process_left_as_found(self._torch):
            network = _network(weights.path)
        check_classes(weights, list(network.names.values()), len(network.names))
        self._network = network.to(self._device)
        self._input_wh = weights.input_wh
        self._head = YoloHead(weights.classes, score_min=score_min, overlap_max=overlap_max)
        self._rows = self._torch.from_numpy(self._head.rows).to(self._device)

    def detect(self, pictures: list[Picture]) -> list[Detections]:
        """Raises DetectorFailed where the device has not enough memory, or fails."""
        batches = [pictures[n : n + BATCH] for n in range(0, len(pictures), BATCH)]
        return [found for batch in batches for found in self._detect(batch)]

    def close(self) -> None:
        self._network = None

    def _detect(self, pictures: list[Picture]) -> list[Detections]:
        letterboxes = [
            Letterbox(picture_wh=(picture.width_px, picture.height_px), input_wh=self._input_wh)
            for picture in pictures
        ]
        canvas = np.empty((len(pictures), self._input_wh[1], self._input_wh[0], 3), np.uint8)
        for picture, letterbox, place in zip(pictures, letterboxes, canvas, strict=True):
            letterbox.place(picture, place)
        try:
            rows = self._run(canvas)
        except RuntimeError as error:
            raise DetectorFailed(f"{self._device} cannot run a batch of {len(pictures)}: {error}") from error
        return [self._head.detections(of_one, box) for of_one, box in zip(rows, letterboxes, strict=True)]

    def _run(self, canvas: np.ndarray[Any, np.dtype[np.uint8]]) -> F32:
        """(n, height, width, 3) BGR -> (n, 4 + n_classes, n_anchors), only what is read."""
        with self._torch.inference_mode():
            bgr = self._torch.from_numpy(canvas).to(self._device)
            rgb = bgr.flip(-1).permute(0, 3, 1, 2).float() / 255
            output, _ = self._network(rgb)
            rows: F32 = output.index_select(1, self._rows).cpu().numpy()
        return rows


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise DetectorFailed(f"these weights need the extra `gpu` ({error}): run `make setup-gpu`") from error
    return torch


@contextmanager
def _process_left_as_found(torch: Any) -> Iterator[None]:
    """Takes back what Ultralytics changes for everybody in this process when it is imported.

    Its `Image.open` wants to install a package where a file is no picture, its OpenCV has one thread, and
    programs that we start would inherit its variables.
    """
    environment, n_threads = dict(os.environ), cv2.getNumThreads()
    image_open, torch_save = Image.open, torch.save
    try:
        with warnings.catch_warnings(), np.printoptions():
            yield
    finally:
        Image.open, torch.save = image_open, torch_save
        cv2.setNumThreads(n_threads)
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment.items() - os.environ.items())


def _network(weights_path: Path) -> Any:
    """In eval mode, its normalisation folded into its convolutions."""
    os.environ.update(OFFLINE)
    try:
        from ultralytics import YOLO
    except ImportError as error:
        raise DetectorFailed(f"these weights need the extra `gpu` ({error}): run `make setup-gpu`") from error
    try:
        network = YOLO(weights_path, task="detect").model
    except (OSError, TypeError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DetectorFailed(f"{weights_path}: Ultralytics cannot load these weights: {reason}") from error
    if isinstance(network, str | Path):
        raise DetectorFailed(f"{weights_path}: is not an Ultralytics checkpoint (.pt)")
    return network.float().eval().fuse(verbose=False)
