from __future__ import annotations

import asyncio
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from incidents.contract.events import Family
from incidents.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, Stale
from incidents.lifecycle.act import receive
from incidents.lifecycle.states import ReportAction, ReportState
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.read.views import ReportView, Tab, TimeFlag
from incidents.usecases.service import Incidents
from tests.reports import citizens_report
from tests.store.city import NOW, WEST, MakeAccount, Raise

HOUR = timedelta(hours=1)


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
async def assigned(incidents: Incidents, mai: Account, raised: Raise) -> ReportView:
    """A parked vehicle, confirmed at NOW: the ward Lâm Viên leads, due two working hours later."""
    held = await incidents.desk.claim(await raised(), mai, NOW)
    return await incidents.desk.confirm(held.candidate_id, mai, NOW, held.version)


async def test_a_units_tasks_are_those_it_leads_what_is_due_first_comes_first(
    incidents: Incidents, assigned: ReportView, mai: Account, ward_officer: Account, raised: Raise
) -> None:
    earlier = await incidents.desk.claim(await raised(), mai, NOW)
    sooner = await incidents.desk.confirm(earlier.candidate_id, mai, NOW - HOUR, earlier.version)
    police = await incidents.desk.claim(await raised(kind="wrong_way", family=Family.TRAFFIC), mai, NOW)
    await incidents.desk.confirm(police.candidate_id, mai, NOW, police.version)
    tasks = await incidents.reports.tasks(ward_officer, NOW, Tab.TODO)
    assert [task.report_id for task in tasks.items] == [sooner.report_id, assigned.report_id]
    assert tasks.n_by_tab == {Tab.TODO: 2, Tab.REVIEW: 0, Tab.DONE: 0}


async def test_the_first_opening_is_the_delivery_and_names_who_received_it(
    incidents: Incidents, assigned: ReportView, ward_officer: Account
) -> None:
    await incidents.reports.opened(assigned.report_id, ward_officer, NOW + HOUR)
    again = await incidents.reports.opened(assigned.report_id, ward_officer, NOW + 2 * HOUR)
    assert (again.opened_at, again.opened_by) == (NOW + HOUR, ward_officer.person)
    assert [row.action for row in again.history] == ["receive", "triage", "open"]


async def test_colleagues_who_open_it_at_once_all_see_it_and_one_received_it(
    incidents: Incidents, assigned: ReportView, ward_officer: Account, account: MakeAccount
) -> None:
    people = [ward_officer, *[await account(f"lv-{n}", Role.WARD, ward_officer.unit_id) for n in range(5)]]
    seen = await asyncio.gather(*(incidents.reports.opened(assigned.report_id, each, NOW) for each in people))
    assert len({report.opened_by for report in seen}) == 1
    assert [row.action for row in seen[0].history] == ["receive", "triage", "open"]


async def test_what_is_taken_back_while_the_unit_opens_it_is_either_taken_back_or_opened(
    incidents: Incidents, mai: Account, ward_officer: Account, raised: Raise
) -> None:
    for _ in range(10):
        held = await incidents.desk.claim(await raised(), mai, NOW)
        report = await incidents.desk.confirm(held.candidate_id, mai, NOW, held.version)
        undone, opened = await asyncio.gather(
            incidents.desk.undo(held.candidate_id, mai, NOW, held.version + 1),
            incidents.reports.opened(report.report_id, ward_officer, NOW),
            return_exceptions=True,
        )
        assert isinstance(opened, ReportView)
        taken_back = not isinstance(undone, BaseException)
        assert taken_back or isinstance(undone, IllegalTransition | Stale)
        assert opened.state is (ReportState.CANCELLED if taken_back else ReportState.ASSIGNED)


async def test_an_ioc_officer_who_looks_does_not_receive_it_for_the_unit(
    incidents: Incidents, assigned: ReportView, mai: Account
) -> None:
    assert (await incidents.reports.opened(assigned.report_id, mai, NOW)).opened_at is None


async def test_the_unit_accepts_and_reports_the_result_with_a_photo(
    incidents: Incidents, assigned: ReportView, ward_officer: Account, tmp_path: Path
) -> None:
    opened = await incidents.reports.opened(assigned.report_id, ward_officer, NOW)
    assert opened.actions == (ReportAction.ACCEPT,)
    accepted = await incidents.reports.accept(opened.report_id, ward_officer, NOW, opened.version)
    assert (accepted.state, accepted.actions) == (ReportState.PROCESSING, (ReportAction.SUBMIT,))
    done = await incidents.reports.submit(
        accepted.report_id, ward_officer, NOW + HOUR, accepted.version, " Xe đã rời đi. ", [photo()]
    )
    assert (done.state, done.result_text, done.actions) == (ReportState.REVIEW, "Xe đã rời đi.", ())
    (after,) = done.photos_after
    assert (tmp_path / "data" / after.path).stat().st_size == after.n_bytes
    assert (await incidents.reports.tasks(ward_officer, NOW, Tab.REVIEW)).items[0].photos_after == (after,)


async def test_the_clock_stops_when_the_result_is_submitted(
    incidents: Incidents, assigned: ReportView, ward_officer: Account
) -> None:
    accepted = await incidents.reports.accept(assigned.report_id, ward_officer, NOW, assigned.version)
    await incidents.reports.submit(
        assigned.report_id, ward_officer, NOW + HOUR, accepted.version, "Xong", [photo()]
    )
    later = await incidents.reports.report(assigned.report_id, ward_officer, NOW + 100 * HOUR)
    assert (later.due.flag, later.due.remaining_s) == (TimeFlag.DONE_IN_TIME, 3600)


@pytest.mark.parametrize(
    ("after", "flag", "remaining_s"),
    [
        (timedelta(), TimeFlag.IN_TIME, 7200),
        (timedelta(minutes=90), TimeFlag.IN_TIME, 1800),
        (timedelta(minutes=91), TimeFlag.SOON, 1740),
        (timedelta(hours=2), TimeFlag.SOON, 0),
        (timedelta(hours=3), TimeFlag.LATE, -1800),
        (timedelta(hours=4), TimeFlag.LATE, -1800),  # at lunch no working minute passes
        (timedelta(hours=5), TimeFlag.LATE, -3600),
    ],
)
async def test_the_flag_follows_the_working_time_that_is_left(
    incidents: Incidents,
    assigned: ReportView,
    ward_officer: Account,
    after: timedelta,
    flag: TimeFlag,
    remaining_s: float,
) -> None:
    seen = await incidents.reports.report(assigned.report_id, ward_officer, NOW + after)
    assert (seen.due.flag, seen.due.remaining_s) == (flag, remaining_s)


async def test_the_due_explains_itself(incidents: Incidents, assigned: ReportView) -> None:
    due = assigned.due
    assert (due.limit, due.unit, due.policy, due.calendar_version) == (
        2,
        "working_hour",
        "da-lat-2020.1",
        "vn-2026.1",
    )
    assert "trật tự đô thị" in due.clause
    assert sum(each.length.total_seconds() for each in due.intervals) == due.limit_s == 7200
    assert due.calendar_confirmed


@pytest.mark.parametrize(
    ("text", "photos", "field"),
    [
        ("", [photo()], "text"),
        ("Xong\0", [photo()], "value"),
        ("Xong", [], "photos"),
        ("Xong", [b"no picture"], "photos"),
        ("Xong", [photo()] * 7, "photos"),
    ],
    ids=["no text", "no text of a database", "no photo", "no picture", "too many"],
)
async def test_a_result_that_is_not_whole_changes_nothing(
    incidents: Incidents,
    assigned: ReportView,
    ward_officer: Account,
    text: str,
    photos: list[bytes],
    field: str,
) -> None:
    accepted = await incidents.reports.accept(assigned.report_id, ward_officer, NOW, assigned.version)
    with pytest.raises(InvalidInput) as refused:
        await incidents.reports.submit(accepted.report_id, ward_officer, NOW, accepted.version, text, photos)
    assert refused.value.field == field
    assert (await incidents.reports.report(accepted.report_id, ward_officer, NOW)) == accepted


async def test_a_result_before_accepting_is_refused_with_what_is_possible(
    incidents: Incidents, assigned: ReportView, ward_officer: Account
) -> None:
    with pytest.raises(IllegalTransition, match="from here: open, accept"):
        await incidents.reports.submit(
            assigned.report_id, ward_officer, NOW, assigned.version, "Xong", [photo()]
        )


async def test_a_colleague_on_an_old_page_learns_who_was_faster(
    incidents: Incidents, assigned: ReportView, ward_officer: Account
) -> None:
    await incidents.reports.accept(assigned.report_id, ward_officer, NOW, assigned.version)
    with pytest.raises(Stale, match=ward_officer.full_name):
        await incidents.reports.accept(assigned.report_id, ward_officer, NOW, assigned.version)


async def test_another_ward_neither_sees_nor_accepts_it(
    incidents: Incidents, assigned: ReportView, account: MakeAccount
) -> None:
    neighbour = await account("cam-ly", Role.WARD, WEST.unit(Role.WARD).unit_id)
    with pytest.raises(NotAllowed):
        await incidents.reports.report(assigned.report_id, neighbour, NOW)
    with pytest.raises(NotAllowed):
        await incidents.reports.accept(assigned.report_id, neighbour, NOW, assigned.version)


async def test_a_coordinating_unit_sees_it_and_leaves_it_to_the_lead(
    incidents: Incidents, assigned: ReportView, account: MakeAccount
) -> None:
    police = await account("ca-lam-vien", Role.WARD_POLICE, "police-24778-2025-07-01")
    seen = await incidents.reports.report(assigned.report_id, police, NOW)
    assert seen.actions == ()
    with pytest.raises(NotAllowed, match="UBND phường Lâm Viên - Đà Lạt leads it"):
        await incidents.reports.accept(assigned.report_id, police, NOW, assigned.version)


async def test_a_citizens_report_that_no_unit_has_yet_can_be_read(
    incidents: Incidents, mai: Account, ward_officer: Account
) -> None:
    received = receive(citizens_report(), by=None, at=NOW, policy=incidents.policy)
    async with incidents.database.transaction() as store:
        await store.reports.save(received)
    seen = await incidents.reports.report(received.report.report_id, mai, NOW)
    assert seen.state is ReportState.RECEIVED
    assert (seen.lead_unit_id, seen.due, seen.candidate) == (None, None, None)
    with pytest.raises(NotAllowed, match="no unit yet leads it"):
        await incidents.reports.report(received.report.report_id, ward_officer, NOW)


async def test_an_unknown_report_is_not_found(incidents: Incidents, mai: Account) -> None:
    with pytest.raises(NotFound, match="no report"):
        await incidents.reports.report(uuid4(), mai, NOW)
