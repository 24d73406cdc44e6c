"""The application over a real database, and people who are signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch_api.app import create_app
from tests.api.visitors import ADDRESS, Raise, SignIn, sign_in
from tests.events import CAMERA, candidate
from tests.running_city import City, city_of


@pytest.fixture
async def city(postgres_url: str, tmp_path: Path, shared_dir: Path) -> City:
    city = city_of(postgres_url, tmp_path / "data", shared_dir)
    await city.settle()
    return city


@pytest.fixture
async def app(city: City) -> AsyncIterator[FastAPI]:
    app = create_app(city.settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Somebody who is not signed in."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def signed_in(app: FastAPI) -> AsyncIterator[SignIn]:
    async with AsyncExitStack() as stack:

        async def as_(username: str) -> AsyncClient:
            transport = ASGITransport(app, raise_app_exceptions=False)
            client = await stack.enter_async_context(AsyncClient(transport=transport, base_url=ADDRESS))
            return await sign_in(client, username)

        yield as_


@pytest.fixture
async def mai(signed_in: SignIn) -> AsyncClient:
    """A duty officer."""
    return await signed_in("mai")


@pytest.fixture
async def hung(signed_in: SignIn) -> AsyncClient:
    """Another duty officer."""
    return await signed_in("hung")


@pytest.fixture
async def an(signed_in: SignIn) -> AsyncClient:
    """Of the People's Committee of Xuân Hương."""
    return await signed_in("an")


@pytest.fixture
async def thu(signed_in: SignIn) -> AsyncClient:
    """Of the People's Committee of Lâm Viên, the ward beside it."""
    return await signed_in("thu")


@pytest.fixture
def raised(city: City) -> Raise:
    """Puts a candidate into the queue, from a camera in the ward of Xuân Hương."""

    async def put(**different: object) -> UUID:
        event = candidate(**{"kind": "parked_in_no_parking"} | different)
        return await city.raise_(replace(event, camera=replace(CAMERA, lon_deg=108.4431, lat_deg=11.9392)))

    return put
