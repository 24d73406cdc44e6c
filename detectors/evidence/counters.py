"""What a worker has done since it started. Each number is written by one thread and read by any."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from incidents.contract.events import Family


@dataclass(slots=True)
class CameraCounters:
    n_inferred: int = 0
    n_dropped: int = 0  # frames that made way for newer ones since the model was busy
    n_alarms: Counter[tuple[Family, str]] = field(default_factory=Counter)  # by family and kind


@dataclass(slots=True)
class WorkerCounters:
    n_lost: int = 0  # alarms for which there was no more room while the disk refused candidates
    n_held: int = 0  # candidates that were put into the outbox
    n_without_clip: int = 0
    n_sent: int = 0  # acknowledged by the log
    n_write_failures: int = 0  # attempts to keep a candidate that the disk refused
