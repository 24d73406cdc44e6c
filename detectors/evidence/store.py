"""What a person is shown: pictures and a clip, each whole or not there, and each with its hash."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np

from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Clip, Evidence, EvidenceFile
from ingest.connection.ring import Segment
from ingest.mp4 import write_mp4

AMBER_BGR = (40, 170, 255)
SHADE_BGR = (20, 20, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceImages:
    """The pictures of one candidate."""

    best: Snapshot
    xyxy_px: Xyxy  # where it is in `best`
    entered: Snapshot | None  # None where it was no longer at hand


class EvidenceStore:
    """Files under `root`, in a folder for each day (UTC) and candidate: YYYY/MM/DD/<candidate_id>/."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep_images(self, candidate_id: UUID, raised_at: datetime, shots: EvidenceImages) -> Evidence:
        """The pictures, without a clip yet. Raises OSError where they cannot be written."""
        folder = self._folder(candidate_id, raised_at)
        entered = shots.entered
        return Evidence(
            image=self._keep(folder / "image.jpg", marked(shots.best.jpeg, shots.xyxy_px)),
            raw_image=self._keep(folder / "raw.jpg", shots.best.jpeg),
            entered_image=None if entered is None else self._keep(folder / "entered.jpg", entered.jpeg),
            clip=None,
        )

    def keep_clip(self, candidate_id: UUID, raised_at: datetime, excerpt: Segment) -> Clip:
        """The clip, as it came from the camera. Raises OSError where it cannot be written."""
        path = self._folder(candidate_id, raised_at) / "clip.mp4"
        with _appearing_whole(path) as unfinished:
            write_mp4(excerpt, unfinished)
        return Clip(file=self._described(path), started_at=excerpt.started_at, duration_s=excerpt.duration_s)

    def prune(self, before: date) -> int:
        """Remove what was seen before that day. Returns how many candidates' folders went.

        Raises OSError where the disk does not let it go.
        """
        n_removed = 0
        for day in sorted(self._root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]")):
            if day.relative_to(self._root).as_posix() < f"{before:%Y/%m/%d}":
                n_removed += sum(1 for _ in day.iterdir())
                shutil.rmtree(day)
        return n_removed

    def _folder(self, candidate_id: UUID, raised_at: datetime) -> Path:
        return self._root / f"{raised_at:%Y/%m/%d}" / str(candidate_id)

    def _keep(self, path: Path, content: bytes) -> EvidenceFile:
        with _appearing_whole(path) as unfinished:
            unfinished.write_bytes(content)
        return self._described(path)

    def _described(self, path: Path) -> EvidenceFile:
        # Read back from the file: the hash is of what is kept, not of what was meant.
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        relative = path.relative_to(self._root).as_posix()
        return EvidenceFile(path=relative, sha256=sha256, n_bytes=path.stat().st_size)


def marked(picture_jpeg: bytes, xyxy_px: Xyxy) -> bytes:
    """The picture with the box drawn on it."""
    bgr = cv2.imdecode(np.frombuffer(picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("a kept picture is no JPEG")
    x1, y1, x2, y2 = (round(value) for value in xyxy_px)
    line_px = max(2, round(max(bgr.shape[:2]) / 480))
    # A dark edge keeps the line visible on light ground.
    cv2.rectangle(bgr, (x1, y1), (x2, y2), SHADE_BGR, line_px + 2, cv2.LINE_AA)
    cv2.rectangle(bgr, (x1, y1), (x2, y2), AMBER_BGR, line_px, cv2.LINE_AA)
    return jpeg(np.asarray(bgr, np.uint8))


@contextmanager
def _appearing_whole(path: Path) -> Iterator[Path]:
    """A file to write beside `path`, which takes its place when it is safely on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        yield unfinished
        _on_disk(unfinished)
        unfinished.replace(path)
        _on_disk(path.parent)
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say of which file it speaks
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def _on_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
