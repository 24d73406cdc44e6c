"""Whose evidence may go: the two questions that retention asks the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow

# Locked until the transaction ends: nobody reopens a case while its files are being removed, and several
# sweepers share the work.
# A candidate that was ever confirmed is a case, whatever became of its report.
REMOVABLE = """
    SELECT c.candidate_id, (c.event ->> 'seen_at')::timestamptz AS seen_at
    FROM candidate c
    WHERE c.state = 'dismissed' AND c.evidence_removed_at IS NULL AND c.decided_at < %(before)s
        AND c.candidate_id <> ALL (%(passed_over)s)
        AND NOT EXISTS (SELECT FROM report_candidate l WHERE l.candidate_id = c.candidate_id)
    ORDER BY c.decided_at
    LIMIT 1
    FOR UPDATE OF c SKIP LOCKED
"""
NOTE = "UPDATE candidate SET evidence_removed_at = %(at)s WHERE candidate_id = %(candidate_id)s"
# A ledger that began after that day can know none of its candidates: it is another city's, or a new one.
UNKNOWN = """
    SELECT seen.candidate_id
    FROM unnest(%(candidate_ids)s::uuid[]) AS seen (candidate_id)
    WHERE NOT EXISTS (SELECT FROM candidate c WHERE c.candidate_id = seen.candidate_id)
        AND EXISTS (SELECT FROM candidate c WHERE c.queued_at < %(day)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removable:
    candidate_id: UUID
    seen_at: datetime  # names the folder of its day


class RetentionStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def removable(self, before: datetime, passed_over: Collection[UUID]) -> Removable | None:
        """Dismissed before that time, never part of a report, and not removed yet; the oldest of them."""
        values = {"before": before, "passed_over": list(passed_over)}
        row = await (await self._connection.execute(REMOVABLE, values)).fetchone()
        return Removable(candidate_id=row["candidate_id"], seen_at=row["seen_at"]) if row else None

    async def note_removed(self, candidate_id: UUID, at: datetime) -> None:
        await self._connection.execute(NOTE, {"candidate_id": candidate_id, "at": at})

    async def unknown(self, candidate_ids: Collection[UUID], day: date) -> tuple[UUID, ...]:
        """Those that the ledger does not have, although it had begun before that day."""
        cursor = await self._connection.execute(UNKNOWN, {"candidate_ids": list(candidate_ids), "day": day})
        return tuple([row["candidate_id"] for row in await cursor.fetchall()])
