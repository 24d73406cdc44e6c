from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from incidents.contract.events import Family
from incidents.errors import (
    HeldByOther,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    Stale,
    TooLate,
)
from incidents.lifecycle.reasons import DismissReason
from incidents.lifecycle.states import CandidateState, ReportState
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.read.views import CandidateView, ReportView
from incidents.usecases.service import Incidents
from tests.store.city import NOW, MakeAccount, Raise

MINUTE = timedelta(minutes=1)


async def test_what_a_camera_raised_waits_with_its_ward_lead_and_due(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    candidate_id = await raised()
    (item,) = (await incidents.desk.queue(mai, NOW)).items
    assert item.candidate_id == candidate_id
    assert item.ward_name == "Phường Lâm Viên - Đà Lạt"
    assert item.lead_unit_name == "UBND phường Lâm Viên - Đà Lạt"
    assert item.category_key == "urban_order"
    assert item.would_be_due.due_at == NOW + timedelta(hours=2)


async def test_the_queue_ranks_by_severity_then_age(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    parked_late = await raised(NOW)
    parked_early = await raised(NOW - MINUTE)
    wrong_way = await raised(NOW, kind="wrong_way", family=Family.TRAFFIC)
    queue = await incidents.desk.queue(mai, NOW)
    assert [item.candidate_id for item in queue.items] == [wrong_way, parked_early, parked_late]
    assert queue.n_by_family == {Family.ENCROACHMENT: 2, Family.TRAFFIC: 1, Family.LITTERING: 0}
    assert (queue.n_waiting, queue.oldest_waiting_s) == (3, 60)


async def test_the_queue_can_show_one_family(incidents: Incidents, mai: Account, raised: Raise) -> None:
    await raised()
    wrong_way = await raised(kind="wrong_way", family=Family.TRAFFIC)
    queue = await incidents.desk.queue(mai, NOW, Family.TRAFFIC)
    assert [item.candidate_id for item in queue.items] == [wrong_way]
    assert queue.n_waiting == 2


async def test_a_claim_holds_it_for_five_minutes(incidents: Incidents, mai: Account, raised: Raise) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    assert held.state is CandidateState.VERIFYING
    assert held.holder == mai.person
    assert held.lease_until == NOW + 5 * MINUTE


async def test_a_claim_by_its_holder_renews_it_and_keeps_the_version(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    renewed = await incidents.desk.claim(held.candidate_id, mai, NOW + 4 * MINUTE)
    assert (renewed.lease_until, renewed.version) == (NOW + 9 * MINUTE, held.version)


async def test_a_claim_by_another_says_who_holds_it_and_until_when(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    with pytest.raises(HeldByOther) as refused:
        await incidents.desk.claim(held.candidate_id, hung, NOW)
    assert (refused.value.name, refused.value.until) == (mai.full_name, NOW + 5 * MINUTE)


async def test_a_lease_that_ran_out_is_free_before_any_sweeper_comes(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    taken = await incidents.desk.claim(held.candidate_id, hung, NOW + 5 * MINUTE)
    assert taken.holder == hung.person
    seen = await incidents.desk.candidate(held.candidate_id, hung, NOW + 5 * MINUTE)
    assert [row.action for row in seen.history] == ["raise", "claim", "lease_end", "claim"]


async def test_a_released_candidate_waits_again(incidents: Incidents, mai: Account, raised: Raise) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    released = await incidents.desk.release(held.candidate_id, mai, NOW)
    assert (released.state, released.holder) == (CandidateState.NEW, None)


async def test_confirming_makes_a_report_assigned_to_its_lead_unit(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    report = await confirm(incidents, await raised(), mai)
    assert report.code == "PA-2311-0001"
    assert report.state is ReportState.ASSIGNED
    assert report.lead_unit_name == "UBND phường Lâm Viên - Đà Lạt"
    assert report.coordinating == ("Công an phường Lâm Viên - Đà Lạt",)
    assert [(row.action, row.to_state) for row in report.history] == [
        ("receive", "received"),
        ("triage", "assigned"),
    ]
    assert report.due.due_at == NOW + timedelta(hours=2)
    assert report.candidate is not None
    assert report.candidate.state is CandidateState.CONFIRMED


async def test_the_officer_may_know_category_ward_and_severity_better(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    report = await incidents.desk.confirm(
        held.candidate_id,
        mai,
        NOW,
        held.version,
        category_key="environment",
        ward_code="24787",
        severity=3,
    )
    assert report.lead_unit_name == "Phòng Tài nguyên và Môi trường"
    assert report.coordinating == ("UBND phường Cam Ly - Đà Lạt",)
    assert (report.ward_code, report.severity) == ("24787", 3)
    seen = await incidents.desk.candidate(held.candidate_id, mai, NOW)
    assert seen.history[-1].given == {
        "category": {"key": "environment", "name": "Môi trường", "name_en": "Environment"},
        "ward": {"code": "24787", "name": "Phường Cam Ly - Đà Lạt", "valid_from": "2025-07-01"},
        "severity": 3,
    }


@pytest.mark.parametrize(
    "wrong", [{"category_key": "parking"}, {"ward_code": "00000"}, {"severity": 4}], ids=str
)
async def test_a_correction_that_does_not_exist_changes_nothing(
    incidents: Incidents, mai: Account, raised: Raise, wrong: dict[str, object]
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    with pytest.raises(InvalidInput):
        await incidents.desk.confirm(held.candidate_id, mai, NOW, held.version, **wrong)  # type: ignore[arg-type]
    assert (await incidents.desk.candidate(held.candidate_id, mai, NOW)).state is CandidateState.VERIFYING


async def test_nobody_decides_on_what_nobody_holds(incidents: Incidents, mai: Account, raised: Raise) -> None:
    candidate_id = await raised()
    with pytest.raises(IllegalTransition, match="from here: claim"):
        await incidents.desk.confirm(candidate_id, mai, NOW, 1)


async def test_nobody_decides_on_what_a_colleague_holds(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    with pytest.raises(HeldByOther, match=mai.full_name):
        await incidents.desk.dismiss(held.candidate_id, hung, NOW, held.version, DismissReason.FALSE_ALARM)


async def test_a_second_decision_on_an_old_page_tells_who_decided_and_when(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    candidate_id = await raised()
    await confirm(incidents, candidate_id, mai)
    with pytest.raises(Stale) as refused:
        await incidents.desk.confirm(candidate_id, hung, NOW, 1)
    assert [(row.action, row.by_name, row.at) for row in refused.value.newer] == [
        ("claim", mai.full_name, NOW),
        ("confirm", mai.full_name, NOW),
    ]


async def test_a_second_decision_on_a_fresh_page_tells_who_decided_and_when(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    candidate_id = await raised()
    await confirm(incidents, candidate_id, mai)
    fresh = await incidents.desk.candidate(candidate_id, hung, NOW)
    with pytest.raises(IllegalTransition) as refused:
        await incidents.desk.dismiss(candidate_id, hung, NOW, fresh.version, DismissReason.NO_VIOLATION)
    assert refused.value.last is not None
    assert (refused.value.last.by_name, refused.value.last.at) == (mai.full_name, NOW)


async def test_a_version_that_never_was_is_refused(incidents: Incidents, mai: Account, raised: Raise) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    with pytest.raises(Stale, match="the version sent is unknown"):
        await incidents.desk.confirm(held.candidate_id, mai, NOW, 99)


async def test_an_unknown_candidate_is_not_found(incidents: Incidents, mai: Account) -> None:
    with pytest.raises(NotFound, match="no candidate"):
        await incidents.desk.claim(uuid4(), mai, NOW)


async def test_a_ward_does_not_see_candidates(incidents: Incidents, ward_officer: Account) -> None:
    with pytest.raises(NotAllowed):
        await incidents.desk.queue(ward_officer, NOW)


async def test_of_many_officers_who_claim_at_once_one_gets_it(
    incidents: Incidents, account: MakeAccount, raised: Raise
) -> None:
    candidate_id = await raised()
    officers = [await officer(account, n) for n in range(8)]
    answers = await asyncio.gather(
        *(incidents.desk.claim(candidate_id, each, NOW) for each in officers), return_exceptions=True
    )
    (won,) = [answer for answer in answers if isinstance(answer, CandidateView)]
    lost = [answer for answer in answers if isinstance(answer, HeldByOther)]
    assert len(lost) == 7
    assert won.holder is not None
    assert all(won.holder.full_name in str(refusal) for refusal in lost)


async def test_at_the_end_of_a_lease_either_its_holder_renews_it_or_a_colleague_gets_it(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    for _ in range(20):
        held = await incidents.desk.claim(await raised(), mai, NOW)
        answers = await asyncio.gather(
            *(incidents.desk.claim(held.candidate_id, each, NOW + 5 * MINUTE) for each in (hung, mai)),
            return_exceptions=True,
        )
        (won,) = [answer for answer in answers if isinstance(answer, CandidateView)]
        seen = await incidents.desk.candidate(held.candidate_id, mai, NOW + 5 * MINUTE)
        assert (seen.holder, seen.lease_until) == (won.holder, NOW + 10 * MINUTE)


async def test_of_two_answers_to_the_same_page_one_counts(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    for _ in range(10):
        held = await incidents.desk.claim(await raised(), mai, NOW)
        answers = await asyncio.gather(
            incidents.desk.confirm(held.candidate_id, mai, NOW, held.version),
            incidents.desk.dismiss(held.candidate_id, mai, NOW, held.version, DismissReason.DRILL),
            return_exceptions=True,
        )
        assert len([answer for answer in answers if isinstance(answer, Stale)]) == 1
        assert len([answer for answer in answers if isinstance(answer, CandidateView | ReportView)]) == 1


async def test_the_numbers_of_a_day_have_neither_gap_nor_repeat(
    incidents: Incidents, account: MakeAccount, raised: Raise
) -> None:
    officers = [await officer(account, n) for n in range(6)]
    candidates = [await raised() for _ in officers]
    reports = await asyncio.gather(
        *(confirm(incidents, *each) for each in zip(candidates, officers, strict=True))
    )
    assert sorted(report.code for report in reports) == [f"PA-2311-{n:04d}" for n in range(1, 7)]


async def test_a_day_begins_at_midnight_of_the_city(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    before_midnight = NOW.replace(hour=16, minute=59)
    assert (await confirm(incidents, await raised(), mai, before_midnight)).code == "PA-2311-0001"
    after = before_midnight + MINUTE
    assert (await confirm(incidents, await raised(), mai, after)).code == "PA-2411-0001"
    queue = await incidents.desk.queue(mai, after)
    assert queue.n_confirmed_today == 1


async def test_a_confirmation_can_be_taken_back_and_made_again(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    first = await confirm(incidents, await raised(), mai)
    assert first.candidate is not None
    undone = await incidents.desk.undo(
        first.candidate.candidate_id, mai, NOW + 4 * MINUTE, first.candidate.version
    )
    assert (undone.state, undone.holder, undone.report_id) == (
        CandidateState.VERIFYING,
        mai.person,
        None,
    )
    withdrawn = await incidents.reports.report(first.report_id, mai, NOW)
    assert (withdrawn.state, withdrawn.history[-1].note) == (ReportState.CANCELLED, "withdrawn")
    again = await incidents.desk.confirm(undone.candidate_id, mai, NOW + 5 * MINUTE, undone.version)
    assert again.code == "PA-2311-0002"


async def test_a_dismissal_can_be_taken_back(incidents: Incidents, mai: Account, raised: Raise) -> None:
    gone = await dismiss(incidents, await raised(), mai)
    queue = await incidents.desk.queue(mai, NOW)
    assert queue.n_dismissed_today == 1
    assert queue.undoable is not None
    assert queue.undoable.until == NOW + 5 * MINUTE
    undone = await incidents.desk.undo(gone.candidate_id, mai, NOW, gone.version)
    assert (undone.state, undone.dismiss_reason, undone.decided_at) == (
        CandidateState.VERIFYING,
        None,
        None,
    )


async def test_after_five_minutes_a_decision_stands(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    gone = await dismiss(incidents, await raised(), mai)
    late = NOW + 5 * MINUTE + timedelta(seconds=1)
    with pytest.raises(TooLate):
        await incidents.desk.undo(gone.candidate_id, mai, late, gone.version)
    assert (await incidents.desk.queue(mai, late)).undoable is None


async def test_nobody_takes_back_a_colleagues_decision(
    incidents: Incidents, mai: Account, hung: Account, raised: Raise
) -> None:
    gone = await dismiss(incidents, await raised(), mai)
    with pytest.raises(NotAllowed, match=mai.full_name):
        await incidents.desk.undo(gone.candidate_id, hung, NOW, gone.version)


async def test_a_shift_lead_takes_back_an_officers_confirmation_and_holds_it_then(
    incidents: Incidents, mai: Account, account: MakeAccount, raised: Raise
) -> None:
    report = await confirm(incidents, await raised(), mai)
    assert report.candidate is not None
    lead = await account("lead", Role.SHIFT_LEAD, "ioc")
    undone = await incidents.desk.undo(report.candidate.candidate_id, lead, NOW, report.candidate.version)
    assert (undone.state, undone.holder) == (CandidateState.VERIFYING, lead.person)


async def test_what_its_unit_has_opened_cannot_be_taken_back(
    incidents: Incidents, mai: Account, ward_officer: Account, raised: Raise
) -> None:
    report = await confirm(incidents, await raised(), mai)
    assert report.candidate is not None
    await incidents.reports.opened(report.report_id, ward_officer, NOW)
    with pytest.raises(IllegalTransition, match=ward_officer.full_name):
        await incidents.desk.undo(report.candidate.candidate_id, mai, NOW, report.candidate.version)
    assert (await incidents.desk.queue(mai, NOW)).undoable is None


async def officer(account: MakeAccount, n: int) -> Account:
    return await account(f"officer-{n}", Role.DUTY_OFFICER, "ioc")


async def confirm(incidents: Incidents, candidate_id: UUID, by: Account, at: datetime = NOW) -> ReportView:
    held = await incidents.desk.claim(candidate_id, by, at)
    return await incidents.desk.confirm(candidate_id, by, at, held.version)


async def dismiss(incidents: Incidents, candidate_id: UUID, by: Account) -> CandidateView:
    held = await incidents.desk.claim(candidate_id, by, NOW)
    return await incidents.desk.dismiss(candidate_id, by, NOW, held.version, DismissReason.FALSE_ALARM)
