"""Evidence in a folder of this machine, or of a file system that workers and API share."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from incidents.evidence.store import (
    CANDIDATES,
    CHUNK_BYTES,
    EvidenceUnavailable,
    FileInfo,
    StoredFile,
    candidate_of,
    day_folder,
    day_of,
    is_path,
)


class FolderStore:
    """Implements `EvidenceStore`. Files appear when they are safely on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, write: Callable[[Path], object]) -> StoredFile:
        target = self._root / path
        with self._failures(f"write {path}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            # A name of its own: two may store the same photo in one moment.
            unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
            try:
                write(unfinished)
                stored = _described(path, unfinished)
                _to_disk(unfinished)
                unfinished.replace(target)
                _to_disk(target.parent)
            finally:
                unfinished.unlink(missing_ok=True)
        return stored

    def info(self, path: str) -> FileInfo | None:
        found = self._found(path)
        if found is None:
            return None
        with self._failures(f"read {path}"):
            stat = found.stat()
        return FileInfo(n_bytes=stat.st_size, etag=f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"')

    def read(self, path: str, start: int, n_bytes: int) -> Iterator[bytes]:
        with self._failures(f"read {path}"), (self._root / path).open("rb") as file:
            file.seek(start)
            left = n_bytes
            while left > 0 and (chunk := file.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def delete_candidate(self, folder: str) -> int:
        path = self._root / folder
        with self._failures(f"remove {folder}"):
            # A disk that is not mounted has no files either, and nothing must be noted as removed from it.
            (self._root / CANDIDATES).stat()
            if not path.is_dir():
                return 0
            n_files = sum(1 for _ in path.iterdir())
            shutil.rmtree(path)
        return n_files

    def days(self) -> tuple[date, ...]:
        with self._failures("list its days"):
            folders = (self._root / CANDIDATES).glob("*/*/*")
            days = (day_of(folder.relative_to(self._root).as_posix()) for folder in folders)
            return tuple(sorted(day for day in days if day))

    def candidates_on(self, day: date) -> tuple[UUID, ...]:
        with self._failures(f"list {day_folder(day)}"):
            found = (candidate_of(folder.name) for folder in (self._root / day_folder(day)).glob("*"))
            return tuple(candidate_id for candidate_id in found if candidate_id)

    def _found(self, path: str) -> Path | None:
        """The file, unless the path or a link in it leads out of the folder."""
        if not is_path(path):
            return None
        with self._failures(f"read {path}"):
            found = (self._root / path).resolve()
            return found if found.is_relative_to(self._root.resolve()) and found.is_file() else None

    @contextmanager
    def _failures(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvidenceUnavailable(str(self._root), doing, error.strerror or error) from error


def _described(path: str, file: Path) -> StoredFile:
    # Read back from the file: the hash is of what is stored, not of what was meant.
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return StoredFile(path=path, sha256=sha256, n_bytes=file.stat().st_size)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
