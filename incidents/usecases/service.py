"""Everything the API needs of this room, wired once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from incidents.evidence.store import EvidenceStore
from incidents.places.routing import WardOutline
from incidents.procedure.policy import PER_WARD, Policy, Unit
from incidents.read.views import CategoryView
from incidents.store.database import Database
from incidents.usecases.accounts import Accounts
from incidents.usecases.desk import Desk
from incidents.usecases.ward import WardReports


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    database_url: str = field(repr=False)
    evidence: EvidenceStore  # photos go there
    policy: Policy


class Places:
    """What the desk chooses from: wards and categories."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    async def wards(self, at: datetime) -> tuple[WardOutline, ...]:
        """The wards in force in the city at that time, with their outlines, by name."""
        async with self._database.autocommit() as store:
            return await store.places.wards_on(self._policy.calendar.on(at))

    async def units(self) -> tuple[Unit, ...]:
        """Every unit that people can be in: of the profile and of each ward."""
        async with self._database.autocommit() as store:
            return await store.places.units()

    def categories(self) -> tuple[CategoryView, ...]:
        return tuple(
            CategoryView(
                key=rule.category_key,
                name=rule.name,
                name_en=rule.name_en,
                lead_per_ward=rule.lead in PER_WARD,
            )
            for rule in self._policy.rules.values()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    desk: Desk
    reports: WardReports
    accounts: Accounts
    places: Places
    database: Database
    policy: Policy


@asynccontextmanager
async def open_incidents(settings: IncidentSettings) -> AsyncIterator[Incidents]:
    """Open the pool, and see that the city's units are known.

    Raises:
        DatabaseUnavailable
        SchemaMismatch: `mastwatch migrate` is needed.
    """
    database = Database(settings.database_url)
    await database.open()
    try:
        await database.check_schema()
        async with database.transaction() as store:
            await store.places.put_units(settings.policy.units.values())
        yield Incidents(
            desk=Desk(database, settings.policy),
            reports=WardReports(database, settings.policy, settings.evidence),
            accounts=Accounts(database),
            places=Places(database, settings.policy),
            database=database,
            policy=settings.policy,
        )
    finally:
        await database.close()
