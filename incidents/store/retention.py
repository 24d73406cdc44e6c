"""Whose evidence may go: the one question that retention asks the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow

# Locked until the transaction ends: nobody reopens a case while its files are being removed.
# A candidate that was ever confirmed is a case, whatever became of its report.
REMOVABLE = """
    SELECT c.candidate_id, (c.event ->> 'seen_at')::timestamptz AS seen_at
    FROM candidate c
    WHERE c.state = 'dismissed' AND c.evidence_removed_at IS NULL AND c.decided_at < %(before)s
        AND NOT EXISTS (SELECT FROM report_candidate l WHERE l.candidate_id = c.candidate_id)
    ORDER BY c.decided_at
    LIMIT %(n_most)s
    FOR UPDATE OF c SKIP LOCKED
"""
NOTE = "UPDATE candidate SET evidence_removed_at = %(at)s WHERE candidate_id = %(candidate_id)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removable:
    candidate_id: UUID
    seen_at: datetime  # names the folder of its day


class RetentionStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def removable(self, before: datetime, n_most: int) -> tuple[Removable, ...]:
        """Dismissed before that time, never part of a report, and not removed yet; the oldest first."""
        cursor = await self._connection.execute(REMOVABLE, {"before": before, "n_most": n_most})
        return tuple(
            Removable(candidate_id=row["candidate_id"], seen_at=row["seen_at"])
            for row in await cursor.fetchall()
        )

    async def note_removed(self, candidate_id: UUID, at: datetime) -> None:
        await self._connection.execute(NOTE, {"candidate_id": candidate_id, "at": at})
