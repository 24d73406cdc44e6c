"""An event on its way to the outbox: held with its pictures, then released with its clip."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import numpy as np
import pytest
from moto.server import ThreadedMotoServer

from detectors.evidence.candidate import box_at
from detectors.evidence.counters import WorkerCounters
from detectors.evidence.recorder import EvidenceRecorder, RecordRequest
from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.evidence.writer import EvidenceImages, EvidenceWriter
from detectors.isolation import Failure, Stage
from detectors.rules.event import Event, PathPoint
from incidents.bus.outbox import Outbox
from incidents.contract.codec import decode
from incidents.contract.events import CandidateRaised, Family, Label
from incidents.evidence.folder import FolderStore
from incidents.evidence.s3 import S3Settings, S3Store
from incidents.evidence.store import CANDIDATES
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.connection.ring import PacketRing
from mastwatch.stack.process import free_port

RAISED_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ZONE = Zone(zone_id="ke", name="Lề", type=ZoneType.NO_PARKING, polygon=((0, 0), (1, 0), (1, 1)))
CAMERA = Camera(
    camera_id="cho",
    name="Chợ",
    address="Nguyễn Thị Minh Khai",
    source="rtsp://10.0.0.7/",
    lon_deg=108.4,
    lat_deg=11.9,
    views=(View(zones=(ZONE,)),),
)
EVENT = Event(
    family=Family.ENCROACHMENT,
    kind="parked_in_no_parking",
    label=Label(vi="Đỗ nơi cấm đỗ", en="Parked where parking is not allowed"),
    camera_id="cho",
    view_id="default",
    zone_id="ke",
    object_class="car",
    entered_at=RAISED_AT - timedelta(seconds=20),
    raised_at=RAISED_AT,
    limit_s=20,
    score=0.7,
    xyxy_px=(20, 20, 80, 60),
    best_at=RAISED_AT,
    path=(
        PathPoint(seen_at=RAISED_AT - timedelta(seconds=20), xyxy_px=(0, 20, 60, 60)),
        PathPoint(seen_at=RAISED_AT, xyxy_px=(20, 20, 80, 60)),
    ),
)
BEST = Snapshot(at=RAISED_AT, jpeg=jpeg(np.full((120, 160, 3), 128, np.uint8)))
REQUEST = RecordRequest(
    camera=CAMERA,
    event=EVENT,
    images=EvidenceImages(best=BEST, xyxy_px=EVENT.xyxy_px, entered=None),
    picture_wh=(160, 120),
    ring=PacketRing(10),
    model="yolo11n-int8-384x640",
    fail=lambda failure: None,
)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.sqlite")
    yield opened
    opened.close()


@contextmanager
def running(recorder: EvidenceRecorder) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=recorder.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def until(happened: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline_s, "it did not happen within 30 s"
        time.sleep(0.05)


def going_out(outbox: Outbox) -> list[CandidateRaised]:
    return [decode(unsent.value, CandidateRaised) for unsent in outbox.unsent(10)]


def new_recorder(outbox: Outbox, folder: Path, counters: WorkerCounters) -> EvidenceRecorder:
    return EvidenceRecorder(EvidenceWriter(FolderStore(folder)), outbox, counters, before_s=5, after_s=60)


def test_a_candidate_is_held_while_its_clip_is_awaited(outbox: Outbox, tmp_path: Path) -> None:
    counters = WorkerCounters()
    recorder = new_recorder(outbox, tmp_path / "evidence", counters)
    with running(recorder):
        recorder.add(REQUEST)
        until(lambda: counters.n_held == 1)
        assert outbox.depth() == 1
        assert going_out(outbox) == []


def test_when_the_worker_stops_what_is_held_goes_out_as_it_is(outbox: Outbox, tmp_path: Path) -> None:
    counters = WorkerCounters()
    recorder = new_recorder(outbox, tmp_path / "evidence", counters)
    with running(recorder):
        recorder.add(REQUEST)
    (event,) = going_out(outbox)
    assert (event.kind, event.dwell_s, event.box) == ("parked_in_no_parking", 20, (0.125, 1 / 6, 0.5, 0.5))
    assert event.evidence.clip is None
    assert counters.n_without_clip == 1


def test_a_disk_that_refuses_is_asked_again_and_nothing_is_lost(outbox: Outbox, tmp_path: Path) -> None:
    counters = WorkerCounters()
    folder = tmp_path / "evidence"
    folder.write_text("in the way")
    recorder = new_recorder(outbox, folder, counters)
    with running(recorder):
        recorder.add(REQUEST)
        until(lambda: counters.n_write_failures > 0)
        folder.unlink()
        until(lambda: counters.n_held == 1)
    assert len(going_out(outbox)) == 1


def test_what_neither_disk_nor_memory_has_room_for_is_counted(outbox: Outbox, tmp_path: Path) -> None:
    counters = WorkerCounters()
    recorder = EvidenceRecorder(
        EvidenceWriter(FolderStore(tmp_path / "evidence")),
        outbox,
        counters,
        before_s=5,
        after_s=60,
        waiting_most=2,
    )
    for _ in range(5):
        recorder.add(REQUEST)
    assert counters.n_lost == 3
    with running(recorder):
        until(lambda: counters.n_held == 2)


def test_an_event_that_a_full_disk_refuses_to_the_end_is_logged_as_lost(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "evidence"
    folder.write_text("in the way")
    recorder = new_recorder(outbox, folder, WorkerCounters())
    with running(recorder):
        recorder.add(REQUEST)
    assert "parked_in_no_parking at 2026-11-22 01:00:00 UTC by camera cho is lost" in caplog.text


def test_the_box_is_where_the_thing_was_when_the_picture_was_taken() -> None:
    assert box_at(EVENT, RAISED_AT - timedelta(seconds=10)) == (10, 20, 70, 60)
    assert box_at(EVENT, RAISED_AT + timedelta(seconds=10)) == EVENT.xyxy_px


def test_evidence_that_cannot_be_made_fails_its_camera_and_not_the_others(
    outbox: Outbox, tmp_path: Path
) -> None:
    failures: list[Failure] = []
    no_jpeg = replace(REQUEST.images, best=Snapshot(at=RAISED_AT, jpeg=b"no picture"))
    recorder = new_recorder(outbox, tmp_path / "evidence", WorkerCounters())
    with running(recorder):
        recorder.add(replace(REQUEST, images=no_jpeg, fail=failures.append))
        recorder.add(REQUEST)
    assert [failure.stage for failure in failures] == [Stage.EVIDENCE]
    assert "Traceback" in failures[0].traceback
    assert len(going_out(outbox)) == 1


def test_an_event_waits_until_it_is_in_the_outbox(outbox: Outbox, tmp_path: Path) -> None:
    recorder = new_recorder(outbox, tmp_path / "evidence", WorkerCounters())
    recorder.add(REQUEST)
    assert (recorder.n_waiting("cho"), recorder.n_waiting("ga")) == (1, 0)
    with running(recorder):
        until(lambda: recorder.n_waiting("cho") == 0)
        assert outbox.depth() == 1


def test_an_object_store_that_is_away_is_asked_again_and_nothing_is_lost(outbox: Outbox) -> None:
    counters = WorkerCounters()
    port = free_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="mastwatch",
        aws_secret_access_key="of a test",  # noqa: S106
    )
    store = S3Store(
        S3Settings(
            bucket="evidence",
            endpoint_url=f"http://127.0.0.1:{port}",
            region="us-east-1",
            access_key_id="mastwatch",
            secret_access_key="of a test",  # noqa: S106
        )
    )
    recorder = EvidenceRecorder(EvidenceWriter(store), outbox, counters, before_s=5, after_s=60)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    with running(recorder):
        recorder.add(REQUEST)
        until(lambda: counters.n_write_failures > 0)
        server.start()
        client.create_bucket(Bucket="evidence")
        until(lambda: counters.n_held == 1)
    (event,) = going_out(outbox)
    info = store.info(f"{CANDIDATES}/{event.evidence.image.path}")
    server.stop()
    assert info is not None
    assert info.n_bytes == event.evidence.image.n_bytes
