"""The events of one topic on their way out: a SQLite file that outlives kill -9 and a broker that is away.

held -> (its evidence is complete) -> unsent -> (a log acknowledged it) -> sent. Sent ones stay until they
are pruned: they are the memory of what was already raised, and fill an empty log again.
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
from typing import IO, TypeVar
from uuid import UUID

from incidents.contract.codec import Unreadable, decode, encode
from incidents.contract.registry import type_of

log = logging.getLogger(__name__)

E = TypeVar("E")

TABLES = """
    CREATE TABLE IF NOT EXISTS event (
        number INTEGER PRIMARY KEY,          -- they go out in the order in which they were held
        event_id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,                   -- of the message: a camera id
        at_us INTEGER NOT NULL,              -- microseconds since 1970, UTC
        value BLOB NOT NULL,                 -- as incidents.contract.codec writes it
        released INTEGER NOT NULL,           -- 0 while its evidence is incomplete
        log_id TEXT                          -- the log that acknowledged it; NULL while none has
    );
    CREATE INDEX IF NOT EXISTS event_unsent ON event (number) WHERE released AND log_id IS NULL;
    CREATE INDEX IF NOT EXISTS event_by_key ON event (key, at_us);
"""
# Outboxes of version 0.1.0 held candidates only, under these names.
FROM_CANDIDATES = """
    BEGIN;
    DROP INDEX IF EXISTS candidate_unsent;
    DROP INDEX IF EXISTS candidate_by_camera;
    ALTER TABLE candidate RENAME TO event;
    ALTER TABLE event RENAME COLUMN candidate_id TO event_id;
    ALTER TABLE event RENAME COLUMN camera_id TO key;
    ALTER TABLE event RENAME COLUMN seen_at_us TO at_us;
    ALTER TABLE event RENAME COLUMN event TO value;
    COMMIT;
"""


class OutboxError(Exception):
    """The outbox cannot keep what it was given: its file is damaged, in use or cannot grow."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(f"outbox {path}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """An event on its way out, as the bytes that were checked when it was held."""

    event_id: UUID
    key: str  # events of one key stay in order
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

    def hold(self, event: object) -> None:
        """Store it, and do not send it yet. A repeat changes nothing."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO event (event_id, key, at_us, value, released)"
                " VALUES (?, ?, ?, ?, 0) ON CONFLICT (event_id) DO NOTHING",
                _row(event),
            )

    def release(self, event: object) -> None:
        """May be sent, with the evidence it has now. What was released before is not changed."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO event (event_id, key, at_us, value, released)"
                " VALUES (?, ?, ?, ?, 1) ON CONFLICT (event_id) DO UPDATE"
                " SET value = excluded.value, released = 1 WHERE NOT released",
                _row(event),
            )

    def release_held(self) -> int:
        """After a restart: what a dead process held goes out as it stands. Returns how many."""
        with self._writing() as db:
            return db.execute("UPDATE event SET released = 1 WHERE NOT released").rowcount

    def unsent(self, limit: int) -> list[Unsent]:
        """The oldest that may go out and no log has acknowledged."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT event_id, key, value FROM event"
                " WHERE released AND log_id IS NULL ORDER BY number LIMIT ?",
                (limit,),
            ).fetchall()
        return [Unsent(event_id=UUID(event_id), key=key, value=value) for event_id, key, value in rows]

    def mark_sent(self, event_ids: Iterable[UUID], log_id: str) -> None:
        """These are in that log now. `log_id` is what the sender knew before it sent, never after:
        an acknowledgement of a log that has since died must not count for its successor."""
        with self._writing() as db:
            db.executemany(
                "UPDATE event SET log_id = ? WHERE event_id = ?",
                [(log_id, str(event_id)) for event_id in event_ids],
            )

    def unsend_all_but(self, log_id: str) -> int:
        """What other logs acknowledged is unsent again: they are gone, and perhaps nobody had read it.
        Returns how many."""
        with self._writing() as db:
            return db.execute("UPDATE event SET log_id = NULL WHERE log_id <> ?", (log_id,)).rowcount

    def recent(self, key: str, since: datetime, model: type[E]) -> list[E]:
        """The events of this key (a camera's id) since then, held, unsent or sent, oldest first.

        What cannot be read is left out: a memory with a hole is better than a camera that is not watched.
        """
        with self._reading() as db:
            rows = db.execute(
                "SELECT event_id, value FROM event WHERE key = ? AND at_us >= ? ORDER BY at_us",
                (key, _microseconds(since)),
            ).fetchall()
        return list(self._readable(rows, model))

    def prune(self, before: datetime) -> int:
        """Forget what was sent and seen before then; what is not sent stays. Returns how many."""
        with self._writing() as db:
            return db.execute(
                "DELETE FROM event WHERE log_id IS NOT NULL AND at_us < ?", (_microseconds(before),)
            ).rowcount

    def depth(self) -> int:
        """How many no log has acknowledged, held ones included."""
        with self._reading() as db:
            (n,) = db.execute("SELECT count(*) FROM event WHERE log_id IS NULL").fetchone()
        return int(n)

    def close(self) -> None:
        with self._reading() as db:
            db.close()
        self._owner.close()

    def _readable(self, rows: Iterable[tuple[str, bytes]], model: type[E]) -> Iterator[E]:
        for event_id, value in rows:
            try:
                yield decode(value, model)
            except Unreadable as error:
                log.warning(
                    "outbox %s: event %s is unreadable, it may be raised again: %s",
                    self._path,
                    event_id,
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
    """Two workers on one file would send each other's incomplete evidence. The lock dies with its process."""
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
    if db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'candidate'").fetchone():
        db.executescript(FROM_CANDIDATES)
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


def _row(event: object) -> tuple[str, str, int, bytes]:
    of = type_of(type(event))
    return str(of.id_of(event)), of.key_of(event), _microseconds(of.at_of(event)), encode(event)


def _microseconds(at: datetime) -> int:
    """Since 1970, exactly: a float of seconds rounds at this size."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
