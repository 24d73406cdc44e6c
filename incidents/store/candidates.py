"""Candidates and their history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection, DataError
from psycopg.rows import DictRow

from incidents.contract.codec import decode, encode
from incidents.contract.events import CandidateRaised, Family
from incidents.errors import InvalidInput, NotFound, Stale
from incidents.lifecycle.act import CandidateDecision
from incidents.lifecycle.reasons import DismissReason
from incidents.lifecycle.records import Candidate, Transition, code_of
from incidents.lifecycle.states import CandidateState
from incidents.people.history import HistoryRow
from incidents.store.rows import Row, history_row, person, transition_columns, ward_ref, ward_values

SELECT = """
    SELECT c.candidate_id, c.event::text AS event, c.state, c.version, c.queued_at, c.lease_until,
        c.near_boundary, c.category_key, c.severity, c.decided_at, c.dismiss_reason,
        c.evidence_removed_at,
        c.holder_id, holder.full_name AS holder_name,
        c.decided_by_id, decider.full_name AS decided_by_name,
        ward.code AS ward_code, ward.name AS ward_name, ward.valid_from AS ward_from,
        report.report_id, report.day AS report_day, report.number AS report_number
    FROM candidate c
    LEFT JOIN account holder ON holder.account_id = c.holder_id
    LEFT JOIN account decider ON decider.account_id = c.decided_by_id
    LEFT JOIN ward ON ward.ward_id = c.ward_id
    LEFT JOIN report_candidate link ON link.candidate_id = c.candidate_id AND link.unlinked_at IS NULL
    LEFT JOIN report ON report.report_id = link.report_id
"""
BY_ID = SELECT + "WHERE c.candidate_id = %s"
BY_IDS = SELECT + "WHERE c.candidate_id = ANY(%s)"
WAITING = (
    SELECT
    + """
    WHERE c.state IN ('new', 'stale', 'verifying') AND (%(family)s::text IS NULL OR c.family = %(family)s)
    ORDER BY c.severity DESC, c.queued_at, c.score DESC
    LIMIT %(n_max)s
"""
)
LAST_DECIDED = (
    SELECT
    + """
    WHERE c.decided_by_id = %(by_id)s AND c.decided_at > %(since)s AND c.state IN ('confirmed', 'dismissed')
        AND NOT EXISTS (SELECT FROM report_assignment opened
            WHERE opened.report_id = report.report_id AND opened.opened_at IS NOT NULL)
    ORDER BY c.decided_at DESC
    LIMIT 1
"""
)
LAST_RAISED = (
    SELECT
    + """
    WHERE %(family)s::text IS NULL OR c.family = %(family)s
    ORDER BY c.queued_at DESC
    LIMIT 1
"""
)
N_WAITING = "SELECT count(*) AS n FROM candidate WHERE state IN ('new', 'stale', 'verifying')"
# One statement for the whole head line of the desk.
COUNTS = """
    SELECT family, state IN ('new', 'stale', 'verifying') AS waits, state, count(*) AS n,
        min(queued_at) AS oldest_at
    FROM candidate
    WHERE state IN ('new', 'stale', 'verifying') OR decided_at >= %(since)s
    GROUP BY family, state
"""
ADD = """
    WITH added AS (
        INSERT INTO candidate (candidate_id, event, family, score, state, version, queued_at, ward_id,
            near_boundary, category_key, severity)
        VALUES (%(candidate_id)s, %(event)s::jsonb, %(family)s, %(score)s, %(to_state)s, 1, %(at)s,
            (SELECT ward_id FROM ward WHERE code = %(ward_code)s AND valid_from = %(ward_from)s),
            %(near_boundary)s, %(category_key)s, %(severity)s)
        ON CONFLICT (candidate_id) DO NOTHING
        RETURNING candidate_id
    )
    INSERT INTO candidate_transition (candidate_id, version, at, action, to_state, payload)
    SELECT candidate_id, 1, %(at)s, %(action)s, %(to_state)s, %(payload)s::jsonb FROM added
"""
SAVE = """
    WITH saved AS (
        UPDATE candidate SET state = %(state)s, version = %(version)s, holder_id = %(holder_id)s,
            lease_until = %(lease_until)s, category_key = %(category_key)s, severity = %(severity)s,
            ward_id = (SELECT ward_id FROM ward WHERE code = %(ward_code)s AND valid_from = %(ward_from)s),
            decided_by_id = %(decided_by_id)s, decided_at = %(decided_at)s,
            dismiss_reason = %(dismiss_reason)s
        WHERE candidate_id = %(candidate_id)s AND version = %(seen_version)s
        RETURNING candidate_id
    )
    INSERT INTO candidate_transition
        (candidate_id, version, at, by_id, by_name, action, from_state, to_state, payload)
    SELECT saved.candidate_id, made.*
    FROM saved, unnest(%(versions)s::integer[], %(ats)s::timestamptz[], %(by_ids)s::bigint[],
        %(by_names)s::text[], %(actions)s::text[], %(from_states)s::text[], %(to_states)s::text[],
        %(payloads)s::text[]::jsonb[]) AS made
"""
LINK = """
    INSERT INTO report_candidate (report_id, candidate_id, linked_at, linked_by_id)
    VALUES (%(report_id)s, %(candidate_id)s, %(at)s, %(by_id)s)
"""
LOCK = "SELECT FROM candidate WHERE candidate_id = %s FOR UPDATE"
RENEW = """
    UPDATE candidate SET lease_until = %(until)s
    WHERE candidate_id = %(candidate_id)s AND version = %(seen_version)s
"""
HISTORY = """
    SELECT at, by_name, action, from_state, to_state, payload FROM candidate_transition
    WHERE candidate_id = %s AND version > %s ORDER BY transition_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCounts:
    n_by_family: dict[str, int]  # waiting or being looked at; of newer detectors, any family
    oldest_at: datetime | None  # of those
    n_confirmed: int
    n_dismissed: int


class CandidateStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def add(self, candidate: Candidate, raised: Transition) -> bool:
        """False where it was there already: a redelivery.

        Raises:
            InvalidInput: the event holds a text that the database cannot hold.
        """
        values = {
            "candidate_id": candidate.candidate_id,
            "event": encode(candidate.event).decode(),
            "family": candidate.event.family,
            "score": candidate.event.score,
            "near_boundary": candidate.near_boundary,
            "category_key": candidate.category_key,
            "severity": candidate.severity,
            "at": raised.at,
            "action": raised.action,
            "to_state": raised.to_state,
            "payload": json.dumps(raised.payload),
            **ward_values(candidate.ward),
        }
        try:
            return (await self._connection.execute(ADD, values)).rowcount == 1
        except DataError as error:
            raise InvalidInput("event", str(error).strip()) from error

    async def get(self, candidate_id: UUID) -> Candidate:
        """Raises NotFound."""
        row = await (await self._connection.execute(BY_ID, (candidate_id,))).fetchone()
        if row is None:
            raise NotFound("candidate", candidate_id)
        return _candidate(row)

    async def lock(self, candidate_id: UUID) -> None:
        """Whoever else wants to change it waits for this transaction, and sees what it did."""
        await self._connection.execute(LOCK, (candidate_id,))

    async def get_all(self, candidate_ids: Sequence[UUID]) -> dict[UUID, Candidate]:
        rows = await (await self._connection.execute(BY_IDS, (list(candidate_ids),))).fetchall()
        return {row["candidate_id"]: _candidate(row) for row in rows}

    async def waiting(self, family: Family | None, n_max: int) -> tuple[Candidate, ...]:
        """Severity first, then age, then score."""
        cursor = await self._connection.execute(WAITING, {"family": family, "n_max": n_max})
        return tuple(_candidate(row) for row in await cursor.fetchall())

    async def last_decided(self, by_id: int, since: datetime) -> Candidate | None:
        """The officer's last decision whose report, if any, its unit has not opened."""
        cursor = await self._connection.execute(LAST_DECIDED, {"by_id": by_id, "since": since})
        row = await cursor.fetchone()
        return _candidate(row) if row else None

    async def last_raised(self, family: Family | None) -> Candidate | None:
        """The youngest, decided or not."""
        row = await (await self._connection.execute(LAST_RAISED, {"family": family})).fetchone()
        return _candidate(row) if row else None

    async def n_waiting(self) -> int:
        row = await (await self._connection.execute(N_WAITING)).fetchone()
        return int(row["n"]) if row else 0

    async def counts(self, since: datetime) -> DeskCounts:
        """What waits now, and what was decided since then."""
        rows = await (await self._connection.execute(COUNTS, {"since": since})).fetchall()
        waits = [row for row in rows if row["waits"]]
        families = {*map(str, Family), *(row["family"] for row in waits)}
        n_by_family = {one: sum(row["n"] for row in waits if row["family"] == one) for one in families}
        return DeskCounts(
            n_by_family=n_by_family,
            oldest_at=min((row["oldest_at"] for row in waits), default=None),
            n_confirmed=sum(row["n"] for row in rows if row["state"] == CandidateState.CONFIRMED),
            n_dismissed=sum(row["n"] for row in rows if row["state"] == CandidateState.DISMISSED),
        )

    async def history(self, candidate_id: UUID, after_version: int = 0) -> tuple[HistoryRow, ...]:
        """Oldest first; what came after a version."""
        cursor = await self._connection.execute(HISTORY, (candidate_id, after_version))
        return tuple(history_row(row) for row in await cursor.fetchall())

    async def save(self, decision: CandidateDecision) -> None:
        """Write the change and its history, unless somebody else changed it since it was read.

        Raises:
            Stale: with what they did.
        """
        seen, changed = decision.seen, decision.candidate
        values = {
            "candidate_id": seen.candidate_id,
            "seen_version": seen.version,
            "version": changed.version,
            "state": changed.state,
            "holder_id": changed.holder and changed.holder.account_id,
            "lease_until": changed.lease_until,
            "category_key": changed.category_key,
            "severity": changed.severity,
            "decided_by_id": changed.decided_by and changed.decided_by.account_id,
            "decided_at": changed.decided_at,
            "dismiss_reason": changed.dismiss_reason,
            **ward_values(changed.ward),
            **transition_columns(decision.transitions, changed.version),
        }
        if (await self._connection.execute(SAVE, values)).rowcount == 0:
            raise await self.stale(seen.candidate_id, seen.version)
        if decision.joined:
            await self._link(decision.joined, decision)

    async def _link(self, report_id: UUID, decision: CandidateDecision) -> None:
        by = decision.transitions[-1].by
        values = {
            "report_id": report_id,
            "candidate_id": decision.seen.candidate_id,
            "at": decision.transitions[-1].at,
            "by_id": by and by.account_id,
        }
        await self._connection.execute(LINK, values)

    async def renew(self, seen: Candidate, until: datetime) -> None:
        """A longer lease is not a transition: neither a version nor a line of history. Raises Stale."""
        values = {"candidate_id": seen.candidate_id, "seen_version": seen.version, "until": until}
        if (await self._connection.execute(RENEW, values)).rowcount == 0:
            raise await self.stale(seen.candidate_id, seen.version)

    async def stale(self, candidate_id: UUID, seen_version: int) -> Stale:
        """What to tell somebody who read an older version."""
        return Stale("candidate", candidate_id, await self.history(candidate_id, seen_version))


def _candidate(row: Row) -> Candidate:
    reason = row["dismiss_reason"]
    return Candidate(
        candidate_id=row["candidate_id"],
        event=decode(row["event"], CandidateRaised),
        state=CandidateState(row["state"]),
        version=row["version"],
        queued_at=row["queued_at"],
        holder=person(row, "holder"),
        lease_until=row["lease_until"],
        ward=ward_ref(row),
        near_boundary=row["near_boundary"],
        category_key=row["category_key"],
        severity=row["severity"],
        decided_by=person(row, "decided_by"),
        decided_at=row["decided_at"],
        evidence_removed_at=row["evidence_removed_at"],
        dismiss_reason=reason and DismissReason(reason),
        report_id=row["report_id"],
        report_code=code_of(row["report_day"], row["report_number"]) if row["report_id"] else None,
    )
