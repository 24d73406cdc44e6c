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
from incidents.lifecycle.reasons import Source
from incidents.lifecycle.records import Report, SlaClock, Transition
from incidents.lifecycle.states import ReportState
from incidents.people.history import HistoryRow
from incidents.people.roles import Role
from incidents.procedure.policy import Unit
from incidents.read.views import PhotoView
from incidents.sla.deadline import LimitUnit
from incidents.store.rows import Row, history_row, move_columns, person, ward_ref, ward_values

SELECT = """
    SELECT r.report_id, r.day, r.number, r.source, r.candidate_id, r.category_key, r.family, r.kind, r.state,
        r.version, r.severity, r.near_boundary, r.lon_deg, r.lat_deg, r.address, r.created_at, r.assigned_at,
        r.opened_at, r.submitted_at, r.result_text, r.policy, r.clause, r.limit_n, r.limit_unit, r.to_confirm,
        r.started_at, r.due_at,
        lead.unit_id AS lead_id, lead.name AS lead_name, lead.role AS lead_role,
        ARRAY(SELECT ARRAY[unit_id, name, role] FROM unit WHERE unit_id = ANY(r.coordinating_unit_ids)
            ORDER BY array_position(r.coordinating_unit_ids, unit_id)) AS coordinating,
        ward.code AS ward_code, ward.name AS ward_name, ward.valid_from AS ward_from,
        r.created_by_id, creator.full_name AS created_by_name,
        r.opened_by_id, opener.full_name AS opened_by_name
    FROM report r
    JOIN unit lead ON lead.unit_id = r.lead_unit_id
    LEFT JOIN ward ON ward.ward_id = r.ward_id
    LEFT JOIN account creator ON creator.account_id = r.created_by_id
    LEFT JOIN account opener ON opener.account_id = r.opened_by_id
"""
BY_ID = SELECT + "WHERE r.report_id = %s"
OF_UNIT = (
    SELECT
    + """
    WHERE r.lead_unit_id = %(unit_id)s AND r.state = ANY(%(states)s)
    ORDER BY r.due_at, r.report_id
    LIMIT %(n_max)s
"""
)
COUNT_OF_UNIT = "SELECT state, count(*) AS n FROM report WHERE lead_unit_id = %s GROUP BY state"
NEXT_NUMBER = """
    INSERT INTO report_number (day, last) VALUES (%s, 1)
    ON CONFLICT (day) DO UPDATE SET last = report_number.last + 1
    RETURNING last
"""
ADD = """
    INSERT INTO report (report_id, day, number, source, candidate_id, category_key, family, kind, state,
        version, severity, ward_id, near_boundary, lead_unit_id, coordinating_unit_ids, lon_deg, lat_deg,
        address, created_at, created_by_id, assigned_at, policy, clause, limit_n, limit_unit, to_confirm,
        started_at, due_at)
    VALUES (%(report_id)s, %(day)s, %(number)s, %(source)s, %(candidate_id)s, %(category_key)s, %(family)s,
        %(kind)s, %(state)s, %(version)s, %(severity)s,
        (SELECT ward_id FROM ward WHERE code = %(ward_code)s AND valid_from = %(ward_from)s),
        %(near_boundary)s, %(lead_unit_id)s, %(coordinating_unit_ids)s, %(lon_deg)s, %(lat_deg)s, %(address)s,
        %(created_at)s, %(created_by_id)s, %(assigned_at)s, %(policy)s, %(clause)s, %(limit_n)s,
        %(limit_unit)s, %(to_confirm)s, %(started_at)s, %(due_at)s)
"""
ADD_MOVES = """
    INSERT INTO report_move (report_id, version, at, by_id, by_name, action, from_state, to_state, note)
    SELECT %(report_id)s, move.*
    FROM unnest(%(versions)s::integer[], %(ats)s::timestamptz[], %(by_ids)s::bigint[], %(by_names)s::text[],
        %(actions)s::text[], %(from_states)s::text[], %(to_states)s::text[], %(notes)s::text[]) AS move
"""
SAVE = """
    UPDATE report SET state = %(state)s, version = %(version)s, opened_at = %(opened_at)s,
        opened_by_id = %(opened_by_id)s, submitted_at = %(submitted_at)s, result_text = %(result_text)s
    WHERE report_id = %(report_id)s AND version = %(seen_version)s
"""
HISTORY = """
    SELECT at, by_name, action, from_state, to_state, note FROM report_move
    WHERE report_id = %s AND version > %s ORDER BY move_id
"""
ADD_PHOTO = """
    INSERT INTO report_photo (report_id, version, path, sha256, n_bytes, width_px, height_px)
    VALUES (%(report_id)s, %(version)s, %(path)s, %(sha256)s, %(n_bytes)s, %(width_px)s, %(height_px)s)
"""
PHOTOS = """
    SELECT report_id, path, sha256, n_bytes, width_px, height_px FROM report_photo
    WHERE report_id = ANY(%s) ORDER BY photo_id
"""
# Whose a file is. Without a unit: anybody's; a report that was taken back is the desk's alone again.
OF_CANDIDATE = """
    SELECT EXISTS (SELECT FROM report WHERE candidate_id = %(candidate_id)s AND state <> 'cancelled'
        AND (%(unit_id)s::text IS NULL OR lead_unit_id = %(unit_id)s
            OR %(unit_id)s = ANY(coordinating_unit_ids))
    ) AS found
"""
WITH_PHOTO = """
    SELECT EXISTS (SELECT FROM report JOIN report_photo USING (report_id) WHERE path = %(path)s
        AND (%(unit_id)s::text IS NULL OR lead_unit_id = %(unit_id)s
            OR %(unit_id)s = ANY(coordinating_unit_ids))
    ) AS found
"""


class ReportStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def next_number(self, day: date) -> int:
        """The next of that day. Others wait for this transaction to end, so that none is missing."""
        row = await (await self._connection.execute(NEXT_NUMBER, (day,))).fetchone()
        return int(row["last"]) if row else 1

    async def add(self, report: Report, moves: Sequence[Transition]) -> None:
        await self._connection.execute(ADD, _values(report))
        await self._add_moves(report.report_id, moves, report.version - len(moves))

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

    async def of_candidate(self, candidate_id: UUID, unit_id: str | None) -> bool:
        """Whether a report of the candidate stands that the unit, or any, leads or coordinates."""
        return await self._found(OF_CANDIDATE, {"candidate_id": candidate_id, "unit_id": unit_id})

    async def with_photo(self, path: str, unit_id: str | None) -> bool:
        """Likewise of a photo, by its path below the data folder."""
        return await self._found(WITH_PHOTO, {"path": path, "unit_id": unit_id})

    async def _found(self, question: LiteralString, values: Mapping[str, object]) -> bool:
        row = await (await self._connection.execute(question, values)).fetchone()
        return bool(row and row["found"])

    async def save(self, seen: Report, changed: Report, moves: Sequence[Transition]) -> None:
        """Write the change and its history, unless somebody else changed it since it was read.

        Raises:
            Stale: with what they did.
        """
        values = {
            "report_id": seen.report_id,
            "seen_version": seen.version,
            "version": seen.version + len(moves),
            "state": changed.state,
            "opened_at": changed.opened_at,
            "opened_by_id": changed.opened_by and changed.opened_by.account_id,
            "submitted_at": changed.submitted_at,
            "result_text": changed.result_text,
        }
        if (await self._connection.execute(SAVE, values)).rowcount == 0:
            raise await self.stale(seen.report_id, seen.version)
        await self._add_moves(seen.report_id, moves, seen.version)

    async def stale(self, report_id: UUID, seen_version: int) -> Stale:
        """What to tell somebody who read an older version."""
        return Stale("report", report_id, await self.history(report_id, seen_version))

    async def history(self, report_id: UUID, after_version: int = 0) -> tuple[HistoryRow, ...]:
        """Oldest first; what came after a version."""
        cursor = await self._connection.execute(HISTORY, (report_id, after_version))
        return tuple(history_row(row) for row in await cursor.fetchall())

    async def add_photos(self, report_id: UUID, version: int, photos: Sequence[PhotoView]) -> None:
        for photo in photos:
            values = {"report_id": report_id, "version": version, **asdict(photo)}
            await self._connection.execute(ADD_PHOTO, values)

    async def photos(self, report_ids: Sequence[UUID]) -> dict[UUID, tuple[PhotoView, ...]]:
        rows = await (await self._connection.execute(PHOTOS, (list(report_ids),))).fetchall()
        found: defaultdict[UUID, tuple[PhotoView, ...]] = defaultdict(tuple)
        for row in rows:
            report_id = row.pop("report_id")
            found[report_id] += (PhotoView(**row),)
        return found

    async def _add_moves(self, report_id: UUID, moves: Sequence[Transition], seen_version: int) -> None:
        values = {"report_id": report_id, **move_columns(moves, seen_version)}
        await self._connection.execute(ADD_MOVES, values)


def _values(report: Report) -> dict[str, object]:
    return {
        "report_id": report.report_id,
        "day": report.day,
        "number": report.number,
        "source": report.source,
        "candidate_id": report.candidate_id,
        "category_key": report.category_key,
        "family": report.family,
        "kind": report.kind,
        "state": report.state,
        "version": report.version,
        "severity": report.severity,
        "near_boundary": report.near_boundary,
        "lead_unit_id": report.lead.unit_id,
        "coordinating_unit_ids": [unit.unit_id for unit in report.coordinating],
        "lon_deg": report.lon_deg,
        "lat_deg": report.lat_deg,
        "address": report.address,
        "created_at": report.created_at,
        "created_by_id": report.created_by and report.created_by.account_id,
        "assigned_at": report.assigned_at,
        "policy": report.rule.policy,
        "clause": report.rule.clause,
        "limit_n": report.rule.limit,
        "limit_unit": report.rule.unit,
        "to_confirm": list(report.rule.to_confirm),
        "started_at": report.rule.started_at,
        "due_at": report.due_at,
        **ward_values(report.ward),
    }


def _report(row: Row) -> Report:
    return Report(
        report_id=row["report_id"],
        day=row["day"],
        number=row["number"],
        source=Source(row["source"]),
        candidate_id=row["candidate_id"],
        category_key=row["category_key"],
        family=row["family"],
        kind=row["kind"],
        state=ReportState(row["state"]),
        version=row["version"],
        severity=row["severity"],
        ward=ward_ref(row),
        near_boundary=row["near_boundary"],
        lead=Unit(unit_id=row["lead_id"], name=row["lead_name"], role=Role(row["lead_role"])),
        coordinating=tuple(
            Unit(unit_id=unit_id, name=name, role=Role(role)) for unit_id, name, role in row["coordinating"]
        ),
        lon_deg=row["lon_deg"],
        lat_deg=row["lat_deg"],
        address=row["address"],
        created_at=row["created_at"],
        created_by=person(row, "created_by"),
        assigned_at=row["assigned_at"],
        opened_at=row["opened_at"],
        opened_by=person(row, "opened_by"),
        submitted_at=row["submitted_at"],
        result_text=row["result_text"],
        rule=_rule(row),
        due_at=row["due_at"],
    )


def _rule(row: Row) -> SlaClock:
    return SlaClock(
        policy=row["policy"],
        clause=row["clause"],
        limit=row["limit_n"],
        unit=LimitUnit(row["limit_unit"]),
        to_confirm=tuple(row["to_confirm"]),
        started_at=row["started_at"],
    )
