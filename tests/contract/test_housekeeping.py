"""What is over its time goes, and a disk that refuses does not end the worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np

from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.evidence.store import EvidenceImages, EvidenceStore
from detectors.worker.housekeeping import Housekeeping
from incidents.bus.outbox import Outbox

NOW = datetime.now(UTC)
PICTURE = Snapshot(at=NOW, jpeg=jpeg(np.zeros((8, 8, 3), np.uint8)))
SHOTS = EvidenceImages(best=PICTURE, xyxy_px=(1, 1, 5, 5), entered=None)


def until(happened: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline_s, "it did not happen within 30 s"
        time.sleep(0.02)


def test_what_is_over_its_time_is_removed_though_the_disk_refused_at_first(tmp_path: Path) -> None:
    store, lines, stop = EvidenceStore(tmp_path / "evidence"), list[str](), threading.Event()
    for days in (0, 5, 40):
        store.keep_images(uuid4(), NOW - timedelta(days=days), SHOTS)
    in_the_way = tmp_path / "evidence/2020/01/01"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("a file where the folder of a day should be")

    def line() -> str:
        lines.append("well")
        return lines[-1]

    def kept() -> int:
        return len(list(tmp_path.rglob("image.jpg")))

    with closing(Outbox(tmp_path / "outbox.sqlite")) as outbox:
        house = Housekeeping(store, outbox, keep_days=30, line=line, every_s=0.05)
        thread = threading.Thread(target=house.run, args=(stop,))
        thread.start()
        until(lambda: len(lines) > 3)
        assert kept() == 3
        in_the_way.unlink()
        until(lambda: kept() == 2)
        stop.set()
        thread.join(30)


def test_what_is_to_be_kept_for_ever_is(tmp_path: Path) -> None:
    store, stop = EvidenceStore(tmp_path / "evidence"), threading.Event()
    store.keep_images(uuid4(), NOW - timedelta(days=4000), SHOTS)

    def line() -> str:
        stop.set()
        return "well"

    with closing(Outbox(tmp_path / "outbox.sqlite")) as outbox:
        Housekeeping(store, outbox, keep_days=10**12, line=line, every_s=0).run(stop)
    assert len(list(tmp_path.rglob("image.jpg"))) == 1
