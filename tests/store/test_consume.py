"""From the log to the queue over a real broker and a real database, also when the database is away."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from incidents.bus.kafka import CandidateInbox, CandidateSender, Cluster, Message
from incidents.bus.outbox import Unsent
from incidents.contract.codec import encode
from incidents.contract.events import CandidateRaised, Family
from incidents.procedure.profiles import load_profile
from incidents.store.database import Database
from incidents.store.migrate import migrate
from incidents.usecases.consume import GROUP, Consumer, ConsumerMetrics, ConsumeSettings, run
from mastwatch.stack.broker import Broker
from mastwatch.stack.postgres import Postgres
from tests.store.city import NOW, boundaries, event

POLICY = load_profile("da-lat")
WITHIN_S = 60
# Longer than the pool tries by itself to get its connections back.
STOPPED_S = 7

DIES_BEFORE_COMMIT = """
import asyncio, os, signal, sys, threading
from prometheus_client import CollectorRegistry
from incidents.bus.kafka import CandidateInbox, Cluster
from incidents.usecases.consume import GROUP, ConsumerMetrics, consume
from incidents.procedure.profiles import load_profile

class Dying(CandidateInbox):
    def commit(self):
        os.kill(os.getpid(), signal.SIGKILL)

inbox = Dying(Cluster(bootstrap=sys.argv[1]), GROUP)
metrics = ConsumerMetrics(CollectorRegistry())
asyncio.run(consume(inbox, sys.argv[2], load_profile("da-lat"), metrics, threading.Event()))
"""


@pytest.fixture
def cluster(broker: Broker) -> Cluster:
    return Cluster(bootstrap=broker.bootstrap, timeout_s=3)


@pytest.fixture
def send(cluster: Cluster) -> Iterator[Callable[..., None]]:
    sender = CandidateSender(cluster)
    sender.log_id()  # makes the topics

    def put(*values: bytes | CandidateRaised) -> None:
        sender.send([_unsent(value) for value in values])

    yield put
    sender.close()


def _unsent(value: bytes | CandidateRaised) -> Unsent:
    if isinstance(value, bytes):
        return Unsent(candidate_id=uuid4(), camera_id="CAM-07", value=value)
    return Unsent(candidate_id=value.candidate_id, camera_id=value.camera.camera_id, value=encode(value))


@asynccontextmanager
async def consuming(
    cluster: Cluster, url: str, registry: CollectorRegistry | None = None
) -> AsyncIterator[None]:
    """A consumer at work in this process."""
    inbox, database, stop = CandidateInbox(cluster, GROUP, check_log_s=0.5), Database(url), threading.Event()
    await database.open()
    consumer = Consumer(inbox, database, POLICY, ConsumerMetrics(registry or CollectorRegistry()))
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield
    finally:
        stop.set()
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


async def test_a_candidate_enters_the_queue_with_its_ward_category_and_severity(
    cluster: Cluster, send: Callable[..., None], postgres_url: str
) -> None:
    database = Database(postgres_url)
    await database.open()
    seen = event("wrong_way", Family.TRAFFIC)
    async with consuming(cluster, postgres_url):
        async with database.transaction() as store:
            await store.places.put_wards(boundaries(), "two wards", NOW)
        send(seen)
        await until_queued(postgres_url, seen)
    async with database.autocommit() as store:
        candidate = await store.candidates.get(seen.candidate_id)
    await database.close()
    assert candidate.event == seen
    assert candidate.ward is not None
    assert (candidate.ward.name, candidate.category_key, candidate.severity) == (
        "Phường Lâm Viên - Đà Lạt",
        "traffic",
        3,
    )


async def test_what_comes_twice_is_queued_once_and_counted(
    cluster: Cluster, send: Callable[..., None], postgres_url: str
) -> None:
    first, second, registry = event(), event(), CollectorRegistry()
    send(first, second, first)
    async with consuming(cluster, postgres_url, registry):
        await until_queued(postgres_url, first, second)
        await until(counts(registry, "mastwatch_candidates_repeated_total", 1))
    assert registry.get_sample_value("mastwatch_candidates_queued_total") == 2


UNREADABLE = [
    b"\xff\xfe",
    b"{}",
    b'{"schema": "candidate_raised", "schema_version": 99}',
    encode(event(seen_at=datetime.max.replace(tzinfo=UTC))),  # in the city that is the year 10000
    encode(event()).replace("Vỉa hè phía bắc".encode(), b"A\\u0000"),  # PostgreSQL holds no such text
]


async def test_what_cannot_be_read_is_put_aside_and_counted_and_the_rest_goes_on(
    cluster: Cluster, send: Callable[..., None], postgres_url: str
) -> None:
    first, last, registry = event(), event(), CollectorRegistry()
    send(first, *UNREADABLE, last)
    async with consuming(cluster, postgres_url, registry):
        await until_queued(postgres_url, first, last)
        await until(counts(registry, "mastwatch_candidates_dead_lettered_total", len(UNREADABLE)))


async def test_killed_between_write_and_commit_it_loses_and_doubles_nothing(
    cluster: Cluster, send: Callable[..., None], postgres_url: str
) -> None:
    before, after = [event() for _ in range(3)], [event() for _ in range(3)]
    send(*before)
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", DIES_BEFORE_COMMIT, cluster.bootstrap, postgres_url],
        timeout=WITHIN_S,
        check=False,
    )
    assert killed.returncode == -9
    assert await queued(postgres_url)
    send(*after)
    async with consuming(cluster, postgres_url):
        await until_queued(postgres_url, *before, *after)


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server that this test may stop. Not from another thread: it ends with the thread that started it."""
    server = Postgres(tmp_path / "postgres", tmp_path / "postgres.log")
    yield server
    server.stop()


async def test_while_the_database_is_away_it_waits_and_then_goes_on(
    cluster: Cluster, send: Callable[..., None], own_postgres: Postgres
) -> None:
    url, registry = own_postgres.create("city"), CollectorRegistry()
    migrate(url)
    before, during = event(), event()
    send(before)
    async with consuming(cluster, url, registry):
        await until_queued(url, before)
        own_postgres.stop()
        send(during)
        await asyncio.sleep(STOPPED_S)
        assert (registry.get_sample_value("mastwatch_consumer_waits_total", AWAY) or 0) > 0
        own_postgres.restart()
        await until_queued(url, before, during)


AWAY = {"away": "DatabaseUnavailable"}


async def test_the_process_stops_when_it_is_told_to(
    cluster: Cluster, send: Callable[..., None], postgres_url: str
) -> None:
    seen, stop = event(), threading.Event()
    settings = ConsumeSettings(
        database_url=postgres_url, cluster=cluster, profile="da-lat", metrics_port=None
    )
    process = threading.Thread(target=run, args=(settings, stop))
    process.start()
    send(seen)
    await until_queued(postgres_url, seen)
    stop.set()
    await asyncio.to_thread(process.join, WITHIN_S)
    assert not process.is_alive()


def counts(registry: CollectorRegistry, name: str, wanted: float) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return registry.get_sample_value(name) == wanted

    return holds


class Handed:
    """An inbox that hands out what it is given again and again until it is committed."""

    def __init__(self, *values: bytes) -> None:
        self._messages = [Message(value=v, key=None, partition=0, offset=n) for n, v in enumerate(values)]
        self.did: list[str] = []

    def poll(self, timeout_ms: int) -> list[Message]:
        return self._messages

    def commit(self) -> None:
        self.did.append("commit")
        self._messages = []

    def dead_letter(self, message: Message, reason: str) -> None:
        self.did.append(f"dead letter {message.offset}")


async def test_the_commit_comes_last(postgres_url: str) -> None:
    database = Database(postgres_url)
    await database.open()
    inbox = Handed(b"{}", encode(event()), json.dumps([]).encode())
    consumer = Consumer(inbox, database, POLICY, ConsumerMetrics(CollectorRegistry()))
    await consumer.step()
    await consumer.close()
    await database.close()
    assert inbox.did == ["dead letter 0", "dead letter 2", "commit"]
    assert len(await queued(postgres_url)) == 1
