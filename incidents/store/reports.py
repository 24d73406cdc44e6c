"""Reports, their numbers, photos and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from incidents.errors import NotFound, Stale
from incidents.lifecycle.act import ReportDecision
from incidents.lifecycle.reasons import CancelReason, Source
from incidents.lifecycle.records import Photo, Report
from incidents.lifecycle.states import ReportState
from incidents.people.history import HistoryRow
from incidents.store.report_rows import COLUMNS, assignments, clocks, put_rows
from incidents.store.rows import Row, history_row, person, transition_columns, ward_ref, ward_values

SELECT = f"""
    SELECT r.report_id, r.day, r.number, r.source, r.category_key, r.family, r.kind, r.severity,
        r.near_boundary, r.lon_deg, r.lat_deg, r.address, r.created_at, r.parent_id, r.state, r.version,
        r.since, r.round, r.submitted_at, r.result_text, r.expected_on, r.public_text, r.published_at,
        r.verified, r.merged_into, r.cancel_reason, r.reconsidered,
        ward.code AS ward_code, ward.name AS ward_name, ward.valid_from AS ward_from,
        r.created_by_id, creator.full_name AS created_by_name,
        r.submitted_by_id, submitter.full_name AS submitted_by_name, {COLUMNS}
    FROM report r
    LEFT JOIN ward ON ward.ward_id = r.ward_id
    LEFT JOIN account creator ON creator.account_id = r.created_by_id
    LEFT JOIN account submitter ON submitter.account_id = r.submitted_by_id
"""
BY_ID = SELECT + "WHERE r.report_id = %s"
OF_UNIT = (
    SELECT
    + """
    JOIN report_assignment led ON led.report_id = r.report_id AND led.role = 'lead'
        AND led.ended_at IS NULL
    WHERE led.unit_id = %(unit_id)s AND r.state = ANY(%(states)s)
    ORDER BY (SELECT due_at FROM report_clock promised
        WHERE promised.report_id = r.report_id AND promised.kind = 'unit' ORDER BY number DESC LIMIT 1),
        r.report_id
    LIMIT %(n_max)s
"""
)
COUNT_OF_UNIT = """
    SELECT report.state, count(*) AS n FROM report_assignment led JOIN report USING (report_id)
    WHERE led.unit_id = %s AND led.role = 'lead' AND led.ended_at IS NULL
    GROUP BY report.state
"""
# A clock that is judged keeps its due for ever.
OF_OTHER_CALENDAR = (
    SELECT
    + """
    WHERE r.report_id IN (SELECT report_id FROM report_clock
        WHERE verdict IS NULL AND policy IS NOT NULL AND calendar_version IS DISTINCT FROM %(version)s)
        AND r.state = ANY(%(states)s)
    ORDER BY r.created_at, r.report_id
    LIMIT %(n_max)s
"""
)
NEXT_NUMBER = """
    INSERT INTO report_number (day, last) VALUES (%s, 1)
    ON CONFLICT (day) DO UPDATE SET last = report_number.last + 1
    RETURNING last
"""
ADD = """
    INSERT INTO report (report_id, day, number, source, category_key, family, kind, severity, ward_id,
        near_boundary, lon_deg, lat_deg, address, created_at, created_by_id, parent_id, state, version, since,
        round, reconsidered)
    VALUES (%(report_id)s, %(day)s, %(number)s, %(source)s, %(category_key)s, %(family)s, %(kind)s,
        %(severity)s, (SELECT ward_id FROM ward WHERE code = %(ward_code)s AND valid_from = %(ward_from)s),
        %(near_boundary)s, %(lon_deg)s, %(lat_deg)s, %(address)s, %(created_at)s, %(created_by_id)s,
        %(parent_id)s, %(state)s, %(version)s, %(since)s, %(round)s, %(reconsidered)s)
"""
SAVE = """
    UPDATE report SET state = %(state)s, version = %(version)s, since = %(since)s, round = %(round)s,
        category_key = %(category_key)s, submitted_at = %(submitted_at)s,
        submitted_by_id = %(submitted_by_id)s, result_text = %(result_text)s, expected_on = %(expected_on)s,
        public_text = %(public_text)s, published_at = %(published_at)s, verified = %(verified)s,
        merged_into = %(merged_into)s, cancel_reason = %(cancel_reason)s, reconsidered = %(reconsidered)s
    WHERE report_id = %(report_id)s AND version = %(seen_version)s
"""
# After the rows: whoever is notified finds them.
ADD_TRANSITIONS = """
    INSERT INTO report_transition
        (report_id, version, at, by_id, by_name, action, from_state, to_state, payload)
    SELECT %(report_id)s, made.*
    FROM unnest(%(versions)s::integer[], %(ats)s::timestamptz[], %(by_ids)s::bigint[], %(by_names)s::text[],
        %(actions)s::text[], %(from_states)s::text[], %(to_states)s::text[],
        %(payloads)s::text[]::jsonb[]) AS made
"""
HISTORY = """
    SELECT at, by_name, action, from_state, to_state, payload FROM report_transition
    WHERE report_id = %s AND version > %s ORDER BY transition_id
"""
ADD_PHOTO = """
    INSERT INTO report_photo (report_id, version, path, sha256, n_bytes, width_px, height_px)
    VALUES (%(report_id)s, %(version)s, %(path)s, %(sha256)s, %(n_bytes)s, %(width_px)s, %(height_px)s)
"""
PHOTOS = """
    SELECT report_id, path, sha256, n_bytes, width_px, height_px FROM report_photo
    WHERE report_id = ANY(%s) ORDER BY photo_id
"""
N_OPEN_CHILDREN = """
    SELECT count(*) AS n FROM report
    WHERE parent_id = %s AND state NOT IN ('published', 'cancelled', 'archived')
"""
# Whose a file is. Without a unit: anybody's. A unit has what it works on now, and nothing of what has ended.
OF_CANDIDATE = """
    SELECT EXISTS (SELECT FROM report_candidate link WHERE link.candidate_id = %(candidate_id)s
        AND link.unlinked_at IS NULL
        AND (%(unit_id)s::text IS NULL OR EXISTS (SELECT FROM report_assignment has
            WHERE has.report_id = link.report_id AND has.unit_id = %(unit_id)s AND has.ended_at IS NULL))
    ) AS found
"""
WITH_PHOTO = """
    SELECT EXISTS (SELECT FROM report_photo photo WHERE photo.path = %(path)s
        AND (%(unit_id)s::text IS NULL OR EXISTS (SELECT FROM report_assignment has
            WHERE has.report_id = photo.report_id AND has.unit_id = %(unit_id)s AND has.ended_at IS NULL))
    ) AS found
"""


class ReportStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def next_number(self, day: date) -> int:
        """The next of that day. Others wait for this transaction to end, so that none is missing."""
        row = await (await self._connection.execute(NEXT_NUMBER, (day,))).fetchone()
        return int(row["last"]) if row else 1

    async def get(self, report_id: UUID) -> Report:
        """Raises NotFound."""
        row = await (await self._connection.execute(BY_ID, (report_id,))).fetchone()
        if row is None:
            raise NotFound("report", report_id)
        return _report(row)

    async def of_unit(self, unit_id: str, states: Sequence[ReportState], n_max: int) -> tuple[Report, ...]:
        """Those that the unit leads, what is due first."""
        values = {"unit_id": unit_id, "states": list(states), "n_max": n_max}
        rows = await (await self._connection.execute(OF_UNIT, values)).fetchall()
        return tuple(_report(row) for row in rows)

    async def count_of_unit(self, unit_id: str) -> dict[ReportState, int]:
        rows = await (await self._connection.execute(COUNT_OF_UNIT, (unit_id,))).fetchall()
        return {ReportState(row["state"]): row["n"] for row in rows}

    async def of_other_calendar(
        self, version: str, states: Sequence[ReportState], n_max: int
    ) -> tuple[Report, ...]:
        """Those with an open promise that was computed by another calendar than that; the oldest first."""
        values = {"version": version, "states": list(states), "n_max": n_max}
        rows = await (await self._connection.execute(OF_OTHER_CALENDAR, values)).fetchall()
        return tuple(_report(row) for row in rows)

    async def n_open_children(self, report_id: UUID) -> int:
        """Of a report that was split: those that are neither published nor cancelled."""
        row = await (await self._connection.execute(N_OPEN_CHILDREN, (report_id,))).fetchone()
        return int(row["n"]) if row else 0

    async def of_candidate(self, candidate_id: UUID, unit_id: str | None) -> bool:
        """Whether a report has the candidate that the unit, or any, leads or coordinates."""
        return await self._found(OF_CANDIDATE, {"candidate_id": candidate_id, "unit_id": unit_id})

    async def with_photo(self, path: str, unit_id: str | None) -> bool:
        """Likewise of a photo, by its path below the data folder."""
        return await self._found(WITH_PHOTO, {"path": path, "unit_id": unit_id})

    async def _found(self, question: LiteralString, values: Mapping[str, object]) -> bool:
        row = await (await self._connection.execute(question, values)).fetchone()
        return bool(row and row["found"])

    async def save(self, decision: ReportDecision) -> None:
        """Write what was decided and its history, unless somebody else changed the report since it was read.

        Raises:
            Stale: with what they did.
        """
        if decision.seen is None:
            await self._connection.execute(ADD, _values(decision.report))
        else:
            await self._update(decision.seen, decision.report)
        await put_rows(self._connection, decision)
        await self._add_transitions(decision)
        await self._add_photos(decision)
        for child in decision.children:
            await self.save(child)

    async def stale(self, report_id: UUID, seen_version: int) -> Stale:
        """What to tell somebody who read an older version."""
        return Stale("report", report_id, await self.history(report_id, seen_version))

    async def history(self, report_id: UUID, after_version: int = 0) -> tuple[HistoryRow, ...]:
        """Oldest first; what came after a version."""
        cursor = await self._connection.execute(HISTORY, (report_id, after_version))
        return tuple(history_row(row) for row in await cursor.fetchall())

    async def photos(self, report_ids: Sequence[UUID]) -> dict[UUID, tuple[Photo, ...]]:
        rows = await (await self._connection.execute(PHOTOS, (list(report_ids),))).fetchall()
        found: defaultdict[UUID, tuple[Photo, ...]] = defaultdict(tuple)
        for row in rows:
            report_id = row.pop("report_id")
            found[report_id] += (Photo(**row),)
        return found

    async def _update(self, seen: Report, report: Report) -> None:
        values = {**_values(report), "seen_version": seen.version}
        if (await self._connection.execute(SAVE, values)).rowcount == 0:
            raise await self.stale(seen.report_id, seen.version)

    async def _add_transitions(self, decision: ReportDecision) -> None:
        columns = transition_columns(decision.transitions, decision.report.version)
        await self._connection.execute(ADD_TRANSITIONS, {"report_id": decision.report.report_id, **columns})

    async def _add_photos(self, decision: ReportDecision) -> None:
        report = decision.report
        for photo in decision.photos:
            values = {"report_id": report.report_id, "version": report.version, **asdict(photo)}
            await self._connection.execute(ADD_PHOTO, values)


# Fields of a report that are columns of the same name, and need no conversion either way.
_PLAIN = (
    "report_id",
    "day",
    "number",
    "category_key",
    "family",
    "kind",
    "severity",
    "near_boundary",
    "lon_deg",
    "lat_deg",
    "address",
    "created_at",
    "parent_id",
    "version",
    "since",
    "round",
    "submitted_at",
    "result_text",
    "expected_on",
    "public_text",
    "published_at",
    "verified",
    "merged_into",
    "reconsidered",
)


def _values(report: Report) -> dict[str, object]:
    return {
        **{name: getattr(report, name) for name in _PLAIN},
        "source": report.source,
        "state": report.state,
        "cancel_reason": report.cancel_reason,
        "created_by_id": report.created_by and report.created_by.account_id,
        "submitted_by_id": report.submitted_by and report.submitted_by.account_id,
        **ward_values(report.ward),
    }


def _report(row: Row) -> Report:
    return Report(
        **{name: row[name] for name in _PLAIN},
        source=Source(row["source"]),
        state=ReportState(row["state"]),
        cancel_reason=row["cancel_reason"] and CancelReason(row["cancel_reason"]),
        created_by=person(row, "created_by"),
        submitted_by=person(row, "submitted_by"),
        ward=ward_ref(row),
        candidate_ids=tuple(row["candidate_ids"]),
        assignments=assignments(row),
        clocks=clocks(row),
    )
