"""From the log to the queue over a real broker and a real database, also when the database is away."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from incidents.bus.dead_letter_limit import DeadLetterLimit, TooManyDeadLetters
from incidents.bus.topics import Cluster, Message
from incidents.contract.codec import decode, encode
from incidents.contract.events import CandidateRaised, Family
from incidents.store.database import Database
from incidents.store.migrate import migrate
from incidents.usecases.consume import Consumer, ConsumerMetrics, ConsumeSettings, run
from mastwatch.config.profiles import load_profile
from mastwatch.stack.postgres import Postgres
from mastwatch.stack.process import free_port
from tests.events import from_the_next_version
from tests.store.city import NOW, boundaries, event
from tests.store.consumer import POLICY, WITHIN_S, Send, consuming, queued, until, until_queued

# Longer than the pool tries by itself to get its connections back.
STOPPED_S = 7

DIES_BEFORE_COMMIT = """
import asyncio, os, signal, sys, threading
from prometheus_client import CollectorRegistry
from incidents.bus.dead_letter_limit import DeadLetterLimit, TooManyDeadLetters
from incidents.bus.inbox import EventInbox
from incidents.bus.topics import Cluster
from incidents.bus.dead_letter_limit import DeadLetterLimit
from mastwatch.config.profiles import load_profile
from incidents.store.database import Database
from incidents.usecases.consume import GROUP, Consumer, ConsumerMetrics

class Dying(EventInbox):
    def commit(self):
        os.kill(os.getpid(), signal.SIGKILL)

async def consume():
    database = Database(sys.argv[2])
    await database.open()
    inbox, metrics = Dying(Cluster(bootstrap=sys.argv[1]), GROUP), ConsumerMetrics(CollectorRegistry())
    consumer = Consumer(inbox, database, load_profile("da-lat"), metrics, DeadLetterLimit())
    await consumer.run(threading.Event())

asyncio.run(consume())
"""


async def test_a_candidate_enters_the_queue_with_its_ward_category_and_severity(
    cluster: Cluster, send: Send, postgres_url: str
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
    cluster: Cluster, send: Send, postgres_url: str
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
    cluster: Cluster, send: Send, postgres_url: str
) -> None:
    first, last, registry = event(), event(), CollectorRegistry()
    send(first, *UNREADABLE, last)
    async with consuming(cluster, postgres_url, registry):
        await until_queued(postgres_url, first, last)
        await until(counts(registry, "mastwatch_candidates_dead_lettered_total", len(UNREADABLE)))


async def test_what_a_newer_worker_raises_waits_under_other_with_its_own_words(
    cluster: Cluster, send: Send, postgres_url: str
) -> None:
    newer = from_the_next_version(seen_at=NOW)
    seen, registry = decode(newer, CandidateRaised), CollectorRegistry()
    send(newer)
    async with consuming(cluster, postgres_url, registry):
        await until_queued(postgres_url, seen)
    async with connected(postgres_url) as database, database.autocommit() as store:
        candidate = await store.candidates.get(seen.candidate_id)
        counted = await store.candidates.counts(NOW)
    assert registry.get_sample_value("mastwatch_candidates_dead_lettered_total") == 0
    assert (candidate.category_key, candidate.event.label.vi) == ("other", "Đường ngập nước")
    assert counted.n_by_family["flooding"] == 1


async def test_after_too_many_dead_letters_it_stops_says_so_and_reads_no_further(
    cluster: Cluster, send: Send, postgres_url: str
) -> None:
    registry = CollectorRegistry()
    send(*[b"{}"] * 3)
    async with consuming(cluster, postgres_url, registry, DeadLetterLimit(n_max=2)) as consumer:
        await until(counts(registry, "mastwatch_consumer_stopped", 1))
        send(event())
        await asyncio.sleep(2)
    assert await queued(postgres_url) == []
    assert "3 of the last 3 messages" in (consumer.readiness.problem or "")
    assert "mastwatch bus dead list" in (consumer.readiness.problem or "")


async def test_a_stopped_process_stays_alive_and_not_ready_and_ends_with_the_reason(
    cluster: Cluster, send: Send, postgres_url: str
) -> None:
    stop, port = threading.Event(), free_port()
    settings = ConsumeSettings(
        database_url=postgres_url,
        cluster=cluster,
        policy=load_profile("da-lat"),
        metrics_port=port,
        dead_letter_limit=DeadLetterLimit(n_max=0),
    )
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run, settings, stop)
        await until(answers(port, "/readyz", 200, "ready"))
        send(b"{}")
        await until(answers(port, "/readyz", 503, "mastwatch bus dead replay --all"))
        assert await answers(port, "/healthz", 200, "alive")()
        assert await answers(port, "/metrics", 200, "mastwatch_consumer_stopped 1.0")()
        assert await answers(port, "/", 404, "/readyz")()
        stop.set()
        with pytest.raises(TooManyDeadLetters):
            await asyncio.to_thread(running.result, WITHIN_S)


def answers(port: int, path: str, status: int, text: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}{path}")
            except httpx.ConnectError:
                return False
        return answer.status_code == status and text in answer.text

    return holds


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    yield database
    await database.close()


async def test_killed_between_write_and_commit_it_loses_and_doubles_nothing(
    cluster: Cluster, send: Send, postgres_url: str
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
    cluster: Cluster, send: Send, own_postgres: Postgres
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


async def test_the_process_stops_when_it_is_told_to(cluster: Cluster, send: Send, postgres_url: str) -> None:
    seen, stop = event(), threading.Event()
    settings = ConsumeSettings(
        database_url=postgres_url,
        cluster=cluster,
        policy=load_profile("da-lat"),
        metrics_port=None,
        dead_letter_limit=DeadLetterLimit(),
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
    consumer = Consumer(inbox, database, POLICY, ConsumerMetrics(CollectorRegistry()), DeadLetterLimit())
    await consumer.step()
    await consumer.close()
    await database.close()
    assert inbox.did == ["dead letter 0", "dead letter 2", "commit"]
    assert len(await queued(postgres_url)) == 1
