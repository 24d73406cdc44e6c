"""The real things that tests run against: PostgreSQL, a Kafka-protocol broker, and the shared clips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from incidents.store.migrate import migrate
from mastwatch.stack.broker import Broker
from mastwatch.stack.postgres import Postgres

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Real clips, weights and boundaries: the folder beside the checkout, or the one that is named."""
    folder = Path(os.environ.get("MASTWATCH_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared material at {folder}; name its folder in MASTWATCH_SHARED")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One server for the whole run."""
    folder = tmp_path_factory.mktemp("postgres")
    # A test's database need not survive a power cut, only a kill -9.
    server = Postgres(folder, folder / "postgres.log", {"fsync": "off", "max_connections": "200"})
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database to copy from."""
    migrate(postgres.create("migrated"))
    return "migrated"


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of a database with nothing in it, for this test alone."""
    name = f"empty_{uuid4().hex[:12]}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a migrated database, for this test alone."""
    name = f"test_{uuid4().hex[:12]}"
    yield postgres.create(name, template=postgres_template)
    postgres.drop(name)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker with nothing in it, for this test alone; it starts in 50 ms."""
    started = Broker(tmp_path / "broker.log")
    yield started
    started.stop()
