"""Decode, detect and track 1080p clips: ours against `ultralytics` in turns, each in a process of its own.

Both run the same INT8 weights on the same clips. Ultralytics runs them in the square input in which it
exports them (`vs_ultralytics`), and in our wide one (`vs_ultralytics_same_input`): what is left of the
difference then is decoding, fitting, suppressing, tracking and how the engine is kept busy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
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
Figures = dict[str, float | list[float]]


def child(module: str, *arguments: object) -> Cost:
    """What `benchmarks.MODULE` measured in a process of its own. Raises CalledProcessError."""
    argv = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    return Cost.from_json(done.stdout.splitlines()[-1])


def ours(models: Path, weights: Weights, paths: Sequence[Path]) -> Cost:
    return child("detect_ours", "--models", models, "--weights", weights.name, *paths)


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


def measure(models: Path, paths: Sequence[Path], n_rounds: int) -> dict[str, object]:
    wide, square = resolve(WIDE, models), resolve(SQUARE, models)
    mine, same_input, square_input, engine = [], [], [], []
    for number in range(n_rounds):
        print(f"{len(paths)} at once, round {number + 1} of {n_rounds}", file=sys.stderr)
        mine.append(ours(models, wide, paths))
        same_input.append(theirs(wide, paths))
        square_input.append(theirs(square, paths))
        engine.append(child("detect_engine", "--weights", wide.path))
    return {
        "ratio_vs_ultralytics": ratio(mine, square_input),
        "ratio_vs_ultralytics_same_input": ratio(mine, same_input),
        "cpu_ratio_vs_ultralytics": cpu_ratio(mine, square_input),
        "cpu_ratio_vs_ultralytics_same_input": cpu_ratio(mine, same_input),
        "share_of_engine": ratio(mine, engine),
        "fps": figures(mine)["fps"],
        "ours": figures(mine),
        "ultralytics": figures(square_input),
        "ultralytics_same_input": figures(same_input),
        "engine": figures(engine),
    }


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
        one, four = (measure(args.models, some, args.rounds) for some in (paths[:1], paths))
    print(json.dumps({**one, "four_at_once": four, **machine()}, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
