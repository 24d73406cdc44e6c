"""An alarm on its way to the outbox: held with its pictures, then released with its clip."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.evidence.candidate import box_at
from detectors.evidence.counters import WorkerCounters
from detectors.evidence.recorder import EvidenceRecorder, RecordRequest
from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.evidence.store import EvidenceImages, EvidenceStore
from detectors.rules.event import Event, PathPoint
from incidents.bus.outbox import Outbox
from incidents.contract.codec import decode
from incidents.contract.events import CandidateRaised, Family
from ingest.camera import Camera, View, Zone, ZoneType
from ingest.connection.ring import PacketRing

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
ALARM = Event(
    family=Family.ENCROACHMENT,
    kind="parked_in_no_parking",
    camera_id="cho",
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
RAISED = RecordRequest(
    camera=CAMERA,
    alarm=ALARM,
    shots=EvidenceImages(best=BEST, xyxy_px=ALARM.xyxy_px, entered=None),
    picture_wh=(160, 120),
    ring=PacketRing(10),
    model="yolo11n-int8-384x640",
)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.sqlite")
    yield opened
    opened.close()


@contextmanager
def running(keeper: EvidenceRecorder) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=keeper.run, args=(stop,))
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


def keeper(outbox: Outbox, folder: Path, tally: WorkerCounters) -> EvidenceRecorder:
    return EvidenceRecorder(EvidenceStore(folder), outbox, tally, before_s=5, after_s=60)


def test_a_candidate_is_held_while_its_clip_is_awaited(outbox: Outbox, tmp_path: Path) -> None:
    tally = WorkerCounters()
    kept = keeper(outbox, tmp_path / "evidence", tally)
    with running(kept):
        kept.add(RAISED)
        until(lambda: tally.n_held == 1)
        assert outbox.depth() == 1
        assert going_out(outbox) == []


def test_when_the_worker_stops_what_is_held_goes_out_as_it_is(outbox: Outbox, tmp_path: Path) -> None:
    tally = WorkerCounters()
    kept = keeper(outbox, tmp_path / "evidence", tally)
    with running(kept):
        kept.add(RAISED)
    (event,) = going_out(outbox)
    assert (event.kind, event.dwell_s, event.box) == ("parked_in_no_parking", 20, (0.125, 1 / 6, 0.5, 0.5))
    assert event.evidence.clip is None
    assert tally.n_without_clip == 1


def test_a_disk_that_refuses_is_asked_again_and_nothing_is_lost(outbox: Outbox, tmp_path: Path) -> None:
    tally = WorkerCounters()
    folder = tmp_path / "evidence"
    folder.write_text("in the way")
    kept = keeper(outbox, folder, tally)
    with running(kept):
        kept.add(RAISED)
        until(lambda: tally.n_write_failures > 0)
        folder.unlink()
        until(lambda: tally.n_held == 1)
    assert len(going_out(outbox)) == 1


def test_what_neither_disk_nor_memory_has_room_for_is_counted(outbox: Outbox, tmp_path: Path) -> None:
    tally = WorkerCounters()
    kept = EvidenceRecorder(
        EvidenceStore(tmp_path / "evidence"), outbox, tally, before_s=5, after_s=60, waiting_most=2
    )
    for _ in range(5):
        kept.add(RAISED)
    assert tally.n_lost == 3
    with running(kept):
        until(lambda: tally.n_held == 2)


def test_an_alarm_that_a_full_disk_refuses_to_the_end_is_said_to_be_lost(
    outbox: Outbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "evidence"
    folder.write_text("in the way")
    kept = keeper(outbox, folder, WorkerCounters())
    with running(kept):
        kept.add(RAISED)
    assert "parked_in_no_parking at 2026-11-22 01:00:00 UTC by camera cho is lost" in caplog.text


def test_the_box_is_where_the_thing_was_when_the_picture_was_taken() -> None:
    assert box_at(ALARM, RAISED_AT - timedelta(seconds=10)) == (10, 20, 70, 60)
    assert box_at(ALARM, RAISED_AT + timedelta(seconds=10)) == ALARM.xyxy_px
