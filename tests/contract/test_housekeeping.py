"""A worker logs its figures, and forgets what it sent long ago; evidence is none of its business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from detectors.worker.housekeeping import Housekeeping
from incidents.bus.outbox import Outbox
from incidents.contract.events import CandidateRaised
from tests.events import candidate

NOW = datetime.now(UTC)


def until(happened: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline_s, "it did not happen within 30 s"
        time.sleep(0.02)


def n_known(outbox: Outbox) -> int:
    return len(outbox.recent(candidate().camera.camera_id, NOW - timedelta(days=5000), CandidateRaised))


def sent(outbox: Outbox, *ages_days: int) -> None:
    for days in ages_days:
        event = replace(candidate(), candidate_id=uuid4(), seen_at=NOW - timedelta(days=days))
        outbox.hold(event)
        outbox.release(event)
        outbox.mark_sent([event.candidate_id], "log")


def run_until(house: Housekeeping, happened: Callable[[], bool]) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=house.run, args=(stop,))
    thread.start()
    try:
        until(happened)
    finally:
        stop.set()
        thread.join(30)


def test_candidates_sent_long_ago_leave_the_outbox(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "outbox.sqlite")) as outbox:
        sent(outbox, 0, 5, 40)
        house = Housekeeping(outbox, keep_days=30, line=lambda: "well", every_s=0.02)
        run_until(house, lambda: n_known(outbox) == 2)


def test_what_is_to_be_kept_for_ever_is(tmp_path: Path) -> None:
    lines: list[str] = []

    def line() -> str:
        lines.append("well")
        return lines[-1]

    with closing(Outbox(tmp_path / "outbox.sqlite")) as outbox:
        sent(outbox, 4000)
        run_until(Housekeeping(outbox, keep_days=10**12, line=line, every_s=0.02), lambda: len(lines) > 2)
        assert n_known(outbox) == 1
