"""1080p clips through the whole worker's way, against `ultralytics track`, in turns, each in its own process.

The worker's way: decode, detect, analyse with the rules on the clips' zones, and the snapshots for
evidence. Beside it what it costs only to detect, and to detect and track as Ultralytics does. All run the
same INT8 weights on the same clips. Ultralytics runs them in the square input in which it exports them
(`ratio_vs_ultralytics`), and in our wide one (`..._same_input`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import clips
from benchmarks.cost import Cost
from benchmarks.folders import add_folders
from benchmarks.machine import machine
from models.registry import Weights, resolve

WIDE, SQUARE = "yolo11n-int8-384x640", "yolo11n-int8-640x640"
N_PROCESSES = (0, 1, 4)  # of the analysis; 0: in the worker itself
Figures = dict[str, float | list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    models: Path
    footage: Path


def child(module: str, *arguments: object) -> Cost:
    """What `benchmarks.MODULE` measured in a process of its own. Raises CalledProcessError."""
    argv = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    return Cost.from_json(done.stdout.splitlines()[-1])


def ours(folders: Folders, way: str, paths: Sequence[Path], n_processes: int = 0) -> Cost:
    where = ("--models", folders.models, "--footage", folders.footage, "--weights", WIDE)
    return child("detect_ours", *where, "--way", way, "--analysis-processes", n_processes, *paths)


def theirs(weights: Weights, paths: Sequence[Path]) -> Cost:
    folder = weights.path.parent  # Ultralytics names an OpenVINO model by its folder
    classes = ",".join(str(each.number) for each in weights.classes)
    options = ("--weights", folder, "--classes", classes, "--input-wh", *weights.input_wh)
    return child("detect_ultralytics", *options, *paths)


def figures(costs: Sequence[Cost]) -> Figures:
    fps = [cost.fps for cost in costs]
    return {
        "fps": round(median(fps), 1),
        "fps_lowest_highest": [round(min(fps), 1), round(max(fps), 1)],
        "cpu_ms_per_frame": round(median(cost.cpu_ms_per_frame for cost in costs), 2),
        "rss_peak_mb": round(median(cost.rss_peak_mb for cost in costs)),
        "n_tracked": round(median(cost.n_tracked for cost in costs)),
    }


def ratio(a: Sequence[Cost], b: Sequence[Cost]) -> float:
    """How many times faster `a` is, pair by pair: neighbours in time had the same machine."""
    return round(median(one.fps / other.fps for one, other in zip(a, b, strict=True)), 2)


def cpu_ratio(a: Sequence[Cost], b: Sequence[Cost]) -> float:
    """How many times less processor time a frame takes with `a`: holds on a busy machine too."""
    return round(
        median(other.cpu_ms_per_frame / one.cpu_ms_per_frame for one, other in zip(a, b, strict=True)), 2
    )


def overhead(whole: Sequence[Cost], part: Sequence[Cost]) -> float:
    """How much more processor time a frame takes over the whole way than over a part of it; 0.15 is 15 %."""
    return round(
        median(
            one.cpu_ms_per_frame / other.cpu_ms_per_frame - 1 for one, other in zip(whole, part, strict=True)
        ),
        3,
    )


def measure(folders: Folders, paths: Sequence[Path], n_rounds: int) -> dict[str, object]:
    wide, square = resolve(WIDE, folders.models), resolve(SQUARE, folders.models)
    costs: dict[str, list[Cost]] = defaultdict(list)
    for number in range(n_rounds):
        print(f"{len(paths)} at once, round {number + 1} of {n_rounds}", file=sys.stderr)
        costs["worker"].append(ours(folders, "worker", paths))
        costs["detect"].append(ours(folders, "detect", paths))
        costs["detect_and_track"].append(ours(folders, "track", paths))
        costs["ultralytics"].append(theirs(square, paths))
        costs["ultralytics_same_input"].append(theirs(wide, paths))
        costs["engine"].append(child("detect_engine", "--weights", wide.path))
    worker, track = costs["worker"], costs["detect_and_track"]
    square_input, same_input = costs["ultralytics"], costs["ultralytics_same_input"]
    return {
        "fps": figures(worker)["fps"],
        "ratio_vs_ultralytics": ratio(worker, square_input),
        "ratio_vs_ultralytics_same_input": ratio(worker, same_input),
        "cpu_ratio_vs_ultralytics": cpu_ratio(worker, square_input),
        "cpu_ratio_vs_ultralytics_same_input": cpu_ratio(worker, same_input),
        "share_of_engine": ratio(worker, costs["engine"]),
        "analysis_overhead": overhead(worker, costs["detect"]),
        "tracking_overhead": overhead(track, costs["detect"]),
        "detect_and_track_ratio_vs_ultralytics": ratio(track, square_input),
        "detect_and_track_cpu_ratio_vs_ultralytics": cpu_ratio(track, square_input),
        **{name: figures(each) for name, each in costs.items()},
    }


def measure_processes(folders: Folders, paths: Sequence[Path], n_rounds: int) -> dict[str, Figures]:
    """The worker alone, with its analysis in itself and in one to four processes, in turns."""
    costs: dict[int, list[Cost]] = defaultdict(list)
    for number in range(n_rounds):
        print(f"analysis processes, round {number + 1} of {n_rounds}", file=sys.stderr)
        for n_processes in N_PROCESSES:
            costs[n_processes].append(ours(folders, "worker", paths, n_processes))
    return {str(n_processes): figures(each) for n_processes, each in costs.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="mastwatch bench detect", description=__doc__)
    add_folders(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one line")
    args = parser.parse_args()
    if find_spec("ultralytics") is None:
        print("bench detect compares with ultralytics: run `make setup-gpu`", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder:
        print("making 1080p clips", file=sys.stderr)
        paths = clips.make(args.footage, Path(folder), 4)
        folders = Folders(models=args.models, footage=args.footage)
        one, four = (measure(folders, some, args.rounds) for some in (paths[:1], paths))
        processes = measure_processes(folders, paths, args.rounds)
    measured = {**one, "four_at_once": four, "worker_by_analysis_processes": processes, **machine()}
    print(json.dumps(measured, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
