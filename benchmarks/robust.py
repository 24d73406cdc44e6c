"""The same events on other pictures (mirrored, dark, small, trembling ...), and their truth with them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import cv2
import numpy as np

from benchmarks.folders import add_folders
from benchmarks.machine import machine
from detectors.evaluation.evaluate import STARTED_AT, camera_of, raised_in
from detectors.evaluation.matching import Judged, figures, match
from detectors.evaluation.truth import Span, TrueEvent, Truth
from detectors.perception.detections import Detector
from detectors.perception.geometry import F64
from detectors.perception.tracks import Xyxy
from detectors.runtimes.router import ModelRouter
from incidents.contract.events import Family
from ingest.camera import Point, Zone
from ingest.decoders.policy import DecodePolicy
from ingest.files import FileSource
from ingest.frame import Bgr, Frame
from ingest.picture import ArrayPicture
from mastwatch.config.truths import load_truths

LATER_S = 3.0
SMALLER = 0.6
TREMBLE_PX = 1.5
COARSE = [cv2.IMWRITE_JPEG_QUALITY, 20]

Change = Callable[[Bgr, int], Bgr]  # a picture and its number


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    picture: Change = lambda bgr, _number: bgr
    truth: Callable[[Truth], Truth] = lambda truth: truth
    from_s: float = 0.0
    fps: float | None = None  # None: as `mastwatch eval` looks


def with_gamma(gamma: float, bgr: Bgr, _number: int) -> Bgr:
    levels = np.asarray(255 * (np.arange(256) / 255) ** gamma, np.uint8)
    return np.asarray(cv2.LUT(bgr, levels), np.uint8)


def mirrored(bgr: Bgr, _number: int) -> Bgr:
    return np.ascontiguousarray(bgr[:, ::-1])


def smaller(bgr: Bgr, _number: int) -> Bgr:
    return np.asarray(cv2.resize(bgr, None, fx=SMALLER, fy=SMALLER, interpolation=cv2.INTER_AREA), np.uint8)


def trembling(bgr: Bgr, number: int) -> Bgr:
    right_px, down_px = np.random.default_rng(number).uniform(-TREMBLE_PX, TREMBLE_PX, 2)
    moved = np.array([[1, 0, right_px], [0, 1, down_px]], np.float32)
    size = (bgr.shape[1], bgr.shape[0])
    return np.asarray(cv2.warpAffine(bgr, moved, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def coarse(bgr: Bgr, _number: int) -> Bgr:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", bgr, COARSE)[1], cv2.IMREAD_COLOR), np.uint8)


def mirrored_truth(truth: Truth) -> Truth:
    def box(old: Xyxy) -> Xyxy:
        return truth.width_px - old[2], old[1], truth.width_px - old[0], old[3]

    def zone(old: Zone) -> Zone:
        way = old.direction and (flipped(old.direction[0]), flipped(old.direction[1]))
        return replace(old, polygon=tuple(flipped(point) for point in old.polygon), direction=way)

    def region(old: F64) -> F64:
        return np.column_stack([truth.width_px - old[:, 0], old[:, 1]])

    return changed(replace(truth, zones=tuple(zone(old) for old in truth.zones)), box, region)


def flipped(point: Point) -> Point:
    return 1 - point[0], point[1]


def smaller_truth(truth: Truth) -> Truth:
    def box(old: Xyxy) -> Xyxy:
        return old[0] * SMALLER, old[1] * SMALLER, old[2] * SMALLER, old[3] * SMALLER

    return changed(truth, box, lambda region: region * SMALLER)


def changed(truth: Truth, box: Callable[[Xyxy], Xyxy], region: Callable[[F64], F64]) -> Truth:
    """Boxes and regions changed; zones are told in shares of the picture and stay."""

    def span(old: Span) -> Span:
        return old if old.polygon_px is None else replace(old, polygon_px=region(old.polygon_px))

    return replace(
        truth,
        events=tuple(replace(event, box=box(event.box)) for event in truth.events),
        ignored=tuple(span(old) for old in truth.ignored),
        negatives=tuple(span(old) for old in truth.negatives),
    )


def later_truth(truth: Truth) -> Truth:
    """What was over by then is no event any more; what had begun is open at the start."""

    def event(old: TrueEvent) -> TrueEvent:
        begun = old.is_open_at_start or old.start_s <= LATER_S
        times = (max(time_s - LATER_S, 0.0) for time_s in (old.start_s, old.end_s, old.from_s))
        start_s, end_s, from_s = times
        return replace(old, start_s=start_s, end_s=end_s, from_s=from_s, is_open_at_start=begun)

    def span(old: Span) -> Span:
        return replace(old, start_s=max(old.start_s - LATER_S, 0.0), end_s=max(old.end_s - LATER_S, 0.0))

    return replace(
        truth,
        duration_s=truth.duration_s - LATER_S,
        events=tuple(event(old) for old in truth.events if old.end_s > LATER_S),
        ignored=tuple(span(old) for old in truth.ignored),
        negatives=tuple(span(old) for old in truth.negatives),
    )


VARIANTS = {
    "none": Variant(),
    "mirrored left to right": Variant(picture=mirrored, truth=mirrored_truth),
    "dark (gamma 1.6)": Variant(picture=partial(with_gamma, 1.6)),
    "bright (gamma 0.6)": Variant(picture=partial(with_gamma, 0.6)),
    "0.6 times the size": Variant(picture=smaller, truth=smaller_truth),
    "coarse (JPEG of quality 20)": Variant(picture=coarse),
    "five frames a second": Variant(fps=5.0),
    "begun 3 s later": Variant(truth=later_truth, from_s=LATER_S),
    "trembling by 1.5 px": Variant(picture=trembling),
}


def frames_of(variant: Variant, source: FileSource) -> Iterator[Frame]:
    skipped = timedelta(seconds=variant.from_s)
    for frame in source.frames():
        if frame.captured_at - STARTED_AT >= skipped:
            bgr = variant.picture(frame.picture.bgr, frame.sequence)
            yield replace(frame, picture=ArrayPicture(bgr), captured_at=frame.captured_at - skipped)


def judged_as(variant: Variant, truth: Truth, detector: Detector) -> tuple[Truth, list[Judged]]:
    truth = variant.truth(truth)
    camera = camera_of(truth)
    camera = replace(camera, detect_fps=min(variant.fps or camera.detect_fps, camera.detect_fps))
    policy = DecodePolicy(camera.detect_fps)
    with closing(FileSource(camera.camera_id, truth.path, policy, STARTED_AT)) as source:
        return truth, match(truth, raised_in(camera, frames_of(variant, source), detector))


def measured(variant: Variant, truths: Sequence[Truth], detector: Detector) -> dict[str, object]:
    clips = [judged_as(variant, truth, detector) for truth in truths]
    found = figures(clips, tuple(Family))
    missed = [
        f"{truth.name} {event.event_id}"
        for truth, judged in clips
        for event in truth.events
        if event.is_certain and event not in [one.event for one in judged]
    ]
    false = [
        f"{truth.name} {one.raised.kind} at {one.raised.raised_at_s:.1f} s"
        for truth, judged in clips
        for one in judged
        if one.is_false
    ]
    counts = {"n_true": found.n_true, "n_found": found.n_found, "false": found.n_false}
    return {**counts, "duplicates": found.n_duplicates, "missed": missed, "false_alarms": false}


def main() -> int:
    parser = argparse.ArgumentParser(prog="mastwatch bench robust", description=__doc__)
    add_folders(parser)
    parser.add_argument("--clips", nargs="*", metavar="NAME", help="only these (all)")
    parser.add_argument("--json", action="store_true", help="print one line")
    args = parser.parse_args()
    truths = [truth for truth in load_truths(args.footage) if not args.clips or truth.name in args.clips]
    variants = {}
    with closing(ModelRouter(args.models)) as detector:
        for name, variant in VARIANTS.items():
            variants[name] = measured(variant, truths, detector)
            print(f"{name}: {variants[name]}", file=sys.stderr)
    document = {"clips": [truth.name for truth in truths], "variants": variants, **machine()}
    print(json.dumps(document, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
