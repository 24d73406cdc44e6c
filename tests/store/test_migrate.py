from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from incidents.errors import DatabaseUnavailable, SchemaMismatch
from incidents.evidence.folder import FolderStore
from incidents.store.migrate import FOLDER, migrate
from incidents.usecases.service import IncidentSettings, open_incidents
from mastwatch.config.profiles import load_profile

ALL = tuple(sorted(path.name for path in FOLDER.glob("*.sql")))


def test_an_empty_database_gets_every_migration_and_a_second_run_nothing(empty_postgres_url: str) -> None:
    assert migrate(empty_postgres_url) == ALL
    assert migrate(empty_postgres_url) == ()


def test_two_that_migrate_at_once_do_it_once(empty_postgres_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(migrate, [empty_postgres_url] * 2))
    assert sorted(done) == [(), ALL]


async def test_a_service_refuses_a_database_that_is_behind(empty_postgres_url: str, tmp_path: Path) -> None:
    settings = IncidentSettings(
        database_url=empty_postgres_url, evidence=FolderStore(tmp_path), policy=load_profile("da-lat")
    )
    with pytest.raises(SchemaMismatch, match="run `mastwatch migrate`"):
        async with open_incidents(settings):
            pass


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE schema_migration SET sha256 = 'other'", "with another text"),
        ("INSERT INTO schema_migration (name, sha256) VALUES ('9999_later.sql', 'x')", "9999_later.sql"),
    ],
)
def test_a_database_of_another_version_is_refused(postgres_url: str, change: str, says: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute(change.encode())
    with pytest.raises(SchemaMismatch, match=says):
        migrate(postgres_url)


def test_a_database_with_tables_of_somebody_else_is_refused_and_left_as_it_is(
    empty_postgres_url: str,
) -> None:
    with psycopg.connect(empty_postgres_url) as connection:
        connection.execute("CREATE TABLE report ()")
    with pytest.raises(SchemaMismatch, match='relation "report" already exists'):
        migrate(empty_postgres_url)
    with psycopg.connect(empty_postgres_url) as connection:
        assert connection.execute("SELECT to_regclass('unit')").fetchone() == (None,)


def test_a_database_that_is_not_there_is_said_so() -> None:
    with pytest.raises(DatabaseUnavailable):
        migrate("postgresql://nobody@127.0.0.1:1/nothing")
