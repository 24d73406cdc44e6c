"""One camera from frame to alarm, whatever size its pictures have."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from detectors.evidence.candidate import candidate
from detectors.evidence.recorder import RecordRequest
from detectors.perception.detections import CAR, Detections
from detectors.worker.camera_pipeline import CameraPipeline
from incidents.contract.events import CandidateRaised, Evidence, EvidenceFile
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.frame import Frame
from ingest.picture import ArrayPicture

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
ZONE = Zone(zone_id="ke", name="Lề", type=ZoneType.NO_PARKING, polygon=EVERYWHERE, dwell_s=3)
CAMERA = Camera(
    camera_id="cho",
    name="Chợ",
    address="Nguyễn Thị Minh Khai",
    source="rtsp://10.0.0.7/",
    lon_deg=108.4,
    lat_deg=11.9,
    views=(View(zones=(ZONE,)),),
)
FILE = EvidenceFile(path="image.jpg", sha256="0" * 64, n_bytes=1)
EVIDENCE = Evidence(image=FILE, raw_image=FILE, entered_image=None, clip=None)


def watch(raised_lately: Sequence[CandidateRaised] = ()) -> CameraPipeline:
    return CameraPipeline(
        CAMERA, 20, threading.Event(), lambda width_px, height_px: "yolo", lambda: raised_lately
    )


def see_a_parked_car(
    watched: CameraPipeline, width_px: int, height_px: int, from_s: float
) -> list[RecordRequest]:
    """Eight seconds of a car that stands still."""
    street = np.random.default_rng(0).integers(0, 255, (height_px, width_px, 3), dtype=np.uint8)
    box = np.array([[0.2 * width_px, 0.2 * height_px, 0.6 * width_px, 0.6 * height_px]], np.float32)
    car = Detections(box, np.array([0.8], np.float32), np.array([CAR], np.int32))
    raised: list[RecordRequest] = []
    for n in range(40):
        at = START + timedelta(seconds=from_s + n / 5)
        frame = Frame(camera_id="cho", sequence=n, captured_at=at, picture=ArrayPicture(street))
        raised += watched.look(frame, car)
    return raised


def event_of(raised: RecordRequest) -> CandidateRaised:
    return candidate(
        UUID(int=1),
        CAMERA,
        raised.alarm,
        EVIDENCE,
        picture_wh=raised.picture_wh,
        best_at=raised.shots.best.at,
        model=raised.model,
    )


def test_a_car_that_stands_is_raised_once_with_its_beginning() -> None:
    (raised,) = see_a_parked_car(watch(), 640, 360, from_s=0)
    assert raised.alarm.kind == "parked_in_no_parking"
    assert raised.shots.entered is not None


def test_a_camera_that_changes_the_size_of_its_pictures_is_watched_on() -> None:
    watched = watch()
    see_a_parked_car(watched, 640, 360, from_s=0)
    (raised,) = see_a_parked_car(watched, 480, 848, from_s=20)
    assert raised.picture_wh == (480, 848)
    assert raised.alarm.entered_at >= START + timedelta(seconds=20)


def test_what_was_raised_is_not_raised_again_in_another_size() -> None:
    (raised,) = see_a_parked_car(watch(), 640, 360, from_s=0)
    again = watch([event_of(raised)])
    assert see_a_parked_car(again, 640, 360, from_s=10) == []
    assert see_a_parked_car(again, 1280, 720, from_s=20) == []
