import signal
from pathlib import Path

import psycopg
import pytest

from mastwatch.stack.errors import NotOurFolder
from mastwatch.stack.postgres import Postgres


def test_what_was_committed_survives_a_kill_9(postgres: Postgres, empty_postgres_url: str) -> None:
    with psycopg.connect(empty_postgres_url) as connection:
        connection.execute("CREATE TABLE seen (at int); INSERT INTO seen VALUES (7)")
    postgres.process.send(signal.SIGKILL)
    postgres.restart()
    with psycopg.connect(empty_postgres_url) as connection:
        assert connection.execute("SELECT at FROM seen").fetchone() == (7,)


def test_nobody_comes_in_without_the_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://mastwatch@127.0.0.1:{postgres.port}/postgres")


def test_a_second_start_finds_the_databases_of_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        server = Postgres(tmp_path / "postgres", tmp_path / "postgres.log")
        url = server.create_once("mastwatch")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS once (at int)")
            connection.execute("INSERT INTO once VALUES (1)")
            counted = connection.execute("SELECT count(*) FROM once").fetchone()
        server.stop()
    assert counted == (2,)


def test_a_folder_without_its_password_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    with pytest.raises(NotOurFolder, match=f"{tmp_path} cannot be used: its password cannot be read"):
        Postgres(tmp_path, tmp_path / "postgres.log")
