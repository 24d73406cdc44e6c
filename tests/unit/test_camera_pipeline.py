"""One camera from frame to alarm, whatever size its pictures have."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import cv2
import numpy as np
import pytest

from detectors.evidence.candidate import candidate
from detectors.evidence.counters import Drop
from detectors.evidence.recorder import RecordRequest
from detectors.isolation import Failure, Stage
from detectors.perception.analysis_frame import reduced
from detectors.perception.detections import Detections
from detectors.worker.analysis import AnalysisResult, LocalAnalyser
from detectors.worker.camera_pipeline import CameraPipeline
from incidents.contract.events import CandidateRaised, Evidence, EvidenceFile
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.frame import Frame
from ingest.picture import ArrayPicture
from ingest.waits import Waits
from tests.street import CAR, CLASSES

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
FAILURE = Failure(
    stage=Stage.ANALYSIS, error="ZeroDivisionError: no zone", traceback="Traceback (most recent call last):"
)
EVIDENCE = Evidence(image=FILE, raw_image=FILE, entered_image=None, clip=None)


def pipeline(raised_lately: Sequence[CandidateRaised] = (), n_unrecorded: int = 0) -> CameraPipeline:
    return CameraPipeline(
        CAMERA,
        ring_s=20,
        stop=threading.Event(),
        weights_for=lambda width_px, height_px: "yolo",
        raised_lately=lambda: raised_lately,
        n_unrecorded=lambda: n_unrecorded,
        waits=Waits(first_s=0, most_s=0),
    )


def parked_car(width_px: int, height_px: int, from_s: float) -> Iterator[tuple[Frame, Detections]]:
    """Eight seconds of a car that stands still."""
    noise = np.random.default_rng(0).integers(0, 255, (36, 64, 3), dtype=np.uint8)
    street = np.asarray(cv2.resize(noise, (width_px, height_px)), np.uint8)
    box = np.array([[0.2 * width_px, 0.2 * height_px, 0.6 * width_px, 0.6 * height_px]], np.float32)
    car = Detections(box, np.array([0.8], np.float32), np.array([CAR], np.int32), CLASSES)
    for n in range(40):
        at = START + timedelta(seconds=from_s + n / 5)
        yield Frame(camera_id="cho", sequence=n, captured_at=at, picture=ArrayPicture(street)), car


def see_a_parked_car(
    camera: CameraPipeline, analyser: LocalAnalyser, width_px: int, height_px: int, from_s: float
) -> list[RecordRequest]:
    raised: list[RecordRequest] = []
    for frame, detections in parked_car(width_px, height_px, from_s):
        task = camera.task(frame, detections)
        results = analyser.analyse([task]) if task is not None else ()
        raised += [request for result in results for request in camera.requests(frame, result)]
    return raised


@pytest.fixture
def analyser() -> LocalAnalyser:
    return LocalAnalyser([CAMERA])


def event_of(raised: RecordRequest) -> CandidateRaised:
    return candidate(
        UUID(int=1),
        CAMERA,
        raised.event,
        EVIDENCE,
        picture_wh=raised.picture_wh,
        best_at=raised.images.best.at,
        model=raised.model,
    )


def test_a_car_that_stands_is_raised_once_with_its_beginning(analyser: LocalAnalyser) -> None:
    (raised,) = see_a_parked_car(pipeline(), analyser, 640, 360, from_s=0)
    assert raised.event.kind == "parked_in_no_parking"
    assert raised.images.entered is not None


def test_a_large_picture_is_analysed_small_and_recorded_large(analyser: LocalAnalyser) -> None:
    task = pipeline().task(*next(parked_car(1920, 1080, from_s=0)))
    assert task is not None
    assert reduced(task.frame.picture)[0].shape == (360, 640, 3)
    (raised,) = see_a_parked_car(pipeline(), analyser, 1920, 1080, from_s=0)
    best = cv2.imdecode(np.frombuffer(raised.images.best.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert best is not None
    assert best.shape == (1080, 1920, 3)


def test_a_camera_that_changes_the_size_of_its_pictures_is_analysed_on(analyser: LocalAnalyser) -> None:
    camera = pipeline()
    see_a_parked_car(camera, analyser, 640, 360, from_s=0)
    (raised,) = see_a_parked_car(camera, analyser, 480, 848, from_s=20)
    assert raised.picture_wh == (480, 848)
    assert raised.event.entered_at >= START + timedelta(seconds=20)


def test_what_was_raised_is_not_raised_again_in_another_size(analyser: LocalAnalyser) -> None:
    (raised,) = see_a_parked_car(pipeline(), analyser, 640, 360, from_s=0)
    again = pipeline([event_of(raised)])
    assert see_a_parked_car(again, analyser, 640, 360, from_s=10) == []
    assert see_a_parked_car(again, analyser, 1280, 720, from_s=20) == []


def test_what_was_raised_before_a_failure_is_not_raised_again_after_it(analyser: LocalAnalyser) -> None:
    (raised,) = see_a_parked_car(pipeline(), analyser, 640, 360, from_s=0)
    camera = pipeline([event_of(raised)])
    see_a_parked_car(camera, analyser, 640, 360, from_s=10)
    camera.fail(FAILURE)
    assert see_a_parked_car(camera, analyser, 640, 360, from_s=20) == []
    assert camera.counters.n_dropped[Drop.RESTARTING] == 0


def test_a_camera_does_not_begin_anew_while_its_events_are_not_in_the_outbox(analyser: LocalAnalyser) -> None:
    camera = pipeline(n_unrecorded=1)
    assert see_a_parked_car(camera, analyser, 640, 360, from_s=0) == []
    assert camera.counters.n_dropped[Drop.RESTARTING] == 40


def test_a_failure_is_counted_and_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    camera = pipeline()
    camera.fail(FAILURE)
    assert camera.counters.n_failures[Stage.ANALYSIS] == 1
    assert "camera cho: analysis failed: ZeroDivisionError: no zone" in caplog.text
    assert "Traceback" in caplog.text


def test_evidence_that_cannot_be_made_fails_this_camera(analyser: LocalAnalyser) -> None:
    camera = pipeline()
    frame, _ = next(parked_car(640, 360, from_s=0))
    (raised,) = see_a_parked_car(camera, analyser, 640, 360, from_s=0)
    unusable = replace(raised.event, best_at=None)  # type: ignore[arg-type]
    assert camera.requests(frame, AnalysisResult(camera_id="cho", events=(unusable,))) == []
    assert camera.counters.n_failures[Stage.EVIDENCE] == 1
