"""Hearing of changes as they are committed, by PostgreSQL's LISTEN."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from psycopg import AsyncConnection, OperationalError

from incidents.backoff import wait_s
from incidents.store.liveness import LIVENESS

LISTEN = "LISTEN mastwatch_changes"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    what: str  # "candidate", "report"; "all" where some may have been missed: load again
    subject_id: str | None
    action: str | None
    unit_id: str | None  # the unit that leads the report
    unit_ids: tuple[str, ...] = ()  # all that have it, or had it until this change


MISSED = Change(what="all", subject_id=None, action=None, unit_id=None)


async def changes(database_url: str) -> AsyncIterator[Change]:
    """Every change from now on, for ever. Begins with `MISSED`, and again after each lost connection."""
    n_failed = 0
    while True:
        try:
            connection = await AsyncConnection.connect(database_url, autocommit=True, **LIVENESS)
            async with connection:
                await connection.execute(LISTEN)
                n_failed = 0
                yield MISSED
                async for notice in connection.notifies():
                    yield _change(notice.payload)
        except OperationalError as error:
            n_failed += 1
            logger.warning("lost the database while listening, trying again: %s", error)
            await asyncio.sleep(wait_s(n_failed))


def _change(payload: str) -> Change:
    fields = json.loads(payload)
    return Change(
        what=fields["what"],
        subject_id=fields.get("id"),
        action=fields.get("action"),
        unit_id=fields.get("unit_id"),
        unit_ids=tuple(fields.get("unit_ids", ())),
    )
