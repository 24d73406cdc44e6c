import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
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


def test_an_initdb_that_was_killed_does_not_spoil_the_next(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from mastwatch.stack.postgres import Postgres\n"
        "Postgres(Path('postgres'), Path('postgres.log'))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.DEVNULL) as first:
        deadline = time.monotonic() + 60
        # Written early: from here on a half of a cluster looks like one.
        while not list(tmp_path.glob("postgres/*/PG_VERSION")) and time.monotonic() < deadline:
            time.sleep(0.001)
        for initdb in psutil.Process(first.pid).children(recursive=True):
            initdb.kill()
    server = Postgres(tmp_path / "postgres", tmp_path / "postgres.log")
    server.create_once("mastwatch")
    server.stop()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_database_of_another_user_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0)
    with pytest.raises(
        NotOurFolder, match=f"{tmp_path} cannot be used: the database in it belongs to another"
    ):
        Postgres(tmp_path, tmp_path / "postgres.log")


def test_a_folder_without_its_password_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    with pytest.raises(NotOurFolder, match=f"{tmp_path} cannot be used: its password cannot be read"):
        Postgres(tmp_path, tmp_path / "postgres.log")
