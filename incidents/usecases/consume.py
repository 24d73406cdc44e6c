"""Bus -> queue: at least once, an idempotent write, commit last.

While the database or the broker is away nothing is committed, and the same messages come again. What no
retry can help goes to the dead letters and is counted; too many of them stop the consumer until a person has
looked.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from incidents.backoff import wait_s
from incidents.bus.dead_letter_limit import DeadLetterLimit, DeadLetterWindow, TooManyDeadLetters
from incidents.bus.inbox import EventInbox
from incidents.bus.topics import BusUnavailable, Cluster, Message
from incidents.contract.codec import Unreadable, decode
from incidents.contract.events import CandidateRaised
from incidents.errors import DatabaseUnavailable, InvalidInput
from incidents.places.routing import Boundaries
from incidents.procedure.policy import Policy
from incidents.store.database import Database, Store
from incidents.usecases.enqueue import enqueue
from incidents.usecases.status import Readiness, status_pages

GROUP = "mastwatch-queue"
POLL_MS = 500

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumeSettings:
    database_url: str = field(repr=False)
    cluster: Cluster
    policy: Policy
    metrics_port: int | None  # None: no status pages
    dead_letter_limit: DeadLetterLimit


class Inbox(Protocol):
    """The part of `EventInbox` that a consumer uses."""

    def poll(self, timeout_ms: int) -> list[Message]: ...

    def commit(self) -> None: ...

    def dead_letter(self, message: Message, reason: str) -> None: ...


class ConsumerMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.added = Counter(
            "mastwatch_candidates_queued", "Candidates added to the queue", registry=registry
        )
        self.repeated = Counter(
            "mastwatch_candidates_repeated", "Candidates that were already in the queue", registry=registry
        )
        self.dead_lettered = Counter(
            "mastwatch_candidates_dead_lettered", "Messages put aside as unreadable", registry=registry
        )
        self.waits = Counter(
            "mastwatch_consumer_waits", "Times the consumer had to wait", ["away"], registry=registry
        )
        self.stopped = Gauge("mastwatch_consumer_stopped", "1 after too many dead letters", registry=registry)
        self.latency_s = Histogram(
            "mastwatch_candidate_latency_seconds",
            "From the camera's frame to the queue",
            registry=registry,
            buckets=(0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 300, 3600),
        )


class Consumer:
    """One reader of the log. Give each its own inbox and database."""

    def __init__(
        self,
        inbox: Inbox,
        database: Database,
        policy: Policy,
        metrics: ConsumerMetrics,
        limit: DeadLetterLimit,
    ) -> None:
        self._inbox = inbox
        self._database = database
        self._policy = policy
        self._metrics = metrics
        self.readiness = Readiness()
        self._window = DeadLetterWindow(limit)
        self._boundaries = Boundaries(())
        self._last_import = 0
        # The inbox is for one thread, and a poll must not hold up the loop.
        self._inbox_thread = ThreadPoolExecutor(1, "inbox")

    async def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Waits, longer each time, while the broker or the database is away.

        Raises:
            TooManyDeadLetters: only a person can say whether to go on.
        """
        n_failed = 0
        while not stop.is_set():
            try:
                await self.step()
            except (BusUnavailable, DatabaseUnavailable) as error:
                n_failed += 1
                self._metrics.waits.labels(type(error).__name__).inc()
                logger.warning("waiting: %s", error)
                self.readiness.set(f"waiting: {error}")
                await asyncio.to_thread(stop.wait, wait_s(n_failed))
            except TooManyDeadLetters as error:
                self._metrics.stopped.set(1)
                self.readiness.set(str(error))
                raise
            else:
                n_failed = 0
                self.readiness.set(None)

    async def step(self) -> None:
        """What has come: added, put aside where it is unreadable, then committed.

        Raises:
            BusUnavailable, DatabaseUnavailable: not committed; the next step sees the same messages.
            TooManyDeadLetters: committed, so that none is put aside twice.
        """
        messages = await self._with_inbox(lambda: self._inbox.poll(POLL_MS))
        if not messages:
            return
        unreadable = await self._add(messages)
        for message, reason in unreadable:
            await self._put_aside(message, reason)
        # Only now: a crash before this line redelivers, and `add` drops the repeat.
        await self._with_inbox(self._inbox.commit)
        self._window.add(
            datetime.now(UTC), n_read=len(messages), reasons=[reason for _, reason in unreadable]
        )

    async def close(self) -> None:
        await asyncio.to_thread(self._inbox_thread.shutdown)

    async def _add(self, messages: Sequence[Message]) -> list[tuple[Message, str]]:
        """Add those that can be read. Returns the others, each with the reason."""
        unreadable = []
        async with self._database.autocommit() as store:
            await self._refresh(store)
            for message in messages:
                try:
                    await self._add_one(store, message)
                except (Unreadable, InvalidInput) as error:
                    unreadable.append((message, str(error)))
        return unreadable

    async def _add_one(self, store: Store, message: Message) -> None:
        event = decode(message.value, CandidateRaised)
        at = datetime.now(UTC)
        if await store.candidates.add(*enqueue(self._policy, self._boundaries, event, at)):
            self._metrics.added.inc()
            self._metrics.latency_s.observe((at - event.seen_at).total_seconds())
        else:
            self._metrics.repeated.inc()

    async def _refresh(self, store: Store) -> None:
        """The wards as they were last imported."""
        last_import = await store.places.last_import()
        if last_import != self._last_import:
            self._boundaries = await store.places.boundaries()
            self._last_import = last_import

    async def _put_aside(self, message: Message, reason: str) -> None:
        await self._with_inbox(lambda: self._inbox.dead_letter(message, reason))
        self._metrics.dead_lettered.inc()
        logger.error("dead letter, partition %d offset %d: %s", message.partition, message.offset, reason)

    async def _with_inbox(self, ask: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._inbox_thread, ask)


def run(settings: ConsumeSettings, stop: threading.Event) -> None:
    """Consume until `stop` is set. After too many dead letters it stays, not ready, and reads nothing more:
    a supervisor that restarted it would only put the next ones aside.

    Raises:
        OSError: the port of the status pages is in use.
        TooManyDeadLetters: it had stopped for that reason.
    """
    registry = CollectorRegistry()
    metrics = ConsumerMetrics(registry)
    asyncio.run(_consume(settings, metrics, registry, stop))


async def _consume(
    settings: ConsumeSettings,
    metrics: ConsumerMetrics,
    registry: CollectorRegistry,
    stop: threading.Event,
) -> None:
    database = Database(settings.database_url, n_connections_max=2)
    await database.open()
    with closing(EventInbox(settings.cluster, GROUP)) as inbox:
        consumer = Consumer(inbox, database, settings.policy, metrics, settings.dead_letter_limit)
        with status_pages(settings.metrics_port, registry, consumer.readiness):
            try:
                await consumer.run(stop)
            except TooManyDeadLetters as error:
                logger.critical("%s", error)
                await asyncio.to_thread(inbox.close)  # its partitions go to the others of the group
                await asyncio.to_thread(stop.wait)
                raise
            finally:
                await consumer.close()
                await database.close()
