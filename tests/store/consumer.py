"""A consumer at work between a real broker and a real database."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import psycopg
from prometheus_client import CollectorRegistry

from incidents.bus.dead_letter_limit import DeadLetterLimit, TooManyDeadLetters
from incidents.bus.inbox import EventInbox
from incidents.bus.outbox import Unsent
from incidents.bus.topics import Cluster
from incidents.contract.codec import encode
from incidents.contract.events import CandidateRaised
from incidents.store.database import Database
from incidents.usecases.consume import GROUP, Consumer, ConsumerMetrics
from mastwatch.config.profiles import load_profile

POLICY = load_profile("da-lat")
WITHIN_S = 60

Send = Callable[..., None]


def unsent(value: bytes | CandidateRaised) -> Unsent:
    if isinstance(value, bytes):
        return Unsent(event_id=uuid4(), key="CAM-07", value=value)
    return Unsent(event_id=value.candidate_id, key=value.camera.camera_id, value=encode(value))


@asynccontextmanager
async def consuming(
    cluster: Cluster,
    url: str,
    registry: CollectorRegistry | None = None,
    limit: DeadLetterLimit = DeadLetterLimit(),  # noqa: B008 (frozen)
) -> AsyncIterator[Consumer]:
    """A consumer at work in this process."""
    inbox, database, stop = EventInbox(cluster, GROUP, check_log_s=0.5), Database(url), threading.Event()
    await database.open()
    consumer = Consumer(inbox, database, POLICY, ConsumerMetrics(registry or CollectorRegistry()), limit)
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield consumer
    finally:
        stop.set()
        with suppress(TooManyDeadLetters):
            await task
        await consumer.close()
        inbox.close()
        await database.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not await holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.1)


async def queued(url: str) -> list[UUID]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = await connection.execute(
            "SELECT candidate_id FROM candidate_transition WHERE action = 'raise'"
        )
        return [row[0] for row in await rows.fetchall()]


async def until_queued(url: str, *events: CandidateRaised) -> None:
    """Each once, and nothing else."""
    wanted = sorted(event.candidate_id for event in events)

    async def holds() -> bool:
        return len(await queued(url)) >= len(wanted)

    await until(holds)
    assert sorted(await queued(url)) == wanted
