"""The city's services over a real database, its people, and a way to put candidates into the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from incidents.bus.sender import EventSender
from incidents.bus.topics import Cluster
from incidents.contract.events import CandidateRaised
from incidents.evidence.folder import FolderStore
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.places.routing import Boundaries
from incidents.usecases.enqueue import enqueue
from incidents.usecases.service import Incidents, IncidentSettings, open_incidents
from mastwatch.config.profiles import load_profile
from mastwatch.stack.broker import Broker
from tests.store.city import EAST, NOW, MakeAccount, Raise, boundaries, event
from tests.store.consumer import Send, unsent


@pytest.fixture
def cluster(broker: Broker) -> Cluster:
    return Cluster(bootstrap=broker.bootstrap, timeout_s=3)


@pytest.fixture
def send(cluster: Cluster) -> Iterator[Send]:
    sender = EventSender(cluster)
    sender.log_id()  # makes the topics

    def put(*values: bytes | CandidateRaised) -> None:
        sender.send([unsent(value) for value in values])

    yield put
    sender.close()


@pytest.fixture
async def incidents(postgres_url: str, tmp_path: Path) -> AsyncIterator[Incidents]:
    settings = IncidentSettings(
        database_url=postgres_url, evidence=FolderStore(tmp_path / "data"), policy=load_profile("da-lat")
    )
    async with open_incidents(settings) as opened:
        async with opened.database.transaction() as store:
            await store.places.put_wards(boundaries(), "two wards", NOW)
        yield opened


@pytest.fixture
def account(incidents: Incidents) -> MakeAccount:
    async def make(username: str, role: Role, unit_id: str) -> Account:
        async with incidents.database.autocommit() as store:
            return await store.accounts.add(
                username=username,
                full_name=f"Cán bộ {username}",
                role=role,
                unit_id=unit_id,
                password_hash="none",  # noqa: S106 (nobody signs in here)
                at=NOW,
            )

    return make


@pytest.fixture
async def mai(account: MakeAccount) -> Account:
    return await account("mai", Role.DUTY_OFFICER, "ioc")


@pytest.fixture
async def hung(account: MakeAccount) -> Account:
    return await account("hung", Role.DUTY_OFFICER, "ioc")


@pytest.fixture
async def ward_officer(account: MakeAccount, incidents: Incidents) -> Account:
    return await account("lam-vien", Role.WARD, EAST.unit(Role.WARD).unit_id)


@pytest.fixture
def raised(incidents: Incidents) -> Raise:
    """Puts a candidate into the queue, as the consumer does."""

    async def put(at: datetime = NOW, **what: object) -> UUID:
        seen = event(**what)  # type: ignore[arg-type]
        async with incidents.database.autocommit() as store:
            await store.candidates.add(*enqueue(incidents.policy, Boundaries(boundaries()), seen, at))
        return seen.candidate_id

    return put
