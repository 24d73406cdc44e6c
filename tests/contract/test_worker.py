"""The whole way from a live stream to the log: real RTSP, the real network, a real broker; and a kill -9."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from detectors.runtimes.router import ModelRouter
from detectors.view.matcher import SeveralViews
from detectors.worker.frame_queue import WAITING_PER_CAMERA
from detectors.worker.process import NotAStream, Worker, WorkerSettings, run
from incidents.bus.inbox import EventInbox
from incidents.bus.outbox import Outbox
from incidents.bus.sender import EventSender
from incidents.bus.topics import Cluster
from incidents.contract.codec import decode
from incidents.contract.events import CandidateRaised
from incidents.evidence.opening import StoreSettings
from ingest.camera import Camera, View, Zone, ZoneType
from mastwatch.stack.broker import Broker
from mastwatch.stack.cameras import VirtualCameras, prepare
from mastwatch.stack.process import free_port, listens
from models.registry import WeightsMissing
from tests.failing import FAILING, raising

PARKED = "underpass-parked-motorbikes"


@pytest.fixture(scope="module")
def street(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualCameras]:
    folder = tmp_path_factory.mktemp("street")
    prepare({PARKED: shared_dir / "footage" / PARKED / "clip.mp4"}, folder)
    running = VirtualCameras(folder, folder / "street.log")
    yield running
    running.stop()


@pytest.fixture
def camera(street: VirtualCameras) -> Camera:
    strip = ((0.66, 0.55), (0.77, 0.52), (0.78, 0.84), (0.76, 1.0), (0.55, 1.0), (0.58, 0.67))
    zone = Zone(zone_id="mep", name="Mép phải", type=ZoneType.NO_PARKING, polygon=strip, dwell_s=4)
    return Camera(
        camera_id="ham",
        name="Hầm chui",
        address="Quốc lộ 20",
        source=street.url(PARKED),
        lon_deg=108.4998,
        lat_deg=11.9445,
        views=(View(zones=(zone,)),),
    )


@pytest.fixture
def settings(camera: Camera, broker: Broker, shared_dir: Path, tmp_path: Path) -> WorkerSettings:
    return WorkerSettings(
        cameras=(camera,),
        models_dir=shared_dir / "models",
        data_dir=tmp_path / "data",
        evidence=StoreSettings(address=str(tmp_path / "data")),
        cluster=Cluster(bootstrap=broker.bootstrap),
        evidence_before_s=2,
        evidence_after_s=2,
    )


@contextmanager
def working(settings: WorkerSettings) -> Iterator[SpawnProcess]:
    """A worker in a process of its own, ended by kill -9."""
    context = get_context("spawn")
    never = context.Event()
    process = context.Process(target=run, args=(settings, never))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


@contextmanager
def log_of(settings: WorkerSettings) -> Iterator[Callable[[], list[CandidateRaised]]]:
    """What the log holds, from its beginning, at each call with what has come since."""
    inbox = EventInbox(settings.cluster, "test")
    events: list[CandidateRaised] = []

    def read() -> list[CandidateRaised]:
        events.extend(decode(message.value, CandidateRaised) for message in inbox.poll(200))
        inbox.commit()
        return events

    yield read
    inbox.close()


def until(happened: Callable[[], bool], within_s: float = 120) -> None:
    deadline_s = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline_s, f"it did not happen within {within_s:g} s"
        time.sleep(0.1)


def recorded_ids(settings: WorkerSettings) -> set[str]:
    return {path.parent.name for path in (settings.data_dir / "evidence").rglob("image.jpg")}


def test_what_stands_in_a_live_stream_reaches_the_log_with_its_evidence(settings: WorkerSettings) -> None:
    with log_of(settings) as log, working(settings):
        until(lambda: bool(log()))
        event = log()[0]
    assert (event.kind, event.zone.zone_id, event.camera.name) == ("parked_in_no_parking", "mep", "Hầm chui")
    assert event.evidence.clip is not None
    assert 2 <= (event.seen_at - event.evidence.clip.started_at).total_seconds() <= 5
    image = settings.data_dir / "evidence" / event.evidence.image.path
    assert hashlib.sha256(image.read_bytes()).hexdigest() == event.evidence.image.sha256


def test_a_candidate_whose_worker_was_killed_before_its_clip_goes_out_once_at_the_next_start(
    settings: WorkerSettings,
) -> None:
    settings = replace(settings, evidence_after_s=60)
    with working(settings):
        until(lambda: bool(recorded_ids(settings)))
        time.sleep(1)  # what was written is now in the outbox, its clip a minute away
    held = recorded_ids(settings)
    with log_of(settings) as log, working(settings):
        until(lambda: {str(event.candidate_id) for event in log()} >= held)
        time.sleep(5)
        sent = list(log())
    ids = [str(event.candidate_id) for event in sent]
    assert len(ids) == len(set(ids))
    assert all(event.evidence.clip is None for event in sent if str(event.candidate_id) in held)


def test_a_worker_that_is_stopped_releases_all_that_it_held(settings: WorkerSettings, camera: Camera) -> None:
    stop = threading.Event()
    began_at = datetime.now(UTC)
    worker = threading.Thread(target=run, args=(replace(settings, evidence_after_s=60), stop))
    worker.start()
    until(lambda: bool(recorded_ids(settings)))
    stop.set()
    worker.join(60)
    assert not worker.is_alive()
    with closing(Outbox(settings.data_dir / "outbox.sqlite")) as outbox:
        events = outbox.recent(camera.camera_id, began_at, CandidateRaised)
        assert outbox.release_held() == 0
    assert {str(event.candidate_id) for event in events} == recorded_ids(settings)
    assert all(event.evidence.clip is not None for event in events)


def test_a_camera_with_several_views_is_refused_at_the_start(
    settings: WorkerSettings, camera: Camera
) -> None:
    views = tuple(View(view_id=name, zones=camera.views[0].zones) for name in ("cho", "cau"))
    with pytest.raises(SeveralViews, match="camera ham has 2 views"):
        run(replace(settings, cameras=(replace(camera, views=views),)), threading.Event())


@pytest.mark.parametrize("n_processes", [0, 1])
def test_a_camera_that_fails_at_every_frame_costs_the_other_nothing(
    settings: WorkerSettings, camera: Camera, n_processes: int
) -> None:
    failing = replace(camera, camera_id=FAILING, detect_fps=2)
    settings = replace(
        settings, cameras=(replace(camera, detect_fps=2), failing), analysis_processes=n_processes
    )
    stop = threading.Event()
    with (
        closing(ModelRouter(settings.models_dir)) as detector,
        closing(Outbox(settings.data_dir / "outbox.sqlite")) as outbox,
        closing(EventSender(settings.cluster)) as sender,
    ):
        worker = Worker(
            settings, detector, outbox, sender, stop, weights_for=detector.weights_for, new_pipeline=raising
        )
        thread = threading.Thread(target=worker.run)
        thread.start()
        until(lambda: figures(worker, FAILING)["failures"] >= 1)
        # Until here the engine and the analysis process were starting, and frames made way for newer ones.
        until(lambda: figures(worker, "ham")["analysed"] > 0)
        before = figures(worker, "ham")
        until(lambda: figures(worker, FAILING)["failures"] >= 3)
        until(lambda: figures(worker, "ham")["alarms"] > 0)
        stop.set()
        thread.join(60)
        assert not thread.is_alive()
        raised = outbox.recent("ham", datetime.now(UTC) - timedelta(minutes=10), CandidateRaised)
        good, failed = figures(worker, "ham"), figures(worker, FAILING)
    assert len(raised) == good["alarms"]
    assert good["failures"] == 0
    # What was not analysed can only be what waited when the worker was stopped.
    since = {reason: n_dropped - before["dropped"][reason] for reason, n_dropped in good["dropped"].items()}
    n_analysed = good["analysed"] - before["analysed"]
    n_due = good["decoded"] - before["decoded"] - since["not_due"]
    assert abs(n_due - n_analysed) <= 2 * WAITING_PER_CAMERA
    assert {reason for reason, n_dropped in since.items() if n_dropped} <= {"not_due", "not_for_clips"}
    assert failed["alarms"] == 0
    assert failed["dropped"]["restarting"] > 0


def figures(worker: Worker, camera_id: str) -> dict[str, Any]:
    cameras: dict[str, dict[str, Any]] = json.loads(worker.metrics.line())["cameras"]
    return cameras[camera_id]


def test_a_file_is_no_camera_for_a_worker(settings: WorkerSettings, camera: Camera) -> None:
    file_camera = replace(camera, source="clips/ham.mp4")
    with pytest.raises(NotAStream, match=r"camera ham: clips/ham\.mp4 is a file, .*mastwatch detect"):
        run(replace(settings, cameras=(file_camera,)), threading.Event())


def test_a_worker_without_weights_says_which_file_is_missing(
    settings: WorkerSettings, tmp_path: Path
) -> None:
    with pytest.raises(WeightsMissing, match=r"yolo11n\.xml is not there; .*MASTWATCH_MODELS"):
        run(replace(settings, models_dir=tmp_path), threading.Event())


def test_the_figures_of_a_worker_are_on_its_page(settings: WorkerSettings) -> None:
    port = free_port()
    with working(replace(settings, metrics_port=port)):
        until(lambda: listens(port))
        until(lambda: 'mastwatch_stream_state{camera="ham",state="live"} 1.0' in page(port))
        until(lambda: 'mastwatch_frames_analysed_total{camera="ham"} 0.0' not in page(port))
        assert 'mastwatch_camera_failures_total{camera="ham",stage="analysis"} 0.0' in page(port)
        assert 'mastwatch_stage_waiting{stage="analysis"}' in page(port)
        assert 'mastwatch_stage_seconds_total{camera="ham",stage="detection"}' in page(port)
    assert not listens(port)


def page(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return str(answer.read(), "utf-8")
