"""The demo's database before anybody signs in: tables, wards, units and accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from incidents.errors import InvalidInput
from incidents.evidence.folder import FolderStore
from incidents.places.boundaries_file import read_wards
from incidents.places.routing import Boundaries, route
from incidents.procedure.policy import Policy, Unit
from incidents.store.migrate import migrate
from incidents.usecases.service import Incidents, IncidentSettings, open_incidents
from ingest.camera import Camera
from mastwatch.commands.wards import put
from mastwatch.config.profiles import load_profile
from mastwatch.demo.accounts import IOC, PASSWORD, DemoAccount, demo_accounts
from mastwatch.demo.plan import CITY, Plan


def prepare_ledger(database_url: str, plan: Plan) -> tuple[DemoAccount, ...]:
    """Everything that is not there from a former start. Returns who may sign in.

    Raises:
        BoundariesError: a file of boundaries cannot be used.
    """
    migrate(database_url)
    policy = load_profile(CITY)
    for path in plan.boundaries:
        asyncio.run(put(database_url, read_wards(path, policy), path.name))
    settings = IncidentSettings(database_url=database_url, evidence=FolderStore(plan.data_dir), policy=policy)
    return asyncio.run(_people(settings, plan.show.cameras, datetime.now(UTC)))


async def _people(
    settings: IncidentSettings, cameras: Sequence[Camera], at: datetime
) -> tuple[DemoAccount, ...]:
    async with open_incidents(settings) as incidents:
        async with incidents.database.autocommit() as store:
            boundaries = await store.places.boundaries()
        leads = leading_units(incidents.policy, boundaries, cameras, at)
        accounts = demo_accounts(incidents.policy.units[IOC], leads)
        for account in accounts:
            await _add(incidents, account, at)
    return accounts


def leading_units(
    policy: Policy, boundaries: Boundaries, cameras: Iterable[Camera], at: datetime
) -> frozenset[Unit]:
    """Whoever may be given what these cameras see."""
    on = policy.calendar.on(at)
    wards = {boundaries.locate(camera.lon_deg, camera.lat_deg, on).ward for camera in cameras}
    categories = {kind.category_key for kind in policy.kinds.values()}
    return frozenset(route(policy, category, ward).lead for category in categories for ward in wards)


async def _add(incidents: Incidents, account: DemoAccount, at: datetime) -> None:
    try:
        await incidents.accounts.add(
            account.username,
            PASSWORD,
            full_name=account.full_name,
            role=account.role,
            unit_id=account.unit_id,
            at=at,
        )
    except InvalidInput as error:
        if error.field != "username":  # taken: by the same account of a former start
            raise
