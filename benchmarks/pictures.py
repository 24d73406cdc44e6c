"""From the decoder's planes to the network's input: planes resized first, or the picture converted first."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cv2

from benchmarks import clips
from benchmarks.folders import add_folders
from benchmarks.machine import machine
from ingest.decoders.policy import EVERY_FRAME
from ingest.files import FileSource
from ingest.frame import Picture

INSIDE_WH = (640, 360)  # what a 16:9 picture fills of an input of 640x384


def by_planes(picture: Picture) -> None:
    picture.resized(*INSIDE_WH)


def by_picture(picture: Picture) -> None:
    cv2.resize(picture.bgr, INSIDE_WH)


def cpu_ms(fit: Callable[[Picture], None], pictures: Sequence[Picture]) -> float:
    started_s = time.process_time()
    for picture in pictures:
        fit(picture)
    return 1000 * (time.process_time() - started_s) / len(pictures)


def decoded(path: Path) -> tuple[list[Picture], float]:
    """The pictures of a clip, and the milliseconds of processor time that each took to decode."""
    source = FileSource("bench", path, EVERY_FRAME, clips.STARTED_AT)
    started_s = time.process_time()
    pictures = [frame.picture for frame in source.frames()]
    took_ms = 1000 * (time.process_time() - started_s) / len(pictures)
    source.close()
    return pictures, took_ms


def main() -> int:
    parser = argparse.ArgumentParser(prog="mastwatch bench pictures", description=__doc__)
    add_folders(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one line")
    args = parser.parse_args()
    figures: dict[str, list[float]] = {"decode_ms": [], "by_planes_ms": [], "by_picture_ms": []}
    with TemporaryDirectory() as folder:
        (path,) = clips.make(args.footage, Path(folder), 1)
        for _ in range(args.rounds):
            pictures, took_ms = decoded(path)
            figures["decode_ms"].append(took_ms)
            figures["by_planes_ms"].append(cpu_ms(by_planes, pictures))
            figures["by_picture_ms"].append(cpu_ms(by_picture, pictures))
    middle = {name: round(median(values), 2) for name, values in figures.items()}
    print(json.dumps({**middle, **machine()}, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
