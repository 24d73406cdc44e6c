"""Frames with what the detector saw in them, some at a time: the engine works on several at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from detectors.perception.detections import Detections, Detector
from ingest.frame import Frame


def detect_in_batches(
    frames: Iterable[Frame], detector: Detector, *, n_batch: int
) -> Iterator[tuple[Frame, Detections]]:
    """Each frame with its detections, in order. `n_batch` frames are held at a time."""
    remaining = iter(frames)
    while batch := list(islice(remaining, n_batch)):
        yield from zip(batch, detector.detect([frame.picture for frame in batch]), strict=True)
