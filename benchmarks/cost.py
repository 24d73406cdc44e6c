"""What a measured stretch of this process cost."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    n_frames: int
    n_tracked: int  # boxes with a track number, summed over the frames: that the work was done
    wall_s: float
    cpu_s: float
    rss_peak_mb: float  # of the whole process, weights and libraries included

    @property
    def fps(self) -> float:
        return self.n_frames / self.wall_s

    @property
    def cpu_ms_per_frame(self) -> float:
        return 1000 * self.cpu_s / self.n_frames

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Cost:
        return cls(**json.loads(text))


class Meter:
    """Starts when it is made; the frames before that are the warm-up.

    Args:
        children: the ids of this process's own processes that do part of the work; none may have ended.
    """

    def __init__(self, children: Callable[[], Iterable[int]] = tuple) -> None:
        self._children = children
        self._wall_s, self._cpu_s = time.perf_counter(), self._cpu_now_s()

    def cost(self, n_frames: int, n_tracked: int) -> Cost:
        return Cost(
            n_frames=n_frames,
            n_tracked=n_tracked,
            wall_s=time.perf_counter() - self._wall_s,
            cpu_s=self._cpu_now_s() - self._cpu_s,
            rss_peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )

    def _cpu_now_s(self) -> float:
        return time.process_time() + sum(_cpu_s(process_id) for process_id in self._children())


def _cpu_s(process_id: int) -> float:
    """Processor time of another process, in the kernel too."""
    # The name of the program comes before the last bracket and may hold spaces.
    numbers = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
