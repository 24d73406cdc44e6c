"""A real Chromium before the application behind a real uvicorn."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.people import Person, Put, Visit, person_at
from tests.footage import SHOTS, Shot, raised
from tests.running_city import City, city_of, served

# Debian's own; MASTWATCH_CHROMIUM names another.
CHROMIUM = os.environ.get("MASTWATCH_CHROMIUM") or shutil.which("chromium")
SWITCHES = [
    "--no-sandbox",  # tests run as root in a container
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: install it, or name one in MASTWATCH_CHROMIUM")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield started
        await started.close()


@pytest.fixture
async def city(postgres_url: str, tmp_path: Path, shared_dir: Path) -> City:
    city = city_of(postgres_url, tmp_path / "data", shared_dir)
    await city.settle()
    return city


@pytest.fixture
def address(city: City) -> Iterator[str]:
    with served(city.settings) as address:
        yield address


@pytest.fixture
def put(city: City, shared_dir: Path) -> Put:
    """Puts candidates with real evidence into the queue, the first one seen first."""

    async def put(*shots: Shot) -> None:
        first = datetime.now(UTC) - timedelta(minutes=len(shots))
        for minutes, shot in enumerate(shots or SHOTS):
            at = first + timedelta(minutes=minutes)
            await city.raise_(raised(shot, shared_dir / "footage", city.evidence_dir, at))

    return put


@pytest.fixture
async def visit(browser: Browser, address: str) -> AsyncIterator[Visit]:
    """Somebody signs in at a screen of some size. At the end nothing may have gone wrong on their pages."""
    people: list[Person] = []

    async def visit(username: str, width: int = 1366, height: int = 768) -> Person:
        person = await person_at(browser, address, width, height)
        people.append(person)
        await person.sign_in(username)
        return person

    yield visit
    for person in people:
        await person.leave()
        assert person.wrong == []
        assert person.hosts == {address.removeprefix("http://")}
