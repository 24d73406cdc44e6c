"""A promise does not change: the due that was said stays, whatever the calendar says later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from incidents.errors import InvalidInput, NotAllowed
from incidents.lifecycle.act import act_report
from incidents.lifecycle.clocks import ClockKind
from incidents.lifecycle.payloads import Payload, Publish
from incidents.lifecycle.states import ReportAction, ReportState
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.procedure.policy import Policy
from incidents.read.views import DueView, ReportView, TimeFlag
from incidents.usecases.recompute import recompute_dues
from incidents.usecases.service import Incidents
from incidents.usecases.ward import WardReports
from tests.store.city import NOW, MakeAccount, Raise
from tests.store.test_life import PHOTO, RESULT

# A Wednesday, 16:30 in Đà Lạt: half an hour of work is left that day, and the next begins at 07:00.
EVENING = NOW.replace(day=25, hour=9, minute=30)
THURSDAY = date(2026, 11, 26)
ON_THURSDAY = EVENING.replace(day=26, hour=1, minute=30)
ON_FRIDAY = EVENING.replace(day=27, hour=1, minute=30)


def with_day_off(policy: Policy, day: date) -> Policy:
    off: Mapping[date, str] = {**policy.calendar.off, day: "Nghỉ bù"}
    return replace(policy, calendar=replace(policy.calendar, version="vn-2026.2", off=off))


@pytest.fixture
async def assigned(incidents: Incidents, mai: Account, raised: Raise) -> ReportView:
    """Two working hours from 16:30: due at 08:30 of the next day."""
    held = await incidents.desk.claim(await raised(), mai, EVENING)
    return await incidents.desk.confirm(held.candidate_id, mai, EVENING, held.version)


@pytest.fixture
def tomorrow_off(incidents: Incidents, tmp_path: Path) -> WardReports:
    """The same reports, read after the city gave that day off."""
    return WardReports(incidents.database, with_day_off(incidents.policy, THURSDAY), tmp_path)


@pytest.fixture
async def head(account: MakeAccount) -> Account:
    return await account("head", Role.IOC_HEAD, "ioc")


async def due_of(reports: WardReports, report: ReportView, by: Account, at: datetime) -> DueView:
    due = (await reports.report(report.report_id, by, at)).due
    assert due
    return due


async def test_the_due_that_was_promised_is_shown_and_that_the_calendar_of_today_differs(
    assigned: ReportView, tomorrow_off: WardReports, mai: Account
) -> None:
    assert assigned.due
    seen = await due_of(tomorrow_off, assigned, mai, EVENING)
    assert (seen.due_at, seen.intervals) == (assigned.due.due_at, assigned.due.intervals)
    assert (seen.due_at, seen.by_calendar_now) == (ON_THURSDAY, ON_FRIDAY)
    assert seen.calendar_version == "vn-2026.1"


async def test_nothing_is_said_of_a_calendar_that_leads_to_the_same_due(
    incidents: Incidents, assigned: ReportView, mai: Account, tmp_path: Path
) -> None:
    later = with_day_off(incidents.policy, date(2026, 12, 24))
    seen = await due_of(WardReports(incidents.database, later, tmp_path), assigned, mai, EVENING)
    assert seen.by_calendar_now is None


async def test_recomputing_moves_the_due_once_and_writes_one_line_of_history(
    incidents: Incidents, assigned: ReportView, tomorrow_off: WardReports, head: Account
) -> None:
    policy = with_day_off(incidents.policy, THURSDAY)
    done = [
        await recompute_dues(incidents.database, policy, EVENING, by=head, reason="Nghỉ bù") for _ in range(2)
    ]
    assert done == [1, 0]
    seen = await tomorrow_off.report(assigned.report_id, head, EVENING)
    assert seen.due
    assert (seen.due.due_at, seen.due.calendar_version) == (ON_FRIDAY, "vn-2026.2")
    assert seen.due.by_calendar_now is None
    last = seen.history[-1]
    assert (last.action, last.by_name, last.note) == ("recompute_due", head.full_name, "Nghỉ bù")
    assert seen.state is ReportState.ASSIGNED


async def test_a_verdict_stays_when_the_calendar_changes(
    incidents: Incidents, assigned: ReportView, tomorrow_off: WardReports, mai: Account, ward_officer: Account
) -> None:
    late = ON_THURSDAY + timedelta(minutes=1)
    steps: list[tuple[ReportAction, Payload, Account]] = [
        (ReportAction.ACCEPT, Payload(), ward_officer),
        (ReportAction.SUBMIT, replace(RESULT, photos=(PHOTO,)), ward_officer),
        (ReportAction.PUBLISH, Publish(checklist=("photo",)), mai),
    ]
    for action, payload, by in steps:
        async with incidents.database.transaction() as store:
            report = await store.reports.get(assigned.report_id)
            decision = act_report(report, action, payload, by=by, at=late, policy=incidents.policy)
            await store.reports.save(decision)
    policy = with_day_off(incidents.policy, THURSDAY)
    assert await recompute_dues(incidents.database, policy, late, by=None, reason="Nghỉ bù") == 0
    seen = await due_of(tomorrow_off, assigned, mai, late)
    assert (seen.flag, seen.due_at, seen.by_calendar_now) == (TimeFlag.DONE_LATE, ON_THURSDAY, None)


async def test_nobody_recomputes_without_a_reason_or_the_right(
    incidents: Incidents, assigned: ReportView, head: Account, mai: Account
) -> None:
    policy = with_day_off(incidents.policy, THURSDAY)
    with pytest.raises(InvalidInput, match="reason"):
        await recompute_dues(incidents.database, policy, EVENING, by=head, reason=" ")
    with pytest.raises(NotAllowed):
        await recompute_dues(incidents.database, policy, EVENING, by=mai, reason="Nghỉ bù")
    async with incidents.database.autocommit() as store:
        clock = (await store.reports.get(assigned.report_id)).clock(ClockKind.UNIT)
    assert clock and clock.due_at == ON_THURSDAY
