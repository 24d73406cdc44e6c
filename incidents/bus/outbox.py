"""What a worker raised: one SQLite file that outlives kill -9 and a broker that is away.

held -> (its clip is cut) -> unsent -> (a log acknowledged it) -> sent. Sent ones stay until they are pruned:
they are the memory of what was already raised, and the source from which an empty log is filled again.
"""

from __future__ import annotations

import fcntl
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO
from uuid import UUID

from incidents.contract.codec import Unreadable, decode, encode
from incidents.contract.events import CandidateRaised

log = logging.getLogger(__name__)

TABLES = """
    CREATE TABLE IF NOT EXISTS candidate (
        number INTEGER PRIMARY KEY,          -- they go out in the order in which they were held
        candidate_id TEXT NOT NULL UNIQUE,
        camera_id TEXT NOT NULL,
        seen_at_us INTEGER NOT NULL,         -- microseconds since 1970, UTC
        event BLOB NOT NULL,                 -- as incidents.contract.codec writes it
        released INTEGER NOT NULL,           -- 0 while its clip is still being cut
        log_id TEXT                          -- the log that acknowledged it; NULL while none has
    );
    CREATE INDEX IF NOT EXISTS candidate_unsent ON candidate (number) WHERE released AND log_id IS NULL;
    CREATE INDEX IF NOT EXISTS candidate_by_camera ON candidate (camera_id, seen_at_us);
"""


class OutboxError(Exception):
    """The outbox cannot keep what it was given: its file is damaged, in use or cannot grow."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(f"outbox {path}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A candidate on its way out, as the bytes that were checked when it was held."""

    candidate_id: UUID
    camera_id: str
    value: bytes  # as incidents.contract.codec writes it


class Outbox:
    """Usable from several threads of one process; a second process that opens the file is refused.

    Every method that writes returns only when the disk has it. All raise OutboxError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = Lock()
        self._owner = _own(path)
        try:
            self._db = _open(path)
        except BaseException:
            self._owner.close()
            raise

    def hold(self, event: CandidateRaised) -> None:
        """Keep it, and do not send it yet. A repeat changes nothing."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO candidate (candidate_id, camera_id, seen_at_us, event, released)"
                " VALUES (?, ?, ?, ?, 0) ON CONFLICT (candidate_id) DO NOTHING",
                _row(event),
            )

    def release(self, event: CandidateRaised) -> None:
        """May be sent, with the evidence it has now. What was released before is not changed."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO candidate (candidate_id, camera_id, seen_at_us, event, released)"
                " VALUES (?, ?, ?, ?, 1) ON CONFLICT (candidate_id) DO UPDATE"
                " SET event = excluded.event, released = 1 WHERE NOT released",
                _row(event),
            )

    def release_held(self) -> int:
        """After a restart: what a dead process held goes out as it stands. Returns how many."""
        with self._writing() as db:
            return db.execute("UPDATE candidate SET released = 1 WHERE NOT released").rowcount

    def unsent(self, limit: int) -> list[Unsent]:
        """The oldest that may go out and no log has acknowledged."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT candidate_id, camera_id, event FROM candidate"
                " WHERE released AND log_id IS NULL ORDER BY number LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            Unsent(candidate_id=UUID(candidate_id), camera_id=camera_id, value=value)
            for candidate_id, camera_id, value in rows
        ]

    def mark_sent(self, candidate_ids: Iterable[UUID], log_id: str) -> None:
        """These are in that log now. `log_id` is what the sender knew before it sent, never after:
        an acknowledgement of a log that has since died must not count for its successor."""
        with self._writing() as db:
            db.executemany(
                "UPDATE candidate SET log_id = ? WHERE candidate_id = ?",
                [(log_id, str(candidate_id)) for candidate_id in candidate_ids],
            )

    def unsend_all_but(self, log_id: str) -> int:
        """What other logs acknowledged is unsent again: they are gone, and perhaps nobody had read it.
        Returns how many."""
        with self._writing() as db:
            return db.execute("UPDATE candidate SET log_id = NULL WHERE log_id <> ?", (log_id,)).rowcount

    def recent(self, camera_id: str, since: datetime) -> list[CandidateRaised]:
        """What this camera has raised since then, held, unsent or sent, oldest first.

        What cannot be read is left out: a memory with a hole is no reason not to watch.
        """
        with self._reading() as db:
            rows = db.execute(
                "SELECT candidate_id, event FROM candidate"
                " WHERE camera_id = ? AND seen_at_us >= ? ORDER BY seen_at_us",
                (camera_id, _microseconds(since)),
            ).fetchall()
        return list(self._readable(rows))

    def prune(self, before: datetime) -> int:
        """Forget what was sent and seen before then; what is not sent stays. Returns how many."""
        with self._writing() as db:
            return db.execute(
                "DELETE FROM candidate WHERE log_id IS NOT NULL AND seen_at_us < ?", (_microseconds(before),)
            ).rowcount

    def depth(self) -> int:
        """How many no log has acknowledged, held ones included."""
        with self._reading() as db:
            (n,) = db.execute("SELECT count(*) FROM candidate WHERE log_id IS NULL").fetchone()
        return int(n)

    def close(self) -> None:
        with self._reading() as db:
            db.close()
        self._owner.close()

    def _readable(self, rows: Iterable[tuple[str, bytes]]) -> Iterator[CandidateRaised]:
        for candidate_id, value in rows:
            try:
                yield decode(value, CandidateRaised)
            except Unreadable as error:
                log.warning(
                    "outbox %s: candidate %s is unreadable, it may be raised again: %s",
                    self._path,
                    candidate_id,
                    error,
                )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._mutex, _typed_errors(self._path):
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db, db:
            yield db


def _own(path: Path) -> IO[str]:
    """Two workers on one file would send each other's half-cut clips. The lock dies with its process."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError as error:
        raise OutboxError(path, f"cannot be created: {error}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise OutboxError(path, "another worker is using it; give each worker its own data folder") from error
    return file


def _open(path: Path) -> sqlite3.Connection:
    with _typed_errors(path):
        db = sqlite3.connect(path, check_same_thread=False)
        try:
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
        return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit that returned has been through fsync; with NORMAL a power cut may take the last ones.
    db.execute("PRAGMA synchronous = FULL")
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise OutboxError(path, f"is damaged ({verdict}); {_MEND}")
    db.executescript(TABLES)


_MEND = "move it away to start with an empty one; `sqlite3 FILE .recover` may save what was not sent"


@contextmanager
def _typed_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OutboxError(path, f"{error}; is the disk full, or the folder not writable?") from error
    except sqlite3.DatabaseError as error:
        raise OutboxError(path, f"{error}; {_MEND}") from error


def _row(event: CandidateRaised) -> tuple[str, str, int, bytes]:
    return str(event.candidate_id), event.camera.camera_id, _microseconds(event.seen_at), encode(event)


def _microseconds(at: datetime) -> int:
    """Since 1970, exactly: a float of seconds rounds at this size."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
