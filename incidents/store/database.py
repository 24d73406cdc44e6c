"""The pool, and the only way to a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, DataError, InterfaceError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction, UndefinedColumn, UndefinedTable
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from incidents.errors import DatabaseUnavailable, InvalidInput, SchemaMismatch
from incidents.store.accounts import AccountStore
from incidents.store.address import readable
from incidents.store.candidates import CandidateStore
from incidents.store.liveness import LIVENESS
from incidents.store.migrate import APPLIED, EXISTS, missing_from
from incidents.store.places import PlaceStore
from incidents.store.reports import ReportStore
from incidents.store.retention import RetentionStore
from incidents.store.timers import TimerStore

# A statement that takes longer is stuck, and so is a person waiting for it.
OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
)


class Store:
    """What can be asked of one connection."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self.accounts = AccountStore(connection)
        self.candidates = CandidateStore(connection)
        self.places = PlaceStore(connection)
        self.reports = ReportStore(connection)
        self.retention = RetentionStore(connection)
        self.timers = TimerStore(connection)


class Database:
    """A pool that outlives the server: broken connections are replaced when they are next asked for."""

    def __init__(self, url: str, *, n_connections_max: int = 10, wait_s: float = 5.0) -> None:
        """`wait_s`: how long a caller waits for a connection before DatabaseUnavailable.

        Raises:
            InvalidInput: the address cannot be read.
        """
        self._pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
            readable(url),
            min_size=1,
            max_size=n_connections_max,
            timeout=wait_s,
            open=False,
            # One empty round trip: after a restart nobody gets a connection of the former server.
            check=AsyncConnectionPool.check_connection,
            reconnect_timeout=wait_s,
            kwargs={"autocommit": True, "row_factory": dict_row, "options": OPTIONS, **LIVENESS},
        )

    async def open(self) -> None:
        """Does not wait for the server: the first question does."""
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Store]:
        """Single statements, each by itself.

        Raises:
            DatabaseUnavailable: no connection in time, it broke, or it leads to a standby.
            SchemaMismatch: `mastwatch migrate` has not been run.
            InvalidInput: a value that the database cannot hold, such as a text with a zero byte.
        """
        async with self._connection() as connection:
            yield Store(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Store]:
        """All or nothing.

        Raises:
            DatabaseUnavailable: likewise; nothing was changed, or the answer to the commit was lost.
            SchemaMismatch, InvalidInput: likewise.
        """
        async with self._connection() as connection, connection.transaction():
            yield Store(connection)

    async def check_schema(self) -> None:
        """Raises SchemaMismatch where `mastwatch migrate` has not been run for this version."""
        async with self._connection() as connection:
            exists = await _one(connection, EXISTS)
            rows = await (await connection.execute(APPLIED)).fetchall() if exists else []
        missing = missing_from({row["name"]: row["sha256"] for row in rows})
        if missing:
            names = ", ".join(migration.name for migration in missing)
            raise SchemaMismatch(f"the database lacks {names}: run `mastwatch migrate`")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[DictRow]]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (OperationalError, InterfaceError, ReadOnlySqlTransaction, PoolTimeout, PoolClosed) as error:
            raise DatabaseUnavailable(str(error).strip() or type(error).__name__) from error
        except (UndefinedTable, UndefinedColumn) as error:
            raise SchemaMismatch(f"{error.diag.message_primary}: run `mastwatch migrate`") from error
        except DataError as error:
            raise InvalidInput("value", str(error).strip()) from error


async def _one(connection: AsyncConnection[DictRow], query: Any) -> object:
    row = await (await connection.execute(query)).fetchone()
    return next(iter(row.values())) if row else None
