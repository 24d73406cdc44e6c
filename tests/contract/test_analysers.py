"""What every analyser does, in this process or in another; and a lane of cameras in front of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from detectors.evidence.counters import Drop
from detectors.evidence.recorder import RecordRequest
from detectors.isolation import Stage
from detectors.perception.detections import Detections
from detectors.worker.analysis import Analyser, AnalyserLost, AnalysisTask, LocalAnalyser, NewPipeline
from detectors.worker.analysis_process import ProcessAnalyser
from detectors.worker.analysis_stage import AnalysisLane, DetectedFrame
from detectors.worker.camera_pipeline import CameraPipeline
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.frame import Frame
from ingest.picture import ArrayPicture
from ingest.waits import Waits
from tests.failing import FAILING, crashing, hanging, raising
from tests.street import CAR, CLASSES

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
WIDTH_PX, HEIGHT_PX = 1280, 720
STREET = np.asarray(  # patches of a car's parts' size: fine noise would look different at each reduction
    cv2.resize(np.random.default_rng(0).integers(0, 255, (36, 64, 3), dtype=np.uint8), (WIDTH_PX, HEIGHT_PX)),
    np.uint8,
)
PARKED = Detections(
    np.array([[300, 200, 800, 500]], np.float32),
    np.array([0.8], np.float32),
    np.array([CAR], np.int32),
    CLASSES,
)
NewAnalyser = Callable[[NewPipeline], Analyser]


def camera(camera_id: str) -> Camera:
    zone = Zone(zone_id="ke", name="Lề", type=ZoneType.NO_PARKING, polygon=EVERYWHERE, dwell_s=3)
    return Camera(
        camera_id=camera_id,
        name="Chợ",
        address="Nguyễn Thị Minh Khai",
        source="rtsp://10.0.0.7/",
        lon_deg=108.4,
        lat_deg=11.9,
        views=(View(zones=(zone,)),),
    )


CAMERAS = (camera("cho"), camera(FAILING))


@pytest.fixture(params=[LocalAnalyser, ProcessAnalyser])
def new_analyser(request: pytest.FixtureRequest) -> Iterator[NewAnalyser]:
    made: list[Analyser] = []

    def make(new_pipeline: NewPipeline) -> Analyser:
        made.append(request.param(CAMERAS, new_pipeline))
        return made[-1]

    yield make
    for analyser in made:
        analyser.close()
        analyser.close()


def detected(camera_id: str, n: int) -> DetectedFrame:
    at = START + timedelta(seconds=n / 5)
    frame = Frame(camera_id=camera_id, sequence=n, captured_at=at, picture=ArrayPicture(STREET))
    return DetectedFrame(frame=frame, detections=PARKED)


def task(camera_id: str, n: int) -> AnalysisTask:
    each = detected(camera_id, n)
    return AnalysisTask(frame=each.frame, detections=each.detections, begin_with=() if n == 0 else None)


def test_frames_of_one_camera_are_analysed_in_order_however_many_come_at_once(
    new_analyser: NewAnalyser,
) -> None:
    results = new_analyser(raising).analyse([task("cho", n) for n in range(30)])
    assert [result.camera_id for result in results] == ["cho"] * 30
    (event,) = [event for result in results for event in result.events]
    assert event.kind == "parked_in_no_parking"
    assert 3 <= event.dwell_s <= 4
    assert event.xyxy_px == pytest.approx((300, 200, 800, 500), abs=4)
    assert not any(result.is_late for result in results)
    assert all(result.took_s > 0 for result in results)


def test_a_frame_that_comes_late_says_so(new_analyser: NewAnalyser) -> None:
    results = new_analyser(raising).analyse([task("cho", 0), task("cho", 2), task("cho", 1)])
    assert [result.is_late for result in results] == [False, False, True]


def test_a_camera_that_fails_is_skipped_until_it_begins_anew_and_no_other_is(
    new_analyser: NewAnalyser,
) -> None:
    analyser = new_analyser(raising)
    first = analyser.analyse([task(FAILING, 0), task("cho", 0), task(FAILING, 1), task("cho", 1)])
    failed, good, skipped, also_good = first
    assert failed.failure is not None
    assert failed.failure.error == "ZeroDivisionError: the rule fails in view default"
    assert "in step" in failed.failure.traceback
    assert skipped.is_skipped
    assert not any(result.failure or result.is_skipped for result in (good, also_good))
    (again,) = analyser.analyse([task(FAILING, 0)])
    assert again.failure is not None


@pytest.mark.parametrize(("new_pipeline", "why"), [(crashing, "exit code -9"), (hanging, "no answer within")])
def test_a_process_that_dies_or_hangs_is_said_to_be_lost_and_replaced(
    new_pipeline: NewPipeline, why: str
) -> None:
    analyser = ProcessAnalyser(CAMERAS, new_pipeline, answer_within_s=5)
    analyser.analyse([task("cho", 0)])
    before = analyser.pid
    with pytest.raises(AnalyserLost, match=why):
        analyser.analyse([task(FAILING, 0)])
    (result,) = analyser.analyse([task("cho", 0)])
    assert not result.is_skipped
    assert analyser.pid != before
    analyser.close()


def pipelines(waits: Waits) -> dict[str, CameraPipeline]:
    return {
        each.camera_id: CameraPipeline(
            each,
            ring_s=20,
            stop=threading.Event(),
            weights_for=lambda width_px, height_px: "yolo",
            raised_lately=tuple,
            n_unrecorded=int,
            waits=waits,
        )
        for each in CAMERAS
    }


def test_one_camera_raising_at_every_frame_costs_the_other_nothing(new_analyser: NewAnalyser) -> None:
    cameras, requests = pipelines(Waits(first_s=0, most_s=0)), list[RecordRequest]()
    lane = AnalysisLane(cameras, new_analyser(raising), requests.append)
    for n in range(60):
        lane.analyse([detected(FAILING, n), detected("cho", n)])
    good, failing = cameras["cho"].counters, cameras[FAILING].counters
    assert (good.n_analysed, good.n_dropped.total(), good.n_failures.total()) == (60, 0, 0)
    assert [request.event.camera_id for request in requests] == ["cho"]
    assert (failing.n_failures[Stage.ANALYSIS], failing.n_events.total()) == (60, 0)


def test_a_camera_that_fails_waits_and_every_frame_meanwhile_is_counted(new_analyser: NewAnalyser) -> None:
    cameras = pipelines(Waits(first_s=3600, most_s=3600))
    lane = AnalysisLane(cameras, new_analyser(raising), lambda request: None)
    for n in range(10):
        lane.analyse([detected(FAILING, n), detected("cho", n)])
    failing = cameras[FAILING].counters
    assert failing.n_failures[Stage.ANALYSIS] == 1
    assert failing.n_dropped[Drop.RESTARTING] == 9
    assert cameras[FAILING].is_restarting
    assert not cameras["cho"].is_restarting


def test_a_process_that_dies_restarts_its_cameras() -> None:
    cameras = pipelines(Waits(first_s=0, most_s=0))
    lane = AnalysisLane(cameras, ProcessAnalyser(CAMERAS, crashing), lambda request: None)
    lane.analyse([detected("cho", 0), detected(FAILING, 0)])
    assert [each.counters.n_failures[Stage.ANALYSIS] for each in cameras.values()] == [1, 1]
    lane.analyse([detected("cho", 1)])
    assert cameras["cho"].counters.n_analysed == 1
