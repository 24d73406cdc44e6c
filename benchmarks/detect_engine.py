"""The network alone, as fast as the engine can: more than that no pipeline around it can reach."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import openvino as ov

from benchmarks.cost import Cost, Meter

SECONDS = 4.0


def measure(weights: Path) -> Cost:
    compiled = ov.Core().compile_model(weights, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})
    queue = ov.AsyncInferQueue(compiled)
    picture = {0: np.full(tuple(compiled.input(0).shape), 0.5, np.float32)}
    for _ in range(4 * len(queue)):
        queue.start_async(picture)
    queue.wait_all()
    meter, n_frames, end_at = Meter(), 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end_at:
        queue.start_async(picture)
        n_frames += 1
    queue.wait_all()
    return meter.cost(n_frames, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, required=True)
    print(measure(parser.parse_args().weights).to_json())
