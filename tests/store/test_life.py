"""Whole lives of reports through the store: what is stored is what the history tells, at every step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.errors import UniqueViolation

from incidents.errors import IllegalTransition, NotAllowed, Stale
from incidents.lifecycle.act import act_candidate, act_report, receive
from incidents.lifecycle.clocks import ClockKind, Verdict
from incidents.lifecycle.history import candidate_at, report_at, without_links
from incidents.lifecycle.payloads import (
    Attach,
    Because,
    Child,
    Defer,
    Merge,
    Publish,
    Recheck,
    RequestTransfer,
    Split,
    SubmitResult,
    Target,
    ToUnit,
    Triage,
    category_of,
)
from incidents.lifecycle.records import Photo, Report
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.store.notify import changes
from incidents.usecases.service import Incidents
from tests.reports import citizens_report
from tests.store.city import EAST, NOW, WEST, MakeAccount, Raise

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHOTO = Photo(path="photos/1.jpg", sha256="0" * 64, n_bytes=1, width_px=4, height_px=3)
RESULT = SubmitResult(text="Đã dọn", photos=(PHOTO,))
RECHECKED = Recheck(note="Vẫn còn", photos=(PHOTO,))
_A = ReportAction

Act = Callable[..., Awaitable[Report]]


@pytest.fixture
def act(incidents: Incidents) -> Act:
    """Load, decide, save; then what is stored must be what its history tells."""

    async def acted(
        report_id: UUID, action: ReportAction, payload: Any, by: Account | None, at: datetime
    ) -> Report:
        async with incidents.database.transaction() as store:
            seen = await store.reports.get(report_id)
            decision = act_report(seen, action, payload, by=by, at=at, policy=incidents.policy)
            await store.reports.save(decision)
            stored = await store.reports.get(report_id)
            history = await store.reports.history(report_id)
        assert report_at(history, at) == without_links(stored)
        return stored

    return acted


@pytest.fixture
async def rechecker(account: MakeAccount) -> Account:
    return await account("kiem-tra", Role.RECHECKER, "ioc")


@pytest.fixture
async def confirmed(incidents: Incidents, mai: Account, raised: Raise) -> UUID:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    return (await incidents.desk.confirm(held.candidate_id, mai, NOW, held.version)).report_id


async def received(incidents: Incidents, **different: Any) -> Report:
    """A citizen's report, with the next number of the day."""
    async with incidents.database.transaction() as store:
        number = await store.reports.next_number(date(2026, 11, 23))
        decision = receive(
            citizens_report(number=number, **different), by=None, at=NOW, policy=incidents.policy
        )
        await store.reports.save(decision)
    return decision.report


async def test_a_whole_life_from_a_confirmation_over_two_rounds_to_the_archive(
    incidents: Incidents, act: Act, confirmed: UUID, mai: Account, ward_officer: Account, rechecker: Account
) -> None:
    head = replace(mai, role=Role.DUTY_OFFICER)
    steps: list[tuple[ReportAction, Any, Account | None, ReportState]] = [
        (_A.OPEN, None, ward_officer, ReportState.ASSIGNED),
        (_A.ACCEPT, None, ward_officer, ReportState.PROCESSING),
        (_A.SUBMIT, RESULT, ward_officer, ReportState.REVIEW),
        (_A.RETURN, Because(reason="Ảnh mờ"), head, ReportState.RETURNED),
        (_A.RESUME, None, ward_officer, ReportState.PROCESSING),
        (_A.SUBMIT, RESULT, ward_officer, ReportState.REVIEW),
        (_A.PUBLISH, Publish(checklist=("photo",)), head, ReportState.PUBLISHED),
        (_A.START_RECHECK, None, rechecker, ReportState.RECHECK),
        (_A.FAIL_RECHECK, RECHECKED, rechecker, ReportState.REPROCESS),
        (_A.REOPEN, Because(reason="Tái diễn"), head, ReportState.PROCESSING),
        (_A.SUBMIT, RESULT, ward_officer, ReportState.REVIEW),
        (_A.PUBLISH, Publish(checklist=("photo",)), head, ReportState.PUBLISHED),
        (_A.START_RECHECK, None, rechecker, ReportState.RECHECK),
        (_A.PASS_RECHECK, RECHECKED, rechecker, ReportState.PUBLISHED),
        (_A.ARCHIVE, None, None, ReportState.ARCHIVED),
    ]
    for n, (action, payload, by, leads_to) in enumerate(steps):
        report = await act(confirmed, action, payload, by, NOW + n * timedelta(minutes=10))
        assert report.state is leads_to
    first, second = (clock for clock in report.clocks if clock.kind is ClockKind.UNIT)
    assert (first.verdict, second.verdict, report.round, report.verified) == (
        Verdict.ON_TIME,
        Verdict.ON_TIME,
        2,
        True,
    )
    assert [pause.length for pause in first.pauses] == [timedelta(minutes=10)]
    async with incidents.database.autocommit() as store:
        photos = await store.reports.photos([confirmed])
    assert len(photos[confirmed]) == 5


async def test_a_transfer_moves_the_task_from_one_unit_to_the_other(
    incidents: Incidents, act: Act, confirmed: UUID, mai: Account, ward_officer: Account, account: MakeAccount
) -> None:
    neighbour = await account("cam-ly", Role.WARD, WEST.unit(Role.WARD).unit_id)
    await act(confirmed, _A.REQUEST_TRANSFER, RequestTransfer(reason="Ngoài địa bàn"), ward_officer, NOW)
    to = ToUnit(reason="Đúng địa bàn", unit=WEST.unit(Role.WARD))
    report = await act(confirmed, _A.APPROVE_TRANSFER, to, mai, NOW + HOUR)
    assert (report.lead, report.n_hops) == (WEST.unit(Role.WARD), 1)
    assert (await incidents.reports.report(confirmed, neighbour, NOW + HOUR)).opened_at is None
    with pytest.raises(NotAllowed):
        await incidents.reports.report(confirmed, ward_officer, NOW + HOUR)


async def test_both_units_of_a_transfer_hear_of_it(
    act: Act, confirmed: UUID, mai: Account, ward_officer: Account, postgres_url: str
) -> None:
    await act(confirmed, _A.REQUEST_TRANSFER, RequestTransfer(reason="Ngoài địa bàn"), ward_officer, NOW)
    heard = changes(postgres_url)
    await anext(heard)
    to = ToUnit(reason="Đúng địa bàn", unit=WEST.unit(Role.WARD))
    await act(confirmed, _A.APPROVE_TRANSFER, to, mai, NOW + HOUR)
    change = await anext(heard)
    await heard.aclose()
    old, new = EAST.unit(Role.WARD).unit_id, WEST.unit(Role.WARD).unit_id
    assert change.unit_id == new
    assert {old, new} <= set(change.unit_ids)


async def test_a_deferral_and_its_date_stand_beside_the_due_by_law(
    incidents: Incidents, act: Act, confirmed: UUID, ward_officer: Account
) -> None:
    await act(confirmed, _A.ACCEPT, None, ward_officer, NOW)
    before = await incidents.reports.report(confirmed, ward_officer, NOW)
    defer = Defer(reason="Chờ vật tư", expected_on=date(2026, 12, 1), public_text="Xong trước 01/12")
    await act(confirmed, _A.DEFER, defer, ward_officer, NOW)
    seen = await incidents.reports.report(confirmed, ward_officer, NOW)
    assert seen.expected_on == date(2026, 12, 1)
    assert seen.due == before.due


async def test_a_report_is_published_only_after_all_parts_that_it_was_split_into(
    incidents: Incidents, act: Act, mai: Account, ward_officer: Account
) -> None:
    parent = await received(incidents)
    category = category_of(incidents.policy, "environment")
    parts = tuple(
        Child(report_id=uuid4(), number=number, category=category, unit=EAST.unit(Role.WARD))
        for number in (101, 102)
    )
    await act(parent.report_id, _A.SPLIT, Split(children=parts, unit=EAST.unit(Role.WARD)), mai, NOW)
    await act(parent.report_id, _A.SUBMIT, RESULT, ward_officer, NOW)

    async def publish() -> Report:
        async with incidents.database.autocommit() as store:
            n_open = await store.reports.n_open_children(parent.report_id)
        payload = Publish(checklist=("photo",), n_open_children=n_open)
        return await act(parent.report_id, _A.PUBLISH, payload, mai, NOW)

    with pytest.raises(IllegalTransition, match="still open in 2 of its parts"):
        await publish()
    for part in parts:
        await act(part.report_id, _A.ACCEPT, None, ward_officer, NOW)
        await act(part.report_id, _A.SUBMIT, RESULT, ward_officer, NOW)
        await act(part.report_id, _A.PUBLISH, Publish(checklist=("photo",)), mai, NOW)
    assert (await publish()).state is ReportState.PUBLISHED


async def test_a_candidate_joins_a_citizens_report_and_is_shown_with_it(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise, ward_officer: Account, act: Act
) -> None:
    report = await received(incidents)
    held = await incidents.desk.claim(await raised(), mai, NOW)
    async with incidents.database.transaction() as store:
        seen = await store.candidates.get(held.candidate_id)
        target = Target(report_id=report.report_id, code=report.code, state=report.state)
        joined = act_candidate(
            seen, CandidateAction.ATTACH, Attach(target=target), by=mai, at=NOW, policy=incidents.policy
        )
        await store.candidates.save(joined)
        stored = await store.candidates.get(held.candidate_id)
        told = candidate_at(stored.event, await store.candidates.history(held.candidate_id), NOW)
    assert (stored.state, stored.report_id, stored.report_code) == (
        CandidateState.MERGED,
        report.report_id,
        report.code,
    )
    assert told == replace(stored, lease_until=None, report_id=None, report_code=None)
    shown = await incidents.reports.report(report.report_id, mai, NOW)
    assert shown.candidate and shown.candidate.candidate_id == held.candidate_id
    assert not await incidents.reports.may_see_evidence(held.candidate_id, ward_officer)
    triage = Triage(category=category_of(incidents.policy, "environment"), unit=EAST.unit(Role.WARD))
    await act(report.report_id, _A.TRIAGE, triage, mai, NOW)
    assert await incidents.reports.may_see_evidence(held.candidate_id, ward_officer)


async def test_a_candidate_belongs_to_one_report_at_a_time(
    incidents: Incidents, confirmed: UUID, mai: Account, raised: Raise
) -> None:
    other = await received(incidents)
    async with incidents.database.autocommit() as store:
        (candidate_id,) = (await store.reports.get(confirmed)).candidate_ids
        candidate = await store.candidates.get(candidate_id)
    target = Target(report_id=other.report_id, code=other.code, state=other.state)
    held = replace(candidate, state=CandidateState.VERIFYING, holder=mai.person, lease_until=NOW)
    second = act_candidate(
        held, CandidateAction.ATTACH, Attach(target=target), by=mai, at=NOW, policy=incidents.policy
    )
    with pytest.raises(UniqueViolation):
        async with incidents.database.transaction() as store:
            await store.candidates.save(second)


async def test_a_candidate_that_is_taken_back_keeps_the_dates_of_its_first_report(
    incidents: Incidents, confirmed: UUID, mai: Account
) -> None:
    async with incidents.database.autocommit() as store:
        (candidate_id,) = (await store.reports.get(confirmed)).candidate_ids
        version = (await store.candidates.get(candidate_id)).version
    undone = await incidents.desk.undo(candidate_id, mai, NOW, version)
    again = await incidents.desk.confirm(candidate_id, mai, NOW, undone.version)
    async with incidents.database.autocommit() as store:
        first, second = [await store.reports.get(each) for each in (confirmed, again.report_id)]
    assert (first.candidate_ids, second.candidate_ids) == ((), (candidate_id,))


async def test_merged_reports_can_be_taken_apart_again(incidents: Incidents, act: Act, mai: Account) -> None:
    one, other = await received(incidents), await received(incidents)
    target = Target(report_id=other.report_id, code=other.code, state=other.state)
    merged = await act(one.report_id, _A.MERGE, Merge(target=target), mai, NOW + HOUR)
    assert merged.merged_into == other.report_id
    apart = await act(one.report_id, _A.UNMERGE, None, mai, NOW + 3 * HOUR)
    assert apart.merged_into is None
    intake = apart.clock(ClockKind.INTAKE)
    assert intake and [pause.length for pause in intake.pauses] == [2 * HOUR]


async def test_of_two_who_decide_on_the_same_version_one_is_told_what_the_other_did(
    incidents: Incidents, act: Act, confirmed: UUID, ward_officer: Account, mai: Account
) -> None:
    async with incidents.database.autocommit() as store:
        seen = await store.reports.get(confirmed)
    await act(confirmed, _A.ACCEPT, None, ward_officer, NOW)
    late = act_report(
        seen, _A.REQUEST_TRANSFER, RequestTransfer(reason="Ngoài địa bàn"), by=ward_officer, at=NOW,
        policy=incidents.policy,
    )  # fmt: skip
    with pytest.raises(Stale, match="accept by Cán bộ lam-vien"):
        async with incidents.database.transaction() as store:
            await store.reports.save(late)
    async with incidents.database.autocommit() as store:
        stored = await store.reports.get(confirmed)
    assert [clock.running for clock in stored.clocks if clock.kind is ClockKind.UNIT] == [True]
