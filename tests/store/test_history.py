from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import ForeignKeyViolation, RestrictViolation

from incidents.people.accounts import Account
from incidents.usecases.service import Incidents
from tests.store.city import NOW, Raise

TABLES = ("candidate_transition", "report_transition")


@pytest.fixture
async def connection(incidents: Incidents, mai: Account, raised: Raise, postgres_url: str) -> object:
    """To a database in which a candidate was confirmed."""
    held = await incidents.desk.claim(await raised(), mai, NOW)
    await incidents.desk.confirm(held.candidate_id, mai, NOW, held.version)
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET payload = 'null'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_history_cannot_be_edited_or_deleted(
    connection: psycopg.AsyncConnection, table: str, change: str
) -> None:
    with pytest.raises(RestrictViolation, match="history cannot be edited or deleted"):
        await connection.execute(sql.SQL(change).format(sql.Identifier(table)))


@pytest.mark.parametrize("table", ["candidate", "report", "account", "unit"])
async def test_what_has_a_history_cannot_be_deleted(connection: psycopg.AsyncConnection, table: str) -> None:
    with pytest.raises(ForeignKeyViolation):
        await connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


async def test_no_foreign_key_cascades(connection: psycopg.AsyncConnection) -> None:
    cascading = await connection.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (confdeltype <> 'a' OR confupdtype <> 'a')"
    )
    assert await cascading.fetchall() == []
