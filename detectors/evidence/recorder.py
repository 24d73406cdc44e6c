"""From an event to the outbox: pictures at once, held; released when the seconds after it are on the clip.

In a thread of its own: neither a slow disk nor a full one may hold up the analysis.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from queue import Empty, Full, Queue
from typing import TypeVar
from uuid import UUID, uuid4

from detectors.evidence.candidate import candidate
from detectors.evidence.counters import WorkerCounters
from detectors.evidence.writer import EvidenceImages, EvidenceWriter
from detectors.isolation import Failure, Stage, attempt
from detectors.rules.event import Event
from incidents.bus.outbox import Outbox, OutboxError
from incidents.contract.events import CandidateRaised, Clip
from incidents.evidence.store import EvidenceUnavailable
from ingest.camera import Camera
from ingest.connection.ring import PacketRing
from ingest.mp4 import CannotMux

log = logging.getLogger(__name__)
T = TypeVar("T")

POLL_S = 0.25
RETRY_S = 2.0
# A camera that died after the event sends no more seconds: its clip ends where the stream did.
GRACE_S = 5.0
# Each waits with its pictures, half a megabyte at 1080p: a disk that is full for hours must not fill the
# memory too.
WAITING_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordRequest:
    """An event with all that its evidence is made of."""

    camera: Camera
    event: Event
    images: EvidenceImages
    picture_wh: tuple[int, int]  # pixels as captured
    ring: PacketRing
    model: str
    fail: Callable[[Failure], object]  # called where its evidence cannot be made, whatever the disk does


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    request: RecordRequest
    candidate: CandidateRaised
    give_up_s: float  # monotonic: then the clip is exported as far as it goes


class EvidenceRecorder:
    """Args:
    before_s, after_s: what the clip shows around the moment of the event.
    waiting_most: events that may wait for the disk; those beyond are lost, logged and counted.
    """

    def __init__(
        self,
        writer: EvidenceWriter,
        outbox: Outbox,
        counters: WorkerCounters,
        *,
        before_s: float,
        after_s: float,
        waiting_most: int = WAITING_MOST,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = writer
        self._outbox = outbox
        self._counters = counters
        self._before = timedelta(seconds=before_s)
        self._after = timedelta(seconds=after_s)
        self._clock_s = clock_s
        self._arriving: Queue[RecordRequest] = Queue(waiting_most)
        self._held: list[_Held] = []
        self._lock = threading.Lock()  # guards the two counts: requests come from several threads
        self._n_waiting: Counter[str] = Counter()

    def add(self, request: RecordRequest) -> None:
        """From any thread; never waits."""
        self._count(request, 1)
        try:
            self._arriving.put_nowait(request)
        except Full:
            self._count(request, -1)
            with self._lock:
                self._counters.n_lost += 1
            log.warning("%s is lost: too many events wait for the disk", _named(request))

    def n_waiting(self, camera_id: str) -> int:
        """How many events of a camera are not in the outbox yet."""
        with self._lock:
            return self._n_waiting[camera_id]

    def run(self, stop: threading.Event) -> None:
        """Until `stop`, which says that no more is added; then what is held is released with the clip as far
        as it goes."""
        while not stop.is_set():
            self._hold_arriving(stop)
            self._release_due(stop, now=self._clock_s())
        self._hold_arriving(stop)
        self._release_due(stop, now=float("inf"))

    def _hold_arriving(self, stop: threading.Event) -> None:
        try:
            request = self._arriving.get(timeout=POLL_S)
            while True:
                self._hold(uuid4(), request, stop)
                self._count(request, -1)
                request = self._arriving.get_nowait()
        except Empty:
            return

    def _hold(self, candidate_id: UUID, request: RecordRequest, stop: threading.Event) -> None:
        stored = self._isolated(request, partial(self._stored, candidate_id, request), stop)
        if stored is None:
            log.error("%s is lost: it could not be stored", _named(request))
            return
        self._counters.n_held += 1
        give_up_s = self._clock_s() + self._after.total_seconds() + GRACE_S
        self._held.append(_Held(request=request, candidate=stored, give_up_s=give_up_s))

    def _stored(self, candidate_id: UUID, request: RecordRequest) -> CandidateRaised:
        """The pictures first: a candidate in the outbox always has its evidence."""
        stored = candidate(
            candidate_id,
            request.camera,
            request.event,
            self._writer.write_images(candidate_id, request.event.raised_at, request.images),
            picture_wh=request.picture_wh,
            best_at=request.images.best.at,
            model=request.model,
        )
        self._outbox.hold(stored)
        return stored

    def _release_due(self, stop: threading.Event, now: float) -> None:
        due = [held for held in self._held if self._is_due(held, now)]
        for held in due:
            self._held.remove(held)
            clip = self._isolated(held.request, partial(self._clip, held), stop)
            if clip is None:
                self._counters.n_without_clip += 1
            evidence = replace(held.candidate.evidence, clip=clip)
            release = partial(self._outbox.release, replace(held.candidate, evidence=evidence))
            self._isolated(held.request, release, stop)

    def _is_due(self, held: _Held, now: float) -> bool:
        newest_at = held.request.ring.newest_at
        complete = newest_at is not None and newest_at >= held.request.event.raised_at + self._after
        return complete or now >= held.give_up_s

    def _clip(self, held: _Held) -> Clip | None:
        """None, logged and counted, where there is nothing to export or nowhere to put it."""
        raised_at = held.request.event.raised_at
        segment = held.request.ring.export(raised_at - self._before, raised_at + self._after)
        if segment is None:
            log.warning(
                "candidate %s has no clip: the stream of that time is gone", held.candidate.candidate_id
            )
            return None
        try:
            return self._writer.write_clip(held.candidate.candidate_id, raised_at, segment)
        except (EvidenceUnavailable, CannotMux, OSError) as error:
            log.warning("candidate %s has no clip: %s", held.candidate.candidate_id, error)
            return None

    def _isolated(
        self, request: RecordRequest, write: Callable[[], T | None], stop: threading.Event
    ) -> T | None:
        """What `write` returns; None where it fails for this camera alone, which then begins anew."""
        outcome = attempt(Stage.EVIDENCE, lambda: self._until_written(write, stop))
        if isinstance(outcome, Failure):
            request.fail(outcome)
            return None
        return outcome

    def _until_written(self, write: Callable[[], T], stop: threading.Event) -> T | None:
        """A full disk is waited for. None where the worker had to stop before there was room."""
        while True:
            try:
                return write()
            except (EvidenceUnavailable, OSError, OutboxError) as error:
                self._counters.n_write_failures += 1
                log.warning("a candidate cannot be stored yet: %s", error)
                if stop.wait(RETRY_S):
                    return None

    def _count(self, request: RecordRequest, n: int) -> None:
        with self._lock:
            self._n_waiting[request.camera.camera_id] += n


def _named(request: RecordRequest) -> str:
    event = request.event
    return f"{event.kind} at {event.raised_at:%Y-%m-%d %H:%M:%S} UTC by camera {event.camera_id}"
