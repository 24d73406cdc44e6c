"""The outbox keeps what it was given through kill -9, a full disk and a second worker."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from incidents.bus.outbox import Outbox, OutboxError
from incidents.contract.codec import decode
from incidents.contract.events import CandidateRaised
from tests.events import CAMERA, SEEN_AT, candidate

LOG = "the log there is"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker" / "outbox.sqlite"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    opened = Outbox(path)
    yield opened
    opened.close()


def unsent(outbox: Outbox) -> list[CandidateRaised]:
    return [decode(waiting.value, CandidateRaised) for waiting in outbox.unsent(1000)]


def run_and_die(program: str, *arguments: object) -> str:
    """What a process prints that runs `program` on an outbox and ends without closing anything."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


def test_what_is_held_does_not_go_out(outbox: Outbox) -> None:
    outbox.hold(candidate())
    assert unsent(outbox) == []
    assert outbox.depth() == 1


def test_what_is_released_goes_out_with_the_evidence_it_has_then(outbox: Outbox) -> None:
    whole = candidate()
    outbox.hold(replace(whole, evidence=replace(whole.evidence, clip=None)))
    outbox.release(whole)
    assert unsent(outbox) == [whole]


def test_what_was_never_held_may_be_released(outbox: Outbox) -> None:
    event = candidate()
    outbox.release(event)
    assert unsent(outbox) == [event]


def test_holding_or_releasing_twice_is_holding_or_releasing_once(outbox: Outbox) -> None:
    event = candidate()
    for _ in range(2):
        outbox.hold(event)
    for _ in range(2):
        outbox.release(event)
    outbox.hold(event)
    assert unsent(outbox) == [event]


def test_what_was_sent_stays_sent_whoever_releases_it_again(outbox: Outbox) -> None:
    event = candidate()
    outbox.release(event)
    outbox.mark_sent([event.candidate_id], LOG)
    outbox.release(event)
    assert unsent(outbox) == []
    assert outbox.depth() == 0


def test_candidates_go_out_in_the_order_in_which_they_were_held(outbox: Outbox) -> None:
    first, second, third = (candidate() for _ in range(3))
    for event in (first, second, third):
        outbox.hold(event)
    for event in (third, first, second):
        outbox.release(event)
    assert unsent(outbox) == [first, second, third]
    assert [waiting.event_id for waiting in outbox.unsent(2)] == [first.candidate_id, second.candidate_id]


def test_what_another_log_acknowledged_goes_out_again(outbox: Outbox) -> None:
    lost, there = candidate(), candidate()
    for event, log_id in ((lost, "the log before"), (there, LOG)):
        outbox.release(event)
        outbox.mark_sent([event.candidate_id], log_id)
    assert outbox.unsend_all_but(LOG) == 1
    assert unsent(outbox) == [lost]


def test_a_camera_remembers_what_it_raised_sent_or_not(outbox: Outbox) -> None:
    old, held, sent = (candidate(seen_at=SEEN_AT + timedelta(minutes=m)) for m in (-1, 0, 1))
    elsewhere = candidate(camera=replace(CAMERA, camera_id="another"))
    for event in (sent, held, old, elsewhere):
        outbox.hold(event)
    outbox.release(sent)
    outbox.mark_sent([sent.candidate_id], LOG)
    assert outbox.recent(CAMERA.camera_id, SEEN_AT, CandidateRaised) == [held, sent]


def test_a_candidate_that_a_bad_disk_changed_costs_only_itself(
    outbox: Outbox, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changed, whole = candidate(), candidate()
    for event in (changed, whole):
        outbox.hold(event)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE event SET value = X'7B' WHERE event_id = ?", (str(changed.candidate_id),))
    assert outbox.recent(CAMERA.camera_id, SEEN_AT, CandidateRaised) == [whole]
    assert f"event {changed.candidate_id} is unreadable" in caplog.text


def test_only_what_was_sent_is_ever_forgotten(outbox: Outbox) -> None:
    waiting, sent = candidate(), candidate()
    for event in (waiting, sent):
        outbox.release(event)
    outbox.mark_sent([sent.candidate_id], LOG)
    assert outbox.prune(SEEN_AT) == 0
    assert outbox.prune(SEEN_AT + timedelta(days=365)) == 1
    assert outbox.recent(CAMERA.camera_id, SEEN_AT, CandidateRaised) == [waiting]


def test_several_threads_write_at_once(outbox: Outbox) -> None:
    events = [candidate() for _ in range(64)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(outbox.release, events))
    assert {event.candidate_id for event in unsent(outbox)} == {event.candidate_id for event in events}


HOLD_AND_BE_KILLED = """
import os, signal, sys
from pathlib import Path
from incidents.bus.outbox import Outbox
from tests.events import candidate

event = candidate()
Outbox(Path(sys.argv[1])).hold(event)
print(event.candidate_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_worker_held_goes_out_as_it_stands(path: Path) -> None:
    held = UUID(run_and_die(HOLD_AND_BE_KILLED, path).strip())
    outbox = Outbox(path)
    assert unsent(outbox) == []
    assert outbox.release_held() == 1
    assert [event.candidate_id for event in unsent(outbox)] == [held]
    outbox.close()


FILL_A_DISK_OF_256_KB = """
import resource, sys
from pathlib import Path
from incidents.bus.outbox import Outbox, OutboxError
from tests.events import candidate

resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, 256 * 1024))
outbox = Outbox(Path(sys.argv[1]))
try:
    for _ in range(10_000):
        event = candidate()
        outbox.hold(event)
        print(event.candidate_id)
except OutboxError as error:
    print(error)
"""


def test_a_full_disk_is_an_error_that_names_the_file_and_costs_nothing_that_was_accepted(path: Path) -> None:
    *accepted, error = run_and_die(FILL_A_DISK_OF_256_KB, path).splitlines()
    assert error.startswith(f"outbox {path}: ")
    assert "disk full" in error
    outbox = Outbox(path)
    assert (
        [str(event.candidate_id) for event in outbox.recent(CAMERA.camera_id, SEEN_AT, CandidateRaised)]
        == accepted
        != []
    )
    outbox.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 8192])
def test_a_file_of_garbage_is_an_error_that_names_it_and_the_mend(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(OutboxError, match=r"outbox\.sqlite.*move it away"):
        Outbox(path)
    assert path.read_bytes() == content


def test_a_file_with_a_page_overwritten_is_not_trusted(path: Path) -> None:
    outbox = Outbox(path)
    for _ in range(50):
        outbox.hold(candidate())
    outbox.close()
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xee" * 4096)
    with pytest.raises(OutboxError, match=r"damaged|malformed"):
        Outbox(path)


AS_WRITTEN_BEFORE = """
    CREATE TABLE candidate (
        number INTEGER PRIMARY KEY, candidate_id TEXT NOT NULL UNIQUE, camera_id TEXT NOT NULL,
        seen_at_us INTEGER NOT NULL, event BLOB NOT NULL, released INTEGER NOT NULL, log_id TEXT
    );
    CREATE INDEX candidate_unsent ON candidate (number) WHERE released AND log_id IS NULL;
    CREATE INDEX candidate_by_camera ON candidate (camera_id, seen_at_us);
"""


def test_an_outbox_of_the_version_before_is_taken_over_with_all_it_holds(path: Path) -> None:
    path.parent.mkdir()
    value = (Path(__file__).parent.parent / "data" / "events" / "candidate_raised.v1.json").read_bytes()
    event = decode(value, CandidateRaised)
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(AS_WRITTEN_BEFORE)
        row = (str(event.candidate_id), CAMERA.camera_id, int(SEEN_AT.timestamp() * 1e6), value)
        db.execute("INSERT INTO candidate VALUES (1, ?, ?, ?, ?, 1, NULL)", row)
    for _ in range(2):  # taken over, then opened as any other
        outbox = Outbox(path)
        assert unsent(outbox) == outbox.recent(CAMERA.camera_id, SEEN_AT, CandidateRaised) == [event]
        outbox.close()


def test_a_second_worker_on_the_same_file_is_refused(outbox: Outbox, path: Path) -> None:
    with pytest.raises(OutboxError, match="another worker is using it"):
        Outbox(path)
    outbox.hold(candidate())


def test_a_folder_that_cannot_be_made_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutboxError, match="cannot be created"):
        Outbox(tmp_path / "file" / "outbox.sqlite")
