"""The detector on a CPU: YOLO11 as OpenVINO IR, several pictures in flight at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
from openvino import Layout, Type
from openvino.preprocess import ColorFormat, PrePostProcessor

from detectors.perception.detections import F32, Detections
from detectors.runtimes.errors import DetectorFailed
from detectors.runtimes.letterbox import Letterbox
from detectors.runtimes.yolo_head import N_BOX_ROWS, YoloHead, check_classes
from ingest.frame import Picture
from models.registry import Weights

# A network on a CPU answers in tens of milliseconds. Beyond this the engine hangs, as dynamic INT8 batches
# have done on some machines; better a clear error than a worker that watches nothing.
ANSWER_WITHIN_MS = 30_000


class OpenVinoDetector:
    """Implements `Detector`. Not for use from two threads at once.

    Args:
        weights: the .xml of an OpenVINO IR of YOLO11, static 1x3xHxW input; its .bin lies beside it.
        score_min: boxes below are dropped. Low by default: the tracker keeps weak boxes of known tracks.
        overlap_max: two boxes of one group that overlap more (intersection over union) are one thing.
    Raises:
        DetectorFailed: OpenVINO cannot run the file, or its classes are not those of the registry.
    """

    def __init__(self, weights: Weights, *, score_min: float = 0.1, overlap_max: float = 0.6) -> None:
        self._head = YoloHead(weights.classes, score_min=score_min, overlap_max=overlap_max)
        compiled = _compiled(weights)
        _, height_px, width_px, _ = compiled.input(0).shape
        self._input_wh = (int(width_px), int(height_px))
        n_requests = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self._requests = [_Request(compiled, self._input_wh) for _ in range(n_requests)]

    def detect(self, pictures: list[Picture]) -> list[Detections]:
        """Raises DetectorFailed where the engine does not answer."""
        found: list[Detections] = []
        n_requests = len(self._requests)
        for n, picture in enumerate(pictures):
            request = self._requests[n % n_requests]
            if n >= n_requests:
                found.append(self._collect(request))
            request.start(picture)
        in_flight = range(len(found), len(pictures))
        return found + [self._collect(self._requests[n % n_requests]) for n in in_flight]

    def close(self) -> None:
        self._requests.clear()

    def _collect(self, request: _Request) -> Detections:
        return self._head.detections(request.output()[self._head.rows], request.letterbox)


class _Request:
    """One place in the engine's queue, with its own input."""

    def __init__(self, compiled: Any, input_wh: tuple[int, int]) -> None:
        self._input = np.empty((1, input_wh[1], input_wh[0], 3), np.uint8)
        self._infer = compiled.create_infer_request()
        self._infer.set_input_tensor(ov.Tensor(self._input, shared_memory=True))
        self._input_wh = input_wh
        self.letterbox = Letterbox(picture_wh=input_wh, input_wh=input_wh)

    def start(self, picture: Picture) -> None:
        self.letterbox = Letterbox(picture_wh=(picture.width_px, picture.height_px), input_wh=self._input_wh)
        self.letterbox.place(picture, self._input[0])
        self._infer.start_async()

    def output(self) -> F32:
        """(4 + n_classes, n_anchors): centre, size and one score per class; valid until the next start."""
        if not self._infer.wait_for(ANSWER_WITHIN_MS):
            raise DetectorFailed(f"the engine has not answered for {ANSWER_WITHIN_MS / 1000:.0f} s")
        rows: F32 = self._infer.get_output_tensor(0).data[0]
        return rows


def _compiled(weights: Weights) -> Any:
    core = ov.Core()
    try:
        model = core.read_model(weights.path)
        check_classes(
            weights, _class_names(model), int(model.output(0).partial_shape[1].get_length()) - N_BOX_ROWS
        )
        pre = PrePostProcessor(model)
        # Byte pictures go in as they are: the engine turns them into floats faster than we would.
        pre.input().tensor().set_element_type(Type.u8).set_layout(Layout("NHWC"))
        pre.input().tensor().set_color_format(ColorFormat.BGR)
        pre.input().model().set_layout(Layout("NCHW"))
        pre.input().preprocess().convert_element_type(Type.f32).convert_color(ColorFormat.RGB).scale(255.0)
        return core.compile_model(pre.build(), "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise DetectorFailed(f"{weights.path}: OpenVINO cannot run these weights: {reason}") from error


def _class_names(model: Any) -> list[str] | None:
    """What Ultralytics wrote about the classes into the file when it exported it; None where it did not."""
    if not model.has_rt_info(["model_info", "labels"]):
        return None
    labels = model.get_rt_info(["model_info", "labels"]).astype(str)
    return [name.replace("_", " ") for name in labels.split()]
