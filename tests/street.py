"""A drawn street with things in it: what a camera would send and a detector would say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from detectors.perception.classes import ClassTable
from detectors.perception.detections import Detections
from detectors.perception.observations import Observations
from detectors.perception.track_history import TrackHistories
from detectors.perception.tracks import Xyxy
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.frame import Bgr, Frame
from ingest.picture import ArrayPicture
from models.registry import class_table

# What the drawn detector can tell apart; a class is named by its index.
NAMES = {
    "person": "person",
    "bicycle": "bicycle",
    "car": "vehicle",
    "motorcycle": "two_wheeler",
    "bus": "heavy_vehicle",
    "truck": "heavy_vehicle",
}
CLASSES = ClassTable(class_table("street", tuple(NAMES), NAMES))
PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = range(len(NAMES))

WIDTH_PX, HEIGHT_PX = 640, 360
T0 = datetime(2026, 1, 1, 8, tzinfo=UTC)
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

Where = Callable[[float], Xyxy | None]  # seconds -> box in pixels, None where it is not in the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Something that the detector knows (or, without a class, does not)."""

    where: Where
    class_id: int | None = CAR
    seed: int = 1  # how it looks
    score: float = 0.8
    is_detected: Callable[[float], bool] = lambda _at_s: True
    is_there: bool = True  # False: a false box, with nothing in the picture


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def parked(box: Xyxy, since_s: float = 0.0, until_s: float = 1e9) -> Where:
    return lambda at_s: box if since_s <= at_s < until_s else None


def driving(box: Xyxy, right_pps: float, down_pps: float = 0.0, since_s: float = 0.0) -> Where:
    """From `box` on at so many pixels a second."""

    def where(at_s: float) -> Xyxy | None:
        x, y = right_pps * (at_s - since_s), down_pps * (at_s - since_s)
        moved = (box[0] + x, box[1] + y, box[2] + x, box[3] + y)
        is_in = moved[2] > 8 and moved[0] < WIDTH_PX - 8 and moved[3] > 8 and moved[1] < HEIGHT_PX - 8
        return moved if at_s >= since_s and is_in else None

    return where


def watch(camera: Camera, actors: list[Actor], *, seconds: float, fps: float = 5.0) -> list[Event]:
    """Everything the pipeline raises."""
    pipeline = Pipeline(camera)
    return [
        event
        for frame, seen in film(actors, seconds=seconds, fps=fps)
        for event in pipeline.step(frame, seen)
    ]


def film(
    actors: list[Actor],
    *,
    seconds: float,
    fps: float = 5.0,
    from_s: float = 0.0,
    light: Callable[[float, Bgr], Bgr] = lambda _at_s, bgr: bgr,
) -> Iterator[tuple[Frame, Detections]]:
    """The street frame by frame; `light` may change the finished picture."""
    for n in range(round(from_s * fps), round((from_s + seconds) * fps) + 1):
        at_s = n / fps
        bgr = light(at_s, picture(actors, at_s))
        yield (
            Frame(camera_id="street", sequence=n, captured_at=at(at_s), picture=ArrayPicture(bgr)),
            detections(actors, at_s),
        )


def picture(actors: list[Actor], at_s: float) -> Bgr:
    bgr = texture(0, WIDTH_PX, HEIGHT_PX, 105, 135)
    for actor in actors:
        box = actor.where(at_s)
        if box is None or not actor.is_there:
            continue
        x1, y1, x2, y2 = (round(value) for value in box)
        look = texture(actor.seed, x2 - x1, y2 - y1, 20, 235)
        left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, WIDTH_PX), min(y2, HEIGHT_PX)
        bgr[top:bottom, left:right] = look[top - y1 : bottom - y1, left - x1 : right - x1]
    return bgr


def detections(actors: list[Actor], at_s: float) -> Detections:
    boxes = [(actor, actor.where(at_s)) for actor in actors if actor.is_detected(at_s)]
    rows = [(actor, box) for actor, box in boxes if box is not None and actor.class_id is not None]
    if not rows:
        return Detections.none()
    limit = np.array([WIDTH_PX, HEIGHT_PX] * 2, np.float32)
    return Detections(
        np.clip(np.array([box for _, box in rows], np.float32), 0, limit),
        np.array([actor.score for actor, _ in rows], np.float32),
        np.array([actor.class_id for actor, _ in rows], np.int32),
        CLASSES,
    )


def observations(*, tracks: TrackHistories, seen_at: datetime) -> Observations:
    """What a rule sees that asks for tracks alone."""
    return Observations(
        seen_at=seen_at,
        unwatched=timedelta(),
        detections=Detections.none(),
        tracks=tracks,
        stationary=(),
        abandoned=(),
    )


def texture(seed: int, width_px: int, height_px: int, low: int, high: int) -> Bgr:
    """Soft spots that tell one thing from another, the same for the same seed."""
    spots = np.random.default_rng(seed).integers(
        low, high, (max(2, height_px // 10), max(2, width_px // 10), 3)
    )
    return np.asarray(
        cv2.resize(spots.astype(np.uint8), (width_px, height_px), interpolation=cv2.INTER_LINEAR), np.uint8
    )


def zone(type_: ZoneType, *, dwell_s: float = 10.0, polygon: tuple[tuple[float, float], ...] = WHOLE) -> Zone:
    return Zone(
        zone_id=type_.value, name=type_.value, type=type_, polygon=polygon, dwell_s=dwell_s, max_gap_s=10.0
    )


def camera(*zones: Zone, fps: float = 5.0) -> Camera:
    return Camera(
        camera_id="street",
        name="Phố",
        address="Đường thử",
        source="-",
        lon_deg=108.4,
        lat_deg=11.9,
        detect_fps=fps,
        views=(View(zones=zones),),
    )


def walker(where: Where, seed: int = 7) -> Actor:
    return Actor(where=where, class_id=PERSON, seed=seed)
