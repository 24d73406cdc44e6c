"""What stood in columns before 0003 stands in rows after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from incidents.contract.codec import encode
from incidents.lifecycle.clocks import ClockKind, Verdict
from incidents.lifecycle.reasons import Assigned, CancelReason, Ended
from incidents.lifecycle.records import Report
from incidents.lifecycle.states import ReportState
from incidents.people.history import HistoryRow
from incidents.read.present import due_view
from incidents.store.database import Database
from incidents.store.migrate import FOLDER, migrate
from mastwatch.config.profiles import load_profile
from tests.events import candidate
from tests.store.city import NOW

BEFORE = ("0001_ledger.sql", "0002_sweep.sql")
HOUR = timedelta(hours=1)
PEOPLE = """
    INSERT INTO unit VALUES ('ioc', 'IOC', 'duty_officer'), ('w', 'UBND phường Một', 'ward'),
        ('p', 'Công an phường Một', 'ward_police');
    INSERT INTO account (username, full_name, role, unit_id, password_hash, created_at)
    VALUES ('mai', 'Mai', 'duty_officer', 'ioc', '', now()), ('an', 'An', 'ward', 'w', '', now());
"""
CANDIDATE = """
    INSERT INTO candidate (candidate_id, event, family, score, state, version, queued_at, near_boundary,
        category_key, severity, decided_by_id, decided_at)
    VALUES (%(candidate_id)s, %(event)s, 'traffic', 0.5, 'confirmed', 3, %(at)s, false, 'urban_order', 2, 1,
        %(at)s)
"""
REPORT = """
    INSERT INTO report (report_id, day, number, source, candidate_id, category_key, state, version, severity,
        near_boundary, lead_unit_id, coordinating_unit_ids, lon_deg, lat_deg, address, created_at,
        created_by_id, assigned_at, opened_at, opened_by_id, submitted_at, result_text, policy, clause,
        limit_n, limit_unit, to_confirm, started_at, due_at)
    VALUES (%(report_id)s, '2026-11-23', %(number)s, 'camera', %(candidate_id)s, 'urban_order', %(state)s, 5,
        2, false, 'w', '{p}', 108.4, 11.9, '38 Bùi Thị Xuân', %(at)s, 1, %(at)s, %(opened_at)s,
        CASE WHEN %(opened_at)s::timestamptz IS NOT NULL THEN 2 END, %(submitted_at)s, 'Xong', 'p1', '7.4.i',
        2, 'working_hour', '{}', %(at)s, %(due_at)s)
"""
MOVE = """
    INSERT INTO report_move (report_id, version, at, by_id, by_name, action, from_state, to_state, note)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
CANDIDATE_MOVE = """
    INSERT INTO candidate_move (candidate_id, version, at, action, from_state, to_state, note)
    VALUES (%s, 3, %s, %s, 'verifying', %s, %s)
"""


@pytest.fixture
def old_url(empty_postgres_url: str) -> Iterator[str]:
    """A database as the version before left it."""
    with psycopg.connect(empty_postgres_url) as connection:
        connection.execute(
            "CREATE TABLE schema_migration (name text PRIMARY KEY, sha256 text NOT NULL, "
            "applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for name in BEFORE:
            connection.execute((FOLDER / name).read_bytes())
            connection.execute(
                "INSERT INTO schema_migration VALUES (%s, encode(sha256(%s), 'hex'))",
                (name, (FOLDER / name).read_bytes()),
            )
        connection.execute(PEOPLE)
    yield empty_postgres_url


def old_report(url: str, state: str, number: int = 1, **times: datetime | None) -> tuple[UUID, UUID]:
    """(report, its candidate)"""
    seen, report_id = candidate(), uuid4()
    values = {
        "report_id": report_id,
        "candidate_id": seen.candidate_id,
        "number": number,
        "state": state,
        "at": NOW,
        "opened_at": None,
        "submitted_at": None,
        "due_at": NOW + 2 * HOUR,
        "event": encode(seen).decode(),
        **times,
    }
    with psycopg.connect(url) as connection:
        connection.execute(CANDIDATE, values)
        connection.execute(REPORT, values)
        for version, (action, from_state, to_state, note) in enumerate(
            [("receive", None, "received", None), ("triage", "received", "assigned", "UBND phường Một")], 1
        ):
            connection.execute(MOVE, (report_id, version, NOW, 1, "Mai", action, from_state, to_state, note))
    return report_id, seen.candidate_id


async def read(url: str, report_id: UUID) -> tuple[Report, tuple[HistoryRow, ...]]:
    database = Database(url)
    await database.open()
    async with database.autocommit() as store:
        found = await store.reports.get(report_id), await store.reports.history(report_id)
    await database.close()
    return found


async def test_units_clocks_and_candidate_become_rows(old_url: str) -> None:
    report_id, candidate_id = old_report(old_url, "review", opened_at=NOW + HOUR, submitted_at=NOW + 2 * HOUR)
    with psycopg.connect(old_url) as connection:
        submit = (report_id, 3, NOW + 2 * HOUR, 2, "An", "submit", "processing", "review", None)
        connection.execute(MOVE, submit)
    assert migrate(old_url)[0] == "0003_report_rows.sql"
    report, history = await read(old_url, report_id)
    assert report.lead and (report.lead.name, [unit.unit_id for unit in report.coordinating]) == (
        "UBND phường Một",
        ["p"],
    )
    assert report.leading and (report.leading.how, report.leading.opened_at) == (Assigned.TRIAGE, NOW + HOUR)
    assert report.candidate_ids == (candidate_id,)
    assert report.submitted_by and report.submitted_by.full_name == "An"
    assert report.since == NOW + 2 * HOUR
    intake, whole, unit = report.clocks
    assert [clock.kind for clock in report.clocks] == [
        ClockKind.INTAKE,
        ClockKind.END_TO_END,
        ClockKind.UNIT,
    ]
    assert (intake.verdict, whole.running, unit.stopped_at) == (Verdict.NO_LIMIT, True, NOW + 2 * HOUR)
    assert unit.rule and (unit.rule.clause, unit.due_at, unit.calendar_version) == (
        "7.4.i",
        NOW + 2 * HOUR,
        None,
    )
    assert history[1].given["unit"] == {"unit_id": "w", "name": "UBND phường Một", "role": "ward"}


async def test_a_promise_of_before_is_explained_by_the_calendar_of_today_and_keeps_its_due(
    old_url: str,
) -> None:
    policy = load_profile("da-lat")
    report_id, _ = old_report(old_url, "processing", due_at=NOW + 3 * HOUR)
    migrate(old_url)
    report, _ = await read(old_url, report_id)
    clock = report.clock(ClockKind.UNIT)
    assert clock
    due = due_view(policy, clock, NOW)
    assert due and (due.due_at, due.by_calendar_now) == (NOW + 3 * HOUR, NOW + 2 * HOUR)
    assert sum(each.length.total_seconds() for each in due.intervals) == due.limit_s


async def test_what_was_taken_back_has_neither_unit_nor_candidate_any_more(old_url: str) -> None:
    report_id, candidate_id = old_report(old_url, "cancelled")
    later = NOW + timedelta(minutes=3)
    with psycopg.connect(old_url) as connection:
        taken_back = (report_id, 3, later, 1, "Mai", "withdraw", "assigned", "cancelled", "withdrawn")
        connection.execute(MOVE, taken_back)
        connection.execute(CANDIDATE_MOVE, (candidate_id, NOW, "dismiss", "dismissed", "false_alarm"))
        connection.execute(CANDIDATE_MOVE, (candidate_id, NOW, "confirm", "confirmed", "mức độ: 3"))
    migrate(old_url)
    report, history = await read(old_url, report_id)
    assert (report.state, report.cancel_reason) == (ReportState.CANCELLED, CancelReason.WITHDRAWN)
    assert (report.units, report.candidate_ids) == ((), ())
    assert {each.ended for each in report.assignments} == {Ended.WITHDRAWN}
    assert [clock.verdict for clock in report.clocks] == [Verdict.NO_LIMIT, Verdict.VOID, Verdict.VOID]
    assert history[-1].note == "withdrawn"
    with psycopg.connect(old_url) as connection:
        payloads = connection.execute("SELECT payload FROM candidate_transition ORDER BY transition_id")
        assert [row[0] for row in payloads] == [{"reason_code": "false_alarm"}, {"note": "mức độ: 3"}]
