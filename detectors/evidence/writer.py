"""What a person is shown of an event: pictures and a clip, each with its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import cv2
import numpy as np

from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Clip, Evidence, EvidenceFile
from incidents.evidence.store import CANDIDATES, EvidenceStore, StoredFile, candidate_folder, put_bytes
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


class EvidenceWriter:
    """Makes the files of a candidate and puts them into the store."""

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store

    def write_images(self, candidate_id: UUID, raised_at: datetime, images: EvidenceImages) -> Evidence:
        """The pictures, without a clip yet. Raises EvidenceUnavailable."""
        folder = candidate_folder(candidate_id, raised_at)
        entered = images.entered
        return Evidence(
            image=self._put(f"{folder}/image.jpg", marked(images.best.jpeg, images.xyxy_px)),
            raw_image=self._put(f"{folder}/raw.jpg", images.best.jpeg),
            entered_image=None if entered is None else self._put(f"{folder}/entered.jpg", entered.jpeg),
            clip=None,
        )

    def write_clip(self, candidate_id: UUID, raised_at: datetime, segment: Segment) -> Clip:
        """The clip, as it came from the camera.

        Raises:
            EvidenceUnavailable: the store cannot take it.
            OSError: the stream cannot be written as MP4.
        """
        path = f"{candidate_folder(candidate_id, raised_at)}/clip.mp4"
        stored = self._store.put(path, lambda unfinished: write_mp4(segment, unfinished))
        return Clip(file=_file(stored), started_at=segment.started_at, duration_s=segment.duration_s)

    def _put(self, path: str, content: bytes) -> EvidenceFile:
        return _file(put_bytes(self._store, path, content))


def _file(stored: StoredFile) -> EvidenceFile:
    """Events name their files below the folder of candidates."""
    path = stored.path.removeprefix(f"{CANDIDATES}/")
    return EvidenceFile(path=path, sha256=stored.sha256, n_bytes=stored.n_bytes)


def marked(picture_jpeg: bytes, xyxy_px: Xyxy) -> bytes:
    """The picture with the box drawn on it."""
    bgr = cv2.imdecode(np.frombuffer(picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("a snapshot is not a JPEG")
    x1, y1, x2, y2 = (round(value) for value in xyxy_px)
    line_px = max(2, round(max(bgr.shape[:2]) / 480))
    # A dark edge keeps the line visible on light ground.
    cv2.rectangle(bgr, (x1, y1), (x2, y2), SHADE_BGR, line_px + 2, cv2.LINE_AA)
    cv2.rectangle(bgr, (x1, y1), (x2, y2), AMBER_BGR, line_px, cv2.LINE_AA)
    return jpeg(np.asarray(bgr, np.uint8))
