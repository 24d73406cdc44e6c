"""What a worker has done since it started. Each number is written by one thread and read by any."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from detectors.isolation import Stage
from incidents.contract.events import Family


class Drop(StrEnum):
    """Why a decoded frame was not analysed."""

    MODEL_BUSY = "model_busy"  # it made way for a newer one
    ANALYSIS_BUSY = "analysis_busy"  # likewise
    RESTARTING = "restarting"  # the camera failed and waits for its next start
    LATE = "late"  # its time was not after that of the frame before
    UNKNOWN_VIEW = "unknown_view"  # it shows none of the camera's views


@dataclass(slots=True)
class CameraCounters:
    n_inferred: int = 0
    n_analysed: int = 0
    inference_s: float = 0.0  # the camera's share of the batches it was in
    analysis_s: float = 0.0
    n_dropped: Counter[Drop] = field(default_factory=Counter)
    n_failures: Counter[Stage] = field(default_factory=Counter)
    n_events: Counter[tuple[Family, str]] = field(default_factory=Counter)  # by family and kind


@dataclass(slots=True)
class WorkerCounters:
    n_lost: int = 0  # events for which there was no more room while the disk refused candidates
    n_held: int = 0  # candidates that were put into the outbox
    n_without_clip: int = 0
    n_sent: int = 0  # acknowledged by the log
    n_write_failures: int = 0  # attempts to store a candidate that the disk refused
