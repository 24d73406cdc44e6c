"""What an evidence store does, whatever it is made of: a folder, or an S3-compatible object store.

Paths are relative, with forward slashes: `evidence/2026/11/22/<candidate_id>/image.jpg`, `photos/2026/...`.
A file is never written twice with other content, so that whoever has read it may keep it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from incidents.errors import IncidentError

CANDIDATES = "evidence"  # the folder of what cameras saw; events name their files below it
PHOTOS = "photos"
CHUNK_BYTES = 256 * 1024
# Every path that we write ourselves. Whatever else is asked for does not exist.
PATH = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,120}(?:/[A-Za-z0-9._-]{1,120}){0,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    path: str
    sha256: str  # of what was stored
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    n_bytes: int
    etag: str  # quoted, as HTTP has it; another one for other content


class EvidenceUnavailable(IncidentError):
    """The store is away, full, or refuses. Nothing is lost by it: try again later."""

    def __init__(self, store: str, doing: str, why: object) -> None:
        self.store = store
        super().__init__(f"the evidence store {store} cannot {doing}: {why}")


class EvidenceStore(Protocol):
    """Blocking; safe to use from several threads. Every method may raise EvidenceUnavailable."""

    def put(self, path: str, write: Callable[[Path], object]) -> StoredFile:
        """Store one file, whole or not at all.

        Args:
            write: called with the path of a local file to make; what it raises passes through.
        """
        ...

    def info(self, path: str) -> FileInfo | None:
        """None where there is no such file."""
        ...

    def read(self, path: str, start: int, n_bytes: int) -> Iterator[bytes]:
        """A part of a file that `info` has found, in chunks of CHUNK_BYTES or less."""
        ...

    def delete_candidate(self, folder: str) -> int:
        """Remove all files of one candidate's folder; how many there were. Only incidents.usecases.retention
        may decide that: it asks the ledger."""
        ...

    def days(self) -> tuple[date, ...]:
        """The days (in UTC) that have evidence of candidates, the oldest first."""
        ...

    def candidates_on(self, day: date) -> tuple[UUID, ...]:
        """Whose evidence lies in the folder of a day, whether or not they ever reached the ledger."""
        ...


def is_path(path: str) -> bool:
    """Whether a path that somebody asks for can be one of ours: it leads nowhere else."""
    return PATH.fullmatch(path) is not None


def candidate_folder(candidate_id: UUID, raised_at: datetime) -> str:
    """By the day in UTC, so that a folder of a day stays small."""
    return f"{day_folder(raised_at.astimezone(UTC).date())}/{candidate_id}"


def day_folder(day: date) -> str:
    return f"{CANDIDATES}/{day:%Y/%m/%d}"


def day_of(folder: str) -> date | None:
    """The day that a folder is named by; None for any other folder."""
    try:
        return datetime.strptime(folder, f"{CANDIDATES}/%Y/%m/%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def candidate_of(folder_name: str) -> UUID | None:
    """The candidate that a folder is named by; None for any other folder."""
    try:
        return UUID(folder_name)
    except ValueError:
        return None


def put_bytes(store: EvidenceStore, path: str, content: bytes) -> StoredFile:
    return store.put(path, lambda unfinished: unfinished.write_bytes(content))
