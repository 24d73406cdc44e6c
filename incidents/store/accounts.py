"""Accounts and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.rows import DictRow

from incidents.errors import InvalidInput, TooManyAttempts
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.store.rows import Row

BY_USERNAME = """
    SELECT account.*, unit.name AS unit_name FROM account JOIN unit USING (unit_id)
    WHERE lower(account.username) = lower(%s)
"""
BY_SESSION = """
    SELECT account.*, unit.name AS unit_name, session.csrf_token, session.expires_at
    FROM session JOIN account USING (account_id) JOIN unit USING (unit_id)
    WHERE session.token_sha256 = %s AND session.expires_at > %s
"""
ADD = """
    WITH added AS (
        INSERT INTO account (username, full_name, role, unit_id, password_hash, created_at)
        VALUES (%(username)s, %(full_name)s, %(role)s, %(unit_id)s, %(password_hash)s, %(at)s)
        RETURNING *
    )
    SELECT added.*, unit.name AS unit_name
    FROM added JOIN unit USING (unit_id)
"""
# Counted in the database: a second API process sees the same number. No row comes back while it is closed.
ATTEMPT = """
    INSERT INTO sign_in_attempt AS made (username, n_attempts, last_at)
    VALUES (lower(%(username)s), 1, %(at)s)
    ON CONFLICT (username) DO UPDATE SET n_attempts = made.n_attempts + 1, last_at = %(at)s
    WHERE made.closed_until IS NULL OR made.closed_until <= %(at)s
    RETURNING n_attempts
"""
CLOSE = "UPDATE sign_in_attempt SET closed_until = %s WHERE username = lower(%s)"
CLOSED_UNTIL = "SELECT closed_until FROM sign_in_attempt WHERE username = lower(%s)"
FORGET = "DELETE FROM sign_in_attempt WHERE username = lower(%s) OR last_at <= %s"
REHASH = "UPDATE account SET password_hash = %s WHERE account_id = %s"
START = """
    INSERT INTO session (token_sha256, account_id, csrf_token, signed_in_at, expires_at)
    VALUES (%(token_sha256)s, %(account_id)s, %(csrf_token)s, %(at)s, %(expires_at)s)
"""
END = "DELETE FROM session WHERE token_sha256 = %s"
END_OLD = "DELETE FROM session WHERE expires_at <= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    account: Account
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    account: Account
    csrf_token: str = field(repr=False)
    expires_at: datetime


class AccountStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def add(
        self, *, username: str, full_name: str, role: Role, unit_id: str, password_hash: str, at: datetime
    ) -> Account:
        """Raises InvalidInput where the name is taken or the unit unknown."""
        values = {
            "username": username,
            "full_name": full_name,
            "role": role,
            "unit_id": unit_id,
            "password_hash": password_hash,
            "at": at,
        }
        try:
            row = await (await self._connection.execute(ADD, values)).fetchone()
        except UniqueViolation as error:
            raise InvalidInput("username", f"{username} is taken") from error
        except ForeignKeyViolation as error:
            raise InvalidInput("unit_id", f"no unit {unit_id}") from error
        if row is None:
            raise InvalidInput("unit_id", f"no unit {unit_id}")
        return _account(row)

    async def credentials(self, username: str) -> Credentials | None:
        row = await (await self._connection.execute(BY_USERNAME, (username,))).fetchone()
        if row is None:
            return None
        return Credentials(account=_account(row), password_hash=row["password_hash"])

    async def count_attempt(self, username: str, at: datetime) -> int:
        """How many there were since the last good one, with this; others wait for the transaction.

        Raises:
            TooManyAttempts: the name is closed; this one is not counted.
        """
        values = {"username": username, "at": at}
        row = await (await self._connection.execute(ATTEMPT, values)).fetchone()
        if row is None:
            closed = await (await self._connection.execute(CLOSED_UNTIL, (username,))).fetchone()
            raise TooManyAttempts(closed["closed_until"] if closed else at)
        return int(row["n_attempts"])

    async def close_until(self, username: str, until: datetime) -> None:
        await self._connection.execute(CLOSE, (until, username))

    async def forget_attempts(self, username: str, before: datetime) -> None:
        """Those of that name, and everybody's whose last one was before then."""
        await self._connection.execute(FORGET, (username, before))

    async def change_hash(self, account_id: int, password_hash: str) -> None:
        await self._connection.execute(REHASH, (password_hash, account_id))

    async def start_session(
        self, account_id: int, token_sha256: bytes, csrf_token: str, at: datetime, expires_at: datetime
    ) -> None:
        values = {
            "token_sha256": token_sha256,
            "account_id": account_id,
            "csrf_token": csrf_token,
            "at": at,
            "expires_at": expires_at,
        }
        await self._connection.execute(START, values)

    async def session(self, token_sha256: bytes, at: datetime) -> StoredSession | None:
        row = await (await self._connection.execute(BY_SESSION, (token_sha256, at))).fetchone()
        if row is None:
            return None
        return StoredSession(
            account=_account(row), csrf_token=row["csrf_token"], expires_at=row["expires_at"]
        )

    async def end_session(self, token_sha256: bytes) -> None:
        await self._connection.execute(END, (token_sha256,))

    async def end_old_sessions(self, at: datetime) -> int:
        return (await self._connection.execute(END_OLD, (at,))).rowcount


def _account(row: Row) -> Account:
    return Account(
        account_id=row["account_id"],
        username=row["username"],
        full_name=row["full_name"],
        role=Role(row["role"]),
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
    )
