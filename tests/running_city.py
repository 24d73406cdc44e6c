"""A city that runs: real wards, people with passwords, real candidates, and the web application."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import uvicorn
from argon2 import PasswordHasher

from dispatch_api.app import ApiSettings, create_app
from incidents.contract.events import CandidateRaised
from incidents.evidence.opening import StoreSettings, open_store
from incidents.evidence.store import CANDIDATES, PHOTOS
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.places.routing import Boundaries, Ward, WardRef, outline_from
from incidents.usecases.accounts import Accounts
from incidents.usecases.enqueue import enqueue
from incidents.usecases.service import Incidents, IncidentSettings, open_incidents
from mastwatch.config.profiles import load_profile

PASSWORD = "mot-mat-khau-dai"  # noqa: S105 (of accounts that live as long as a test)
XUAN_HUONG = "Phường Xuân Hương - Đà Lạt"
LAM_VIEN = "Phường Lâm Viên - Đà Lạt"
START_WITHIN_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    settings: ApiSettings
    data_dir: Path  # the evidence store
    wards: tuple[Ward, ...]

    @property
    def evidence_dir(self) -> Path:
        """Of what cameras saw."""
        return self.data_dir / CANDIDATES

    @property
    def photos_dir(self) -> Path:
        return self.data_dir / PHOTOS

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Incidents]:
        wanted = IncidentSettings(
            database_url=self.settings.database_url,
            evidence=open_store(self.settings.evidence),
            policy=load_profile("da-lat"),
        )
        async with open_incidents(wanted) as incidents:
            yield incidents

    async def settle(self) -> None:
        """The wards of today, and three people of whom one is of another ward."""
        async with self.opened() as incidents:
            async with incidents.database.transaction() as store:
                await store.places.put_wards(self.wards, "da-lat-wards-2025.geojson", datetime.now(UTC))
            await self.employ(incidents, "mai", "Trần Thị Mai", Role.DUTY_OFFICER, "ioc")
            await self.employ(incidents, "hung", "Lê Văn Hùng", Role.DUTY_OFFICER, "ioc")
            await self.employ(incidents, "an", "Nguyễn Bình An", Role.WARD, self.committee(XUAN_HUONG))
            await self.employ(incidents, "thu", "Phạm Minh Thư", Role.WARD, self.committee(LAM_VIEN))

    async def employ(
        self, incidents: Incidents, username: str, full_name: str, role: Role, unit_id: str
    ) -> Account:
        # Weak on purpose: forty sign-ins with the real costs would be most of the time of these tests.
        accounts = Accounts(incidents.database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        return await accounts.add(
            username, PASSWORD, full_name=full_name, role=role, unit_id=unit_id, at=datetime.now(UTC)
        )

    def committee(self, ward: str) -> str:
        """The unit of a ward's People's Committee."""
        return next(found.ref.unit(Role.WARD).unit_id for found in self.wards if found.ref.name == ward)

    async def raise_(self, event: CandidateRaised) -> UUID:
        """Puts a candidate into the queue, as the consumer does."""
        async with self.opened() as incidents, incidents.database.autocommit() as store:
            await store.candidates.add(
                *enqueue(incidents.policy, Boundaries(self.wards), event, datetime.now(UTC))
            )
        return event.candidate_id


def city_of(
    postgres_url: str, data_dir: Path, shared_dir: Path, wards: str = "da-lat-wards-2025.geojson"
) -> City:
    settings = ApiSettings(
        database_url=postgres_url,
        evidence=StoreSettings(address=str(data_dir)),
        policy=load_profile("da-lat"),
        secure_cookies=False,
    )
    return City(settings=settings, data_dir=data_dir, wards=_wards(shared_dir / "geo" / wards))


def _wards(path: Path) -> tuple[Ward, ...]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return tuple(
        Ward(
            ref=WardRef(
                code=feature["properties"]["code"],
                name=feature["properties"]["name"],
                valid_from=date.fromisoformat(feature["properties"]["valid_from"]),
            ),
            type=feature["properties"]["type"],
            valid_to=None,
            near_m=25,
            outline=outline_from(feature["geometry"]),
        )
        for feature in features
    )


@contextmanager
def served(settings: ApiSettings) -> Iterator[str]:
    """The application behind a real uvicorn; its address."""
    config = uvicorn.Config(create_app(settings), port=0, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    until = monotonic() + START_WITHIN_S
    while not server.started:
        assert thread.is_alive() and monotonic() < until, "uvicorn did not start"
        sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
