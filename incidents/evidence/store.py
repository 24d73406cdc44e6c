"""What an evidence store does, whatever it is made of: a folder, or an S3-compatible object store.

Paths are relative, with forward slashes: `evidence/2026/11/22/<candidate_id>/image.jpg`, `photos/2026/...`.
A file is never written twice with other content, so that whoever has read it may keep it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
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


def is_path(path: str) -> bool:
    """Whether a path that somebody asks for can be one of ours: it leads nowhere else."""
    return PATH.fullmatch(path) is not None


def candidate_folder(candidate_id: UUID, raised_at: datetime) -> str:
    """By the day in UTC, so that a folder of a day stays small."""
    return f"{CANDIDATES}/{raised_at:%Y/%m/%d}/{candidate_id}"


def put_bytes(store: EvidenceStore, path: str, content: bytes) -> StoredFile:
    return store.put(path, lambda unfinished: unfinished.write_bytes(content))
