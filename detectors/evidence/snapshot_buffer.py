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

    So a short event has its very moment, and a stay of up to five minutes its beginning; of a longer one it
    may be missing. Never more than `n_most` pictures.
    """

    def __init__(self, span_s: float, n_most: int = N_MOST) -> None:
        n_lately = n_most // 4
        lately_s = min(n_lately * EVERY_S, span_s)
        self._span = timedelta(seconds=span_s)
        self._lately_span = timedelta(seconds=lately_s)
        self._apart = timedelta(seconds=max(EVERY_S, (span_s - lately_s) / (n_most - n_lately - 1)))
        self._lately: deque[Snapshot] = deque()
        self._earlier: deque[Snapshot] = deque()

    def see(self, frame: Frame) -> None:
        at = frame.captured_at
        if self._lately and (at - self._lately[-1].at).total_seconds() < EVERY_S:
            return
        self._lately.append(snapshot(frame))
        while self._lately[0].at <= at - self._lately_span:
            self._age(self._lately.popleft())
        while self._earlier and self._earlier[0].at < at - self._span:
            self._earlier.popleft()

    def nearest(self, at: datetime) -> Snapshot | None:
        """The picture that shows that moment; None where none does any more."""
        kept = chain(self._earlier, self._lately)
        found = min(kept, key=lambda each: abs(each.at - at), default=None)
        return found if found is not None and abs(found.at - at) <= SAME_MOMENT else None

    def _age(self, old: Snapshot) -> None:
        if not self._earlier or old.at - self._earlier[-1].at >= self._apart:
            self._earlier.append(old)


def snapshot(frame: Frame) -> Snapshot:
    return Snapshot(at=frame.captured_at, jpeg=jpeg(frame.picture.bgr))


def jpeg(bgr: Bgr) -> bytes:
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
