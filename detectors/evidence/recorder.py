"""From an alarm to the outbox: pictures at once, held; released when the seconds after it are on the clip.

In a thread of its own: neither a slow disk nor a full one may hold up the looking.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from queue import Empty, Full, Queue
from typing import TypeVar
from uuid import UUID, uuid4

from detectors.evidence.candidate import candidate
from detectors.evidence.counters import WorkerCounters
from detectors.evidence.store import EvidenceImages, EvidenceStore
from detectors.rules.event import Event
from incidents.bus.outbox import Outbox, OutboxError
from incidents.contract.events import CandidateRaised, Clip
from ingest.camera import Camera
from ingest.connection.ring import PacketRing

log = logging.getLogger(__name__)
T = TypeVar("T")

POLL_S = 0.25
RETRY_S = 2.0
# A camera that died after the alarm sends no more seconds: its clip ends where the stream did.
GRACE_S = 5.0
# Each waits with its pictures, half a megabyte at 1080p: a disk that is full for hours must not fill the
# memory too.
WAITING_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordRequest:
    """An alarm with all that its evidence is made of."""

    camera: Camera
    alarm: Event
    shots: EvidenceImages
    picture_wh: tuple[int, int]  # pixels as captured
    ring: PacketRing
    model: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    raised: RecordRequest
    event: CandidateRaised
    give_up_s: float  # monotonic: then the clip is cut as it is


class EvidenceRecorder:
    """Args:
    before_s, after_s: what the clip shows around the moment of the alarm.
    waiting_most: alarms that may wait for the disk; what comes then is lost, said and counted.
    """

    def __init__(
        self,
        store: EvidenceStore,
        outbox: Outbox,
        tally: WorkerCounters,
        *,
        before_s: float,
        after_s: float,
        waiting_most: int = WAITING_MOST,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._tally = tally
        self._before = timedelta(seconds=before_s)
        self._after = timedelta(seconds=after_s)
        self._clock_s = clock_s
        self._arriving: Queue[RecordRequest] = Queue(waiting_most)
        self._held: list[_Held] = []

    def add(self, raised: RecordRequest) -> None:
        """From one thread; never waits."""
        try:
            self._arriving.put_nowait(raised)
        except Full:
            self._tally.n_lost += 1
            log.warning("%s is lost: enough alarms wait for the disk already", _named(raised))

    def run(self, stop: threading.Event) -> None:
        """Until `stop`, which says that no more is added; then what is held goes out with the clip as far as
        it goes."""
        while not stop.is_set():
            self._hold_arriving(stop)
            self._release_due(stop, now=self._clock_s())
        self._hold_arriving(stop)
        self._release_due(stop, now=float("inf"))

    def _hold_arriving(self, stop: threading.Event) -> None:
        try:
            raised = self._arriving.get(timeout=POLL_S)
            while True:
                self._hold(uuid4(), raised, stop)
                raised = self._arriving.get_nowait()
        except Empty:
            return

    def _hold(self, candidate_id: UUID, raised: RecordRequest, stop: threading.Event) -> None:
        event = self._until_written(partial(self._written, candidate_id, raised), stop)
        if event is None:
            log.error("%s is lost: the worker had to stop before the disk took it", _named(raised))
            return
        self._tally.n_held += 1
        give_up_s = self._clock_s() + self._after.total_seconds() + GRACE_S
        self._held.append(_Held(raised=raised, event=event, give_up_s=give_up_s))

    def _written(self, candidate_id: UUID, raised: RecordRequest) -> CandidateRaised:
        """The pictures first: an event in the outbox always has its evidence."""
        event = candidate(
            candidate_id,
            raised.camera,
            raised.alarm,
            self._store.keep_images(candidate_id, raised.alarm.raised_at, raised.shots),
            picture_wh=raised.picture_wh,
            best_at=raised.shots.best.at,
            model=raised.model,
        )
        self._outbox.hold(event)
        return event

    def _release_due(self, stop: threading.Event, now: float) -> None:
        due = [held for held in self._held if self._is_due(held, now)]
        for held in due:
            self._held.remove(held)
            event = replace(held.event, evidence=replace(held.event.evidence, clip=self._clip(held)))
            if event.evidence.clip is None:
                self._tally.n_without_clip += 1
            self._until_written(partial(self._outbox.release, event), stop)

    def _is_due(self, held: _Held, now: float) -> bool:
        newest_at = held.raised.ring.newest_at
        complete = newest_at is not None and newest_at >= held.raised.alarm.raised_at + self._after
        return complete or now >= held.give_up_s

    def _clip(self, held: _Held) -> Clip | None:
        """None, said and counted, where there is nothing to cut or nowhere to put it."""
        raised_at = held.raised.alarm.raised_at
        segment = held.raised.ring.export(raised_at - self._before, raised_at + self._after)
        if segment is None:
            log.warning("candidate %s has no clip: nothing of that time is held", held.event.candidate_id)
            return None
        try:
            return self._store.keep_clip(held.event.candidate_id, raised_at, segment)
        except OSError as error:
            log.warning("candidate %s has no clip: %s", held.event.candidate_id, error)
            return None

    def _until_written(self, write: Callable[[], T], stop: threading.Event) -> T | None:
        """A full disk is waited for. None where the worker had to stop before there was room."""
        while True:
            try:
                return write()
            except (OSError, OutboxError) as error:
                self._tally.n_write_failures += 1
                log.warning("a candidate cannot be written down yet: %s", error)
                if stop.wait(RETRY_S):
                    return None


def _named(raised: RecordRequest) -> str:
    alarm = raised.alarm
    return f"{alarm.kind} at {alarm.raised_at:%Y-%m-%d %H:%M:%S} UTC by camera {alarm.camera_id}"
