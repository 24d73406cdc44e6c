"""The rows of a report: its units, clocks and candidates. Read as JSON within the report's own statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from incidents.lifecycle.act import ReportDecision
from incidents.lifecycle.clocks import SlaClock
from incidents.lifecycle.records import Assignment

_ASSIGNMENTS: TypeAdapter[tuple[Assignment, ...]] = TypeAdapter(tuple[Assignment, ...])
_CLOCKS: TypeAdapter[tuple[SlaClock, ...]] = TypeAdapter(tuple[SlaClock, ...])

RowT = TypeVar("RowT", Assignment, SlaClock)

# Columns of a statement that reads `report r`; the JSON has the names of the records' fields.
COLUMNS = """
    (SELECT coalesce(json_agg(json_build_object(
            'number', a.number, 'role', a.role, 'how', a.how,
            'unit', json_build_object('unit_id', unit.unit_id, 'name', unit.name, 'role', unit.role),
            'assigned_at', a.assigned_at, 'opened_at', a.opened_at, 'ended_at', a.ended_at, 'ended', a.ended,
            'assigned_by', CASE WHEN assigner.account_id IS NOT NULL THEN json_build_object(
                'account_id', assigner.account_id, 'full_name', assigner.full_name) END,
            'opened_by', CASE WHEN opener.account_id IS NOT NULL THEN json_build_object(
                'account_id', opener.account_id, 'full_name', opener.full_name) END
        ) ORDER BY a.number), '[]')::text
        FROM report_assignment a JOIN unit USING (unit_id)
        LEFT JOIN account assigner ON assigner.account_id = a.assigned_by_id
        LEFT JOIN account opener ON opener.account_id = a.opened_by_id
        WHERE a.report_id = r.report_id) AS assignments,
    (SELECT coalesce(json_agg(json_build_object(
            'number', k.number, 'kind', k.kind, 'unit_id', k.unit_id, 'started_at', k.started_at,
            'pauses', k.pauses, 'stopped_at', k.stopped_at, 'verdict', k.verdict, 'left_s', k.left_s,
            'rule', CASE WHEN k.policy IS NOT NULL THEN json_build_object('policy', k.policy,
                'clause', k.clause, 'limit', k.limit_n, 'unit', k.limit_unit, 'to_confirm', k.to_confirm) END,
            'due_at', k.due_at, 'counted', k.counted, 'calendar_version', k.calendar_version,
            'calendar_confirmed', k.calendar_confirmed
        ) ORDER BY k.number), '[]')::text
        FROM report_clock k WHERE k.report_id = r.report_id) AS clocks,
    ARRAY(SELECT candidate_id FROM report_candidate link
        WHERE link.report_id = r.report_id AND link.unlinked_at IS NULL
        ORDER BY linked_at, candidate_id) AS candidate_ids
"""
PUT_ASSIGNMENTS = """
    INSERT INTO report_assignment (report_id, number, unit_id, role, how, assigned_at, assigned_by_id,
        opened_at, opened_by_id, ended_at, ended)
    SELECT %(report_id)s, row.number, row.unit->>'unit_id', row.role, row.how, row.assigned_at,
        (row.assigned_by->>'account_id')::bigint, row.opened_at, (row.opened_by->>'account_id')::bigint,
        row.ended_at, row.ended
    FROM jsonb_to_recordset(%(rows)s) AS row (number integer, unit jsonb, role text, how text,
        assigned_at timestamptz, assigned_by jsonb, opened_at timestamptz, opened_by jsonb,
        ended_at timestamptz, ended text)
    -- Those that end first: at no moment do two units lead.
    ORDER BY row.ended_at IS NULL, row.number
    ON CONFLICT (report_id, number) DO UPDATE SET opened_at = excluded.opened_at,
        opened_by_id = excluded.opened_by_id, ended_at = excluded.ended_at, ended = excluded.ended
"""
PUT_CLOCKS = """
    INSERT INTO report_clock (report_id, number, kind, unit_id, started_at, pauses, stopped_at, verdict,
        left_s, policy, clause, limit_n, limit_unit, to_confirm, due_at, counted, calendar_version,
        calendar_confirmed)
    SELECT %(report_id)s, row.number, row.kind, row.unit_id, row.started_at, row.pauses, row.stopped_at,
        row.verdict, row.left_s, rule.policy, rule.clause, rule."limit", rule.unit, rule.to_confirm,
        row.due_at, row.counted, row.calendar_version, row.calendar_confirmed
    FROM jsonb_to_recordset(%(rows)s) AS row (number integer, kind text, unit_id text, started_at timestamptz,
        pauses jsonb, stopped_at timestamptz, verdict text, left_s double precision, rule jsonb,
        due_at timestamptz, counted jsonb, calendar_version text, calendar_confirmed boolean)
    LEFT JOIN LATERAL jsonb_to_record(CASE jsonb_typeof(row.rule) WHEN 'object' THEN row.rule END)
        AS rule (policy text, clause text, "limit" double precision, unit text, to_confirm text[]) ON true
    ON CONFLICT (report_id, number) DO UPDATE SET pauses = excluded.pauses, stopped_at = excluded.stopped_at,
        verdict = excluded.verdict, left_s = excluded.left_s, due_at = excluded.due_at,
        counted = excluded.counted, calendar_version = excluded.calendar_version,
        calendar_confirmed = excluded.calendar_confirmed
"""
LINK = """
    INSERT INTO report_candidate (report_id, candidate_id, linked_at, linked_by_id)
    SELECT %(report_id)s, unnest(%(candidate_ids)s::uuid[]), %(at)s, %(by_id)s
"""
UNLINK = """
    UPDATE report_candidate SET unlinked_at = %(at)s, unlinked_by_id = %(by_id)s
    WHERE report_id = %(report_id)s AND unlinked_at IS NULL
"""


def assignments(row: Mapping[str, Any]) -> tuple[Assignment, ...]:
    return _ASSIGNMENTS.validate_json(row["assignments"])


def clocks(row: Mapping[str, Any]) -> tuple[SlaClock, ...]:
    return _CLOCKS.validate_json(row["clocks"])


async def put_rows(connection: AsyncConnection[DictRow], decision: ReportDecision) -> None:
    """Write those that are new or have changed: a statement for each kind of them."""
    seen, report = decision.seen, decision.report
    units = _changed(seen.assignments if seen else (), report.assignments)
    if units:
        rows = Jsonb(_ASSIGNMENTS.dump_python(units, mode="json"))
        await connection.execute(PUT_ASSIGNMENTS, {"report_id": report.report_id, "rows": rows})
    running = _changed(seen.clocks if seen else (), report.clocks)
    if running:
        rows = Jsonb(_CLOCKS.dump_python(running, mode="json"))
        await connection.execute(PUT_CLOCKS, {"report_id": report.report_id, "rows": rows})
    await _put_links(connection, decision)


async def _put_links(connection: AsyncConnection[DictRow], decision: ReportDecision) -> None:
    last = decision.transitions[-1]
    values = {
        "report_id": decision.report.report_id,
        "candidate_ids": list(decision.report.candidate_ids),
        "at": last.at,
        "by_id": last.by and last.by.account_id,
    }
    if decision.unlinks:
        await connection.execute(UNLINK, values)
    elif decision.seen is None and decision.report.candidate_ids:
        await connection.execute(LINK, values)


def _changed(before: Sequence[RowT], after: Sequence[RowT]) -> tuple[RowT, ...]:
    return tuple(row for row in after if row not in before)
