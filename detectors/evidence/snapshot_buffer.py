"""Pictures of a camera's recent past, so that a candidate can show how it began."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import cv2

from ingest.frame import Bgr, Frame

JPEG_QUALITY = 88
# 120 JPEGs: about 4 MB for a camera of 640x360, 25 MB for one of 1080p.
N_MOST = 120
EVERY_S = 1.0
# What still shows the same moment: a vehicle that came to rest has not gone, a person is still in sight.
SAME_MOMENT = timedelta(seconds=2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    at: datetime  # frame time
    jpeg: bytes


class SnapshotBuffer:
    """A picture a second of the last half minute, and before that pictures spread evenly over the span.

    So a short event has its very moment, and a stay of up to five minutes its beginning; that of a longer one
    may be missing. Never more than `n_most` pictures.
    """

    def __init__(self, span_s: float, n_most: int = N_MOST) -> None:
        n_recent = n_most // 4
        recent_s = min(n_recent * EVERY_S, span_s)
        self._span = timedelta(seconds=span_s)
        self._recent_span = timedelta(seconds=recent_s)
        self._apart = timedelta(seconds=max(EVERY_S, (span_s - recent_s) / (n_most - n_recent - 1)))
        self._recent: deque[Snapshot] = deque()
        self._earlier: deque[Snapshot] = deque()

    def add(self, frame: Frame) -> None:
        at = frame.captured_at
        if self._recent and (at - self._recent[-1].at).total_seconds() < EVERY_S:
            return
        self._recent.append(snapshot(frame))
        while self._recent[0].at <= at - self._recent_span:
            self._age(self._recent.popleft())
        while self._earlier and self._earlier[0].at < at - self._span:
            self._earlier.popleft()

    def nearest(self, at: datetime) -> Snapshot | None:
        """The picture that shows that moment; None where there is none."""
        stored = chain(self._earlier, self._recent)
        found = min(stored, key=lambda each: abs(each.at - at), default=None)
        return found if found is not None and abs(found.at - at) <= SAME_MOMENT else None

    def _age(self, old: Snapshot) -> None:
        if not self._earlier or old.at - self._earlier[-1].at >= self._apart:
            self._earlier.append(old)


def snapshot(frame: Frame) -> Snapshot:
    # At its own size, from the decoder's planes: half the cost of FFmpeg's conversion (docs/performance.md).
    bgr = frame.picture.resized(frame.picture.width_px, frame.picture.height_px)
    return Snapshot(at=frame.captured_at, jpeg=jpeg(bgr))


def jpeg(bgr: Bgr) -> bytes:
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
