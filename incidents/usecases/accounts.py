"""Signing in. Passwords are stored as argon2id, tokens as SHA-256: neither can be read back.

An unknown name is treated like a known one in every step, and in the time each takes.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from incidents.errors import BadCredentials, InvalidInput, NotSignedIn
from incidents.people.accounts import Account, Session
from incidents.people.roles import Role
from incidents.store.database import Database

# A shift of eight hours, the handover before and after it, and some reserve.
SESSION_LASTS = timedelta(hours=12)
PASSWORD_MIN_CHARS = 10
# NIST SP 800-63B, 5.2.2 asks to limit guesses; a person who mistypes is not held up before the fifth.
FREE_ATTEMPTS = 4
LONGEST_WAIT = timedelta(minutes=15)
ATTEMPTS_COUNT_FOR = timedelta(days=1)
# One takes 64 MiB and a core: a flood of sign-ins waits in line instead of taking the machine.
N_HASHED_AT_ONCE = 2


class Accounts:
    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        """`hasher`: argon2id with other costs than the library's, for tests."""
        self._database = database
        self._hasher = hasher or PasswordHasher()
        # Verified for unknown names, so that they take as long as known ones.
        self._nobody_hash = self._hasher.hash(secrets.token_urlsafe(16))
        self._hashing = asyncio.Semaphore(N_HASHED_AT_ONCE)

    async def add(
        self, username: str, password: str, *, full_name: str, role: Role, unit_id: str, at: datetime
    ) -> Account:
        """Raises InvalidInput: the name is taken, the password too short, the unit unknown."""
        if len(password) < PASSWORD_MIN_CHARS:
            raise InvalidInput("password", f"must have at least {PASSWORD_MIN_CHARS} characters")
        username, full_name = _as_kept(username), _as_kept(full_name)
        if not all(name and name.isprintable() for name in (username, full_name)):
            raise InvalidInput("username", "user name and full name must have printable characters only")
        password_hash = await self._hash(password)
        async with self._database.autocommit() as store:
            return await store.accounts.add(
                username=username,
                full_name=full_name,
                role=role,
                unit_id=unit_id,
                password_hash=password_hash,
                at=at,
            )

    async def sign_in(self, username: str, password: str, at: datetime) -> Session:
        """Start a session.

        Raises:
            BadCredentials: unknown name or wrong password.
            TooManyAttempts: also for the right password, until the time it names.
        """
        username = _as_kept(username)
        if not username.isprintable():  # nobody has such a name, and the database cannot hold some of them
            raise BadCredentials
        await self._count_attempt(username, at)
        async with self._database.autocommit() as store:
            found = await store.accounts.credentials(username)
        good = await self._verify(found.password_hash if found else self._nobody_hash, password)
        if found is None or not good:
            raise BadCredentials
        rehashed = None
        if self._hasher.check_needs_rehash(found.password_hash):
            rehashed = await self._hash(password)
        return await self._start(found.account, rehashed, at)

    async def who(self, token: str, at: datetime) -> Session:
        """The session of a token, one statement. Raises NotSignedIn."""
        async with self._database.autocommit() as store:
            stored = await store.accounts.session(_digest(token), at)
        if stored is None:
            raise NotSignedIn
        return Session(
            token=token,
            csrf_token=stored.csrf_token,
            account=stored.account,
            expires_at=stored.expires_at,
        )

    async def sign_out(self, token: str) -> None:
        """Nothing where it has ended already."""
        async with self._database.autocommit() as store:
            await store.accounts.end_session(_digest(token))

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, _as_typed(password))

    async def _verify(self, password_hash: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, password_hash, _as_typed(password))
            except VerifyMismatchError:
                return False

    async def _count_attempt(self, username: str, at: datetime) -> None:
        """Before the password is looked at: guesses that are sent side by side are counted one by one."""
        async with self._database.transaction() as store:
            n_attempts = await store.accounts.count_attempt(username, at)
            if n_attempts > FREE_ATTEMPTS:
                await store.accounts.close_until(username, at + wait_after(n_attempts))

    async def _start(self, account: Account, rehashed: str | None, at: datetime) -> Session:
        session = Session(
            token=secrets.token_urlsafe(32),
            csrf_token=secrets.token_urlsafe(32),
            account=account,
            expires_at=at + SESSION_LASTS,
        )
        async with self._database.transaction() as store:
            if rehashed:
                await store.accounts.change_hash(account.account_id, rehashed)
            await store.accounts.forget_attempts(account.username, at - ATTEMPTS_COUNT_FOR)
            await store.accounts.end_old_sessions(at)
            await store.accounts.start_session(
                account.account_id, _digest(session.token), session.csrf_token, at, session.expires_at
            )
        return session


def wait_after(n_failed: int) -> timedelta:
    """How long a name stays closed: 2 s after the fifth failure, doubling up to a quarter of an hour."""
    return min(timedelta(seconds=2 ** min(n_failed - FREE_ATTEMPTS, 12)), LONGEST_WAIT)


def _as_kept(name: str) -> str:
    """Keyboards write `ễ` as one sign or as three: both are the same name."""
    return unicodedata.normalize("NFC", name).strip()


def _as_typed(password: str) -> str:
    """The same password from every keyboard (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
