"""What a measured stretch of this process cost."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import asdict, dataclass


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
    """Starts when it is made; the frames before that are the warm-up."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def cost(self, n_frames: int, n_tracked: int) -> Cost:
        return Cost(
            n_frames=n_frames,
            n_tracked=n_tracked,
            wall_s=time.perf_counter() - self._wall_s,
            cpu_s=time.process_time() - self._cpu_s,
            rss_peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
