from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from incidents.errors import DatabaseUnavailable
from incidents.evidence.folder import FolderStore
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.places.routing import Boundaries
from incidents.read.views import Tab
from incidents.store.database import Database
from incidents.store.migrate import migrate
from incidents.store.notify import MISSED, Change, changes
from incidents.usecases.enqueue import enqueue
from incidents.usecases.service import Incidents, IncidentSettings, open_incidents
from mastwatch.config.profiles import load_profile
from mastwatch.stack.postgres import Postgres
from tests.store.city import EAST, NOW, Raise, boundaries, event

# What the design allows a list page; the session is one of them.
STATEMENTS_A_PAGE = 6
READ_ONLY = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on")
COUNTED = """
    SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements
    JOIN pg_database ON pg_database.oid = pg_stat_statements.dbid
    WHERE datname = current_database() AND query ~* '^\\s*(select|with|insert|update|delete)'
"""


@pytest.fixture(scope="module")
def counting_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of our own that counts its statements and may be stopped.

    Not from another thread: it ends with the thread that started it.
    """
    folder = tmp_path_factory.mktemp("counting")
    server = Postgres(folder, folder / "postgres.log", {"shared_preload_libraries": "pg_stat_statements"})
    yield server
    server.stop()


@pytest.fixture
async def city(counting_postgres: Postgres, tmp_path: Path) -> AsyncIterator[tuple[Incidents, str]]:
    url = counting_postgres.create(f"city_{uuid4().hex[:12]}")
    migrate(url)
    settings = IncidentSettings(
        database_url=url, evidence=FolderStore(tmp_path), policy=load_profile("da-lat")
    )
    async with open_incidents(settings) as opened:
        async with opened.database.transaction() as store:
            await store.places.put_wards(boundaries(), "two wards", NOW)
        yield opened, url


async def fill(incidents: Incidents, n: int) -> tuple[Account, Account]:
    """n candidates, every second one confirmed; an officer and a ward officer, both signed in."""
    people = [
        await incidents.accounts.add(name, "mật khẩu dài", full_name=name, role=role, unit_id=unit_id, at=NOW)
        for name, role, unit_id in (
            ("mai", Role.DUTY_OFFICER, "ioc"),
            ("ward", Role.WARD, EAST.unit(Role.WARD).unit_id),
        )
    ]
    where = Boundaries(boundaries())
    for number in range(n):
        seen = event()
        async with incidents.database.autocommit() as store:
            await store.candidates.add(*enqueue(incidents.policy, where, seen, NOW))
        if number % 2:
            held = await incidents.desk.claim(seen.candidate_id, people[0], NOW)
            await incidents.desk.confirm(seen.candidate_id, people[0], NOW, held.version)
    return people[0], people[1]


async def n_statements(url: str) -> int:
    """Since the last question, this one not counted."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        counted = await connection.execute(COUNTED)
        (n,) = await counted.fetchone() or (0,)
        await connection.execute("SELECT pg_stat_statements_reset()")
        return int(n)


@pytest.mark.parametrize("n", [2, 60])
async def test_a_list_page_takes_a_handful_of_statements_whatever_its_size(
    city: tuple[Incidents, str], n: int
) -> None:
    incidents, url = city
    officer, ward = await fill(incidents, n)
    session = await incidents.accounts.sign_in("mai", "mật khẩu dài", NOW)
    await n_statements(url)
    await incidents.accounts.who(session.token, NOW)
    assert len((await incidents.desk.queue(officer, NOW)).items) == n / 2
    assert 0 < await n_statements(url) <= STATEMENTS_A_PAGE
    await incidents.accounts.who(session.token, NOW)
    assert len((await incidents.reports.tasks(ward, NOW, Tab.TODO)).items) == n / 2
    assert 0 < await n_statements(url) <= STATEMENTS_A_PAGE


async def test_after_a_restart_of_the_server_nobody_notices(
    city: tuple[Incidents, str], counting_postgres: Postgres
) -> None:
    incidents, _ = city
    officer, _ = await fill(incidents, 2)
    await asyncio.gather(*(incidents.desk.queue(officer, NOW) for _ in range(5)))
    counting_postgres.restart()
    queues = await asyncio.gather(*(incidents.desk.queue(officer, NOW) for _ in range(5)))
    assert all(queue.n_waiting == 1 for queue in queues)


async def test_while_the_server_is_away_it_is_said_so_and_then_it_works_again(
    city: tuple[Incidents, str], counting_postgres: Postgres
) -> None:
    incidents, _ = city
    officer, _ = await fill(incidents, 2)
    counting_postgres.stop()
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        await incidents.desk.queue(officer, NOW)
    counting_postgres.restart()
    assert (await incidents.desk.queue(officer, NOW)).n_waiting == 1


async def test_a_standby_that_may_not_write_yet_counts_as_away(city: tuple[Incidents, str]) -> None:
    _, url = city
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(READ_ONLY.format(sql.Identifier(connection.info.dbname)))
    standby = Database(url)
    await standby.open()
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        async with standby.transaction() as store:
            await store.places.put_wards(boundaries(), "two wards", NOW)
    await standby.close()


async def test_every_move_is_told_to_who_listens(
    incidents: Incidents, mai: Account, raised: Raise, postgres_url: str
) -> None:
    async with aclosing(changes(postgres_url)) as heard:
        assert await anext(heard) == MISSED
        candidate_id = await raised()
        held = await incidents.desk.claim(candidate_id, mai, NOW)
        report = await incidents.desk.confirm(candidate_id, mai, NOW, held.version)
        told = [await anext(heard) for _ in range(5)]
    assert [(change.what, change.action) for change in told] == [
        ("candidate", "raise"),
        ("candidate", "claim"),
        ("candidate", "confirm"),
        ("report", "receive"),
        ("report", "triage"),
    ]
    assert told[-1] == Change(
        what="report",
        subject_id=str(report.report_id),
        action="triage",
        unit_id=report.lead_unit_id,
        unit_ids=("police-24778-2025-07-01", "ward-24778-2025-07-01"),
    )


async def test_who_lost_the_connection_is_told_that_something_may_be_missed(
    city: tuple[Incidents, str], counting_postgres: Postgres
) -> None:
    _, url = city
    async with aclosing(changes(url)) as heard:
        assert await anext(heard) == MISSED
        counting_postgres.restart()
        assert await asyncio.wait_for(anext(heard), 30) == MISSED
