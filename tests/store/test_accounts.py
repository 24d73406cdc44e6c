from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from argon2 import PasswordHasher

from incidents.errors import BadCredentials, InvalidInput, NotSignedIn, TooManyAttempts
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.usecases.accounts import ATTEMPTS_COUNT_FOR, FREE_ATTEMPTS, SESSION_LASTS, Accounts, wait_after
from incidents.usecases.service import Incidents
from tests.store.city import NOW

PASSWORD = "ca chiều thứ hai"  # noqa: S105 (of a test)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def accounts(incidents: Incidents) -> Accounts:
    return Accounts(incidents.database, QUICK)


@pytest.fixture
async def tran_mai(accounts: Accounts) -> AsyncIterator[Account]:
    yield await accounts.add(
        "mai", PASSWORD, full_name="Trần Thị Mai", role=Role.DUTY_OFFICER, unit_id="ioc", at=NOW
    )


async def test_a_session_says_who_is_asking(accounts: Accounts, tran_mai: Account) -> None:
    session = await accounts.sign_in("mai", PASSWORD, NOW)
    assert (await accounts.who(session.token, NOW)) == session
    assert session.account == tran_mai
    assert session.account.unit_name == "Trung tâm điều hành thông minh (IOC)"


async def test_a_name_is_known_whatever_its_case(accounts: Accounts, tran_mai: Account) -> None:
    assert (await accounts.sign_in("MAI", PASSWORD, NOW)).account == tran_mai
    with pytest.raises(InvalidInput, match="Mai is taken"):
        await accounts.add("Mai", PASSWORD, full_name="x", role=Role.WARD, unit_id="ioc", at=NOW)


@pytest.mark.parametrize(("username", "password"), [("mai", "wrong password"), ("nobody", PASSWORD)])
async def test_it_is_not_said_which_of_the_two_was_wrong(
    accounts: Accounts, tran_mai: Account, username: str, password: str
) -> None:
    with pytest.raises(BadCredentials, match="unknown user name or wrong password"):
        await accounts.sign_in(username, password, NOW)


async def test_a_session_ends_after_a_shift(accounts: Accounts, tran_mai: Account) -> None:
    session = await accounts.sign_in("mai", PASSWORD, NOW)
    assert await accounts.who(session.token, NOW + SESSION_LASTS - SECOND)
    with pytest.raises(NotSignedIn):
        await accounts.who(session.token, NOW + SESSION_LASTS)


async def test_signing_out_ends_the_session_and_may_be_repeated(
    accounts: Accounts, tran_mai: Account
) -> None:
    session = await accounts.sign_in("mai", PASSWORD, NOW)
    await accounts.sign_out(session.token)
    await accounts.sign_out(session.token)
    with pytest.raises(NotSignedIn):
        await accounts.who(session.token, NOW)


async def test_guessing_is_slowed_and_the_right_password_waits_too(
    accounts: Accounts, tran_mai: Account
) -> None:
    for _ in range(FREE_ATTEMPTS + 1):
        with pytest.raises(BadCredentials):
            await accounts.sign_in("mai", "wrong password", NOW)
    with pytest.raises(TooManyAttempts) as refused:
        await accounts.sign_in("mai", PASSWORD, NOW)
    assert refused.value.until == NOW + 2 * SECOND
    assert await accounts.sign_in("mai", PASSWORD, NOW + 2 * SECOND)


async def test_an_unknown_name_is_slowed_like_a_known_one(accounts: Accounts, tran_mai: Account) -> None:
    refusals = {
        username: [await refusal(accounts, username) for _ in range(6)] for username in ("mai", "lan")
    }
    assert refusals["mai"] == refusals["lan"]
    assert TooManyAttempts in refusals["lan"]


async def refusal(accounts: Accounts, username: str) -> type[Exception]:
    with pytest.raises((BadCredentials, TooManyAttempts)) as refused:
        await accounts.sign_in(username, "wrong password", NOW)
    return refused.type


async def test_guesses_sent_side_by_side_are_no_more_than_one_after_the_other(
    accounts: Accounts, tran_mai: Account
) -> None:
    guesses = [accounts.sign_in("mai", "wrong password", NOW) for _ in range(20)]
    refusals = [type(error) for error in await asyncio.gather(*guesses, return_exceptions=True)]
    assert refusals.count(BadCredentials) == FREE_ATTEMPTS + 1
    assert refusals.count(TooManyAttempts) == 20 - FREE_ATTEMPTS - 1


async def test_failures_are_forgotten_after_a_day(accounts: Accounts, tran_mai: Account) -> None:
    for _ in range(FREE_ATTEMPTS):
        await refusal(accounts, "lan")
    await accounts.sign_in("mai", PASSWORD, NOW + ATTEMPTS_COUNT_FOR)
    for _ in range(FREE_ATTEMPTS):
        assert await refusal(accounts, "lan") is BadCredentials


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_name_and_password_are_known_from_every_keyboard(accounts: Accounts, form: str) -> None:
    await accounts.add("hiển", PASSWORD, full_name="Hiển", role=Role.WARD, unit_id="ioc", at=NOW)
    username, password = (unicodedata.normalize(form, text) for text in (" hiển", PASSWORD))
    assert (await accounts.sign_in(username, password, NOW)).account.full_name == "Hiển"


async def test_a_name_that_cannot_be_stored_is_nobodys(accounts: Accounts) -> None:
    with pytest.raises(BadCredentials):
        await accounts.sign_in("mai\0", PASSWORD, NOW)


async def test_a_hash_of_older_costs_is_renewed_at_the_next_sign_in(
    incidents: Incidents, accounts: Accounts, tran_mai: Account, postgres_url: str
) -> None:
    dearer = Accounts(incidents.database, PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    await dearer.sign_in("mai", PASSWORD, NOW)
    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        (kept,) = await (await connection.execute("SELECT password_hash FROM account")).fetchone() or ("",)
    assert "t=2" in kept
    assert await dearer.sign_in("mai", PASSWORD, NOW)


async def test_a_good_sign_in_forgives_the_failures(accounts: Accounts, tran_mai: Account) -> None:
    for password in ("wrong password",) * FREE_ATTEMPTS:
        with pytest.raises(BadCredentials):
            await accounts.sign_in("mai", password, NOW)
    await accounts.sign_in("mai", PASSWORD, NOW)
    with pytest.raises(BadCredentials):
        await accounts.sign_in("mai", "wrong password", NOW)
    assert await accounts.sign_in("mai", PASSWORD, NOW)


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits_s = [wait_after(n).total_seconds() for n in (5, 6, 7, 13, 14, 10_000)]
    assert waits_s == [2, 4, 8, 512, 900, 900]


@pytest.mark.parametrize(
    ("password", "unit_id", "field"), [("short", "ioc", "password"), (PASSWORD, "nowhere", "unit_id")]
)
async def test_an_account_that_cannot_be_is_refused(
    accounts: Accounts, password: str, unit_id: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await accounts.add("lan", password, full_name="Lan", role=Role.WARD, unit_id=unit_id, at=NOW)
    assert refused.value.field == field


async def test_the_database_holds_neither_password_nor_token(
    accounts: Accounts, tran_mai: Account, postgres_url: str
) -> None:
    session = await accounts.sign_in("mai", PASSWORD, NOW)
    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        rows = await connection.execute(
            "SELECT account::text FROM account UNION SELECT session::text FROM session"
        )
        held = str(await rows.fetchall())
    assert "$argon2id$" in held
    assert PASSWORD not in held
    assert session.token not in held
