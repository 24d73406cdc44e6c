"""The duty desk: processor time of a queue of 100 candidates, and the size of one candidate's page.

The queue is timed apart: the use case (database and views), and the page around it (templates). A candidate's
page is fetched for a city of few wards and for one of many: its map draws the wards around the camera.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from shapely.geometry import Point

from benchmarks.machine import machine
from dispatch_api.app import create_app
from incidents.people.roles import Role
from incidents.places.routing import Boundaries, Ward
from incidents.store.migrate import migrate
from incidents.usecases.enqueue import enqueue
from mastwatch.stack.postgres import Postgres
from tests.api.visitors import ADDRESS, sign_in
from tests.events import CAMERA, candidate
from tests.running_city import City, city_of

N_CANDIDATES = 100
N_TIMED = 20
N_PAGES = 40  # candidates whose page is fetched, each in another ward as far as there are any


def main() -> None:
    parser = argparse.ArgumentParser(prog="mastwatch bench desk", description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder with geo/*.geojson")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout (always)")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres", Path(folder) / "postgres.log", {"fsync": "off"})
        try:
            figures = {
                name: asyncio.run(_measure(server, Path(folder), args.shared, name))
                for name in ("da-lat", "hue")
            }
        finally:
            server.stop()
    print(json.dumps({"bench": "desk", **machine(), "cities": figures}))


async def _measure(server: Postgres, folder: Path, shared: Path, name: str) -> dict[str, float]:
    url = server.create(name.replace("-", "_"))
    await asyncio.to_thread(migrate, url)
    city = city_of(url, folder / name, shared, f"{name}-wards-2025.geojson")
    await _settle(city)
    app = create_app(city.settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url=ADDRESS) as client,
    ):
        await sign_in(client, "mai")
        return {"n_wards": len(city.wards)} | await _queue(app, client) | await _pages(client)


async def _settle(city: City) -> None:
    """An officer, and candidates in all wards in turn, each from a camera inside its ward."""
    async with city.opened() as incidents, incidents.database.autocommit() as store:
        await store.places.put_wards(city.wards, "wards.geojson", datetime.now(UTC))
        await city.employ(incidents, "mai", "Trần Thị Mai", Role.DUTY_OFFICER, "ioc")
        for n in range(N_CANDIDATES):
            inside = _inside(city.wards[n % len(city.wards)])
            camera = replace(CAMERA, lon_deg=inside.x, lat_deg=inside.y, bearing_deg=45.0)
            event = replace(candidate(kind="parked_in_no_parking"), camera=camera)
            await store.candidates.add(
                *enqueue(incidents.policy, Boundaries(city.wards), event, datetime.now(UTC))
            )


def _inside(ward: Ward) -> Point:
    return ward.outline.representative_point()


async def _queue(app: FastAPI, client: AsyncClient) -> dict[str, float]:
    incidents = app.state.context.incidents
    async with incidents.database.autocommit() as store:
        officer = (await store.accounts.credentials("mai")).account

    async def use_case() -> None:
        await incidents.desk.queue(officer, datetime.now(UTC), None)

    async def page() -> None:
        (await client.get("/desk/queue", headers={"X-Fragment": "1"})).raise_for_status()

    use_case_ms, whole_ms = await _cpu_ms(use_case), await _cpu_ms(page)
    return {
        "queue_use_case_cpu_ms": round(use_case_ms, 1),
        "queue_page_cpu_ms": round(whole_ms, 1),
        "queue_rendering_cpu_ms": round(whole_ms - use_case_ms, 1),
    }


async def _cpu_ms(run: Callable[[], Awaitable[None]]) -> float:
    """Median processor time of this process; once before, so that templates are compiled."""
    await run()
    taken = []
    for _ in range(N_TIMED):
        started = time.process_time()
        await run()
        taken.append((time.process_time() - started) * 1000)
    return median(taken)


async def _pages(client: AsyncClient) -> dict[str, float]:
    items = (await client.get("/api/v1/candidates")).json()["items"][:N_PAGES]
    sizes, taken = [], []
    for item in items:
        started = time.process_time()
        answer = await client.get(f"/desk/candidates/{item['candidate_id']}", headers={"X-Fragment": "1"})
        taken.append((time.process_time() - started) * 1000)
        sizes.append(len(answer.raise_for_status().content))
    return {
        "candidate_page_bytes": median(sizes),
        "candidate_page_bytes_max": max(sizes),
        "candidate_page_cpu_ms": round(median(taken), 1),
    }


if __name__ == "__main__":
    main()
