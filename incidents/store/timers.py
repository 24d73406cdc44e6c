"""What time does to candidates, many at once."""

from __future__ import annotations

import json
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from incidents.lifecycle.history import CHANGED
from incidents.lifecycle.records import Transition

# Some at a time: all that a day without a sweeper leaves takes longer than a statement may. What somebody is
# changing just now waits for the next round. The states stand there as words, for the partial indexes.
END_LEASES = """
    WITH these AS (
        SELECT candidate_id FROM candidate WHERE state = 'verifying' AND lease_until <= %(at)s
        ORDER BY lease_until LIMIT %(n_max)s FOR UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE candidate c SET state = %(to_state)s, version = c.version + 1, holder_id = NULL,
            lease_until = NULL
        FROM these WHERE c.candidate_id = these.candidate_id
        RETURNING c.candidate_id, c.version
    )
    INSERT INTO candidate_transition (candidate_id, version, at, action, from_state, to_state, payload)
    SELECT candidate_id, version, %(at)s, %(action)s, %(from_state)s, %(to_state)s,
        jsonb_build_object('changed', %(changed)s::jsonb || jsonb_build_object('version', version))
    FROM ended
"""
EXPIRE = """
    WITH these AS (
        SELECT candidate_id FROM candidate WHERE state = 'new' AND queued_at <= %(before)s
        ORDER BY queued_at LIMIT %(n_max)s FOR UPDATE SKIP LOCKED
    ), expired AS (
        UPDATE candidate c SET state = %(to_state)s, version = c.version + 1
        FROM these WHERE c.candidate_id = these.candidate_id
        RETURNING c.candidate_id, c.version
    )
    INSERT INTO candidate_transition (candidate_id, version, at, action, from_state, to_state, payload)
    SELECT candidate_id, version, %(at)s, %(action)s, %(from_state)s, %(to_state)s,
        jsonb_build_object('changed', %(changed)s::jsonb || jsonb_build_object('version', version))
    FROM expired
"""


class TimerStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def end_leases(self, ended: Transition, n_max: int) -> int:
        """Back into the queue what nobody renewed, the longest over first. Returns how many."""
        values = {**_values(ended), "n_max": n_max}
        return (await self._connection.execute(END_LEASES, values)).rowcount

    async def expire(self, expired: Transition, queued_before: datetime, n_max: int) -> int:
        """Mark what nobody verified, the oldest first. Returns how many."""
        values = {**_values(expired), "before": queued_before, "n_max": n_max}
        return (await self._connection.execute(EXPIRE, values)).rowcount


def _values(transition: Transition) -> dict[str, object]:
    return {
        "at": transition.at,
        "action": transition.action,
        "from_state": transition.from_state,
        "to_state": transition.to_state,
        "changed": json.dumps(transition.payload[CHANGED]),
    }
