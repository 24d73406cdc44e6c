"""One detector over pictures of every shape: each goes to the network whose input it fills best."""

from __future__ import annotations

from pathlib import Path

from detectors.perception.detections import Detections, Detector
from detectors.runtimes.input_shape import SQUARE, WIDE, weights_for_shape
from detectors.runtimes.openvino import OpenVinoDetector
from detectors.runtimes.ultralytics import UltralyticsDetector
from ingest.frame import Picture
from models.registry import Runtime, Weights, resolve


class ModelRouter:
    """Implements `Detector`. An engine is built when the first picture of its shape comes.

    Args:
        weights: a name in models/registry.toml, for pictures of every shape; None: the ones that fit each.
    Raises:
        WeightsError: weights are unknown, missing or not the registered ones; raised when it is built.
    """

    def __init__(self, models_dir: Path, weights: str | None = None) -> None:
        self._chosen = weights
        names = (WIDE, SQUARE) if weights is None else (weights,)
        self._weights = {name: resolve(name, models_dir) for name in names}
        self._engines: dict[str, Detector] = {}

    def weights_for(self, width_px: int, height_px: int) -> str:
        """The name of those that see a picture of this size."""
        return self._chosen or weights_for_shape(width_px, height_px)

    def detect(self, pictures: list[Picture]) -> list[Detections]:
        """Raises DetectorFailed where an engine cannot run its weights or does not answer."""
        names = [self.weights_for(picture.width_px, picture.height_px) for picture in pictures]
        found: dict[int, Detections] = {}
        for name in set(names):
            places = [place for place, own in enumerate(names) if own == name]
            answers = self._engine(name).detect([pictures[place] for place in places])
            found.update(zip(places, answers, strict=True))
        return [found[place] for place in range(len(pictures))]

    def close(self) -> None:
        for engine in self._engines.values():
            engine.close()

    def _engine(self, name: str) -> Detector:
        if name not in self._engines:
            self._engines[name] = _engine_for(self._weights[name])
        return self._engines[name]


def _engine_for(weights: Weights) -> Detector:
    match weights.runtime:
        case Runtime.OPENVINO:
            return OpenVinoDetector(weights)
        case Runtime.ULTRALYTICS:
            return UltralyticsDetector(weights)
