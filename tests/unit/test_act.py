"""Generated from the tables: each row moves with its guards satisfied, and each guard alone refuses it."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from incidents.errors import IllegalTransition, IncidentError, NotAllowed
from incidents.lifecycle.act import CandidateDecision, ReportDecision, act_candidate, act_report, may
from incidents.lifecycle.candidate_effects import CANDIDATE_EFFECTS
from incidents.lifecycle.clocks import ClockKind, Verdict
from incidents.lifecycle.guards import CANDIDATE_CHECKS, REPORT_CHECKS
from incidents.lifecycle.payloads import CANDIDATE_PAYLOADS, REPORT_PAYLOADS, Because, Payload
from incidents.lifecycle.records import Report
from incidents.lifecycle.report_effects import REPORT_EFFECTS
from incidents.lifecycle.states import CandidateAction, CandidateState, Guard, ReportAction, ReportState
from incidents.lifecycle.tables import CANDIDATE_TRANSITIONS, REPORT_TRANSITIONS
from incidents.people.roles import LEAD, Role
from tests.acting import (
    NOW,
    OTHER,
    POLICE,
    POLICY,
    STRANGER,
    VIOLATIONS_OF_CANDIDATE,
    VIOLATIONS_OF_REPORT,
    WARD,
    Asked,
    account,
    asked_of_candidate,
    asked_of_report,
)

CandidateRow = tuple[CandidateState, CandidateAction]
ReportRow = tuple[ReportState, ReportAction]


def of_candidate(asked: Asked) -> CandidateDecision:
    return act_candidate(
        asked.seen, asked.action, asked.payload, by=asked.by, at=asked.at, policy=asked.policy
    )


def of_report(asked: Asked) -> ReportDecision:
    return act_report(asked.seen, asked.action, asked.payload, by=asked.by, at=asked.at, policy=asked.policy)


def roles_and_rows(table: object) -> list[object]:
    assert isinstance(table, dict)
    return [(row, role) for row, rule in table.items() for role in sorted(rule.roles)]


def guards_and_rows(table: object) -> list[object]:
    assert isinstance(table, dict)
    return [(row, guard) for row, rule in table.items() for guard in sorted(rule.needs)]


@pytest.mark.parametrize(("row", "role"), roles_and_rows(CANDIDATE_TRANSITIONS), ids=str)
def test_each_row_of_the_table_of_candidates_moves_for_each_of_its_roles(
    row: CandidateRow, role: Role
) -> None:
    asked = asked_of_candidate(*row, role)
    decision = of_candidate(asked)
    assert decision.candidate.state is CANDIDATE_TRANSITIONS[row].to
    assert decision.candidate.version == asked.seen.version + 1
    (transition,) = decision.transitions
    assert (transition.from_state, transition.to_state) == (row[0], decision.candidate.state)


@pytest.mark.parametrize(("row", "role"), roles_and_rows(REPORT_TRANSITIONS), ids=str)
def test_each_row_of_the_table_of_reports_moves_for_each_of_its_roles(row: ReportRow, role: Role) -> None:
    asked = asked_of_report(*row, role)
    decision = of_report(asked)
    assert decision.report.state is REPORT_TRANSITIONS[row].to
    assert decision.report.version == asked.seen.version + 1
    (transition,) = decision.transitions
    assert (transition.from_state, transition.to_state) == (row[0], decision.report.state)


@pytest.mark.parametrize(("row", "guard"), guards_and_rows(CANDIDATE_TRANSITIONS), ids=str)
def test_each_guard_of_a_candidates_row_refuses_alone_and_is_named(row: CandidateRow, guard: Guard) -> None:
    asked = VIOLATIONS_OF_CANDIDATE[guard](
        asked_of_candidate(*row, no_lead(CANDIDATE_TRANSITIONS[row].roles))
    )
    with pytest.raises(IncidentError) as refused:
        of_candidate(asked)
    assert refused.value.guard == guard


@pytest.mark.parametrize(("row", "guard"), guards_and_rows(REPORT_TRANSITIONS), ids=str)
def test_each_guard_of_a_reports_row_refuses_alone_and_is_named(row: ReportRow, guard: Guard) -> None:
    role = Role.CITIZEN if guard is Guard.OWN_REPORT else no_lead(REPORT_TRANSITIONS[row].roles)
    with pytest.raises(IncidentError) as refused:
        of_report(VIOLATIONS_OF_REPORT[guard](asked_of_report(*row, role)))
    assert refused.value.guard == guard


def no_lead(roles: frozenset[Role]) -> Role:
    """A role of the row that takes back only its own decisions, where there is one."""
    return min(roles - LEAD or roles)


@pytest.mark.parametrize("row", REPORT_TRANSITIONS, ids=str)
def test_every_other_role_is_refused(row: ReportRow) -> None:
    asked = asked_of_report(*row)
    for role in sorted(set(Role) - REPORT_TRANSITIONS[row].roles - {Role.SYSTEM}):
        with pytest.raises(NotAllowed):
            of_report(asked.changed(by=account(role, WARD.unit_id)))


@pytest.mark.parametrize("state", ReportState)
@pytest.mark.parametrize("action", REPORT_PAYLOADS)
def test_an_action_that_a_state_does_not_have_is_refused(state: ReportState, action: ReportAction) -> None:
    if (state, action) in REPORT_TRANSITIONS:
        return
    other = next(row for row in REPORT_TRANSITIONS if row[1] is action)
    asked = asked_of_report(*other)
    with pytest.raises(IllegalTransition):
        of_report(asked.standing(state=state))


def test_every_guard_has_a_check_and_every_action_a_payload_and_effects() -> None:
    assert {guard for rule in CANDIDATE_TRANSITIONS.values() for guard in rule.needs} == set(CANDIDATE_CHECKS)
    assert {guard for rule in REPORT_TRANSITIONS.values() for guard in rule.needs} == set(REPORT_CHECKS)
    assert (
        {action for _, action in CANDIDATE_TRANSITIONS} == set(CANDIDATE_PAYLOADS) == set(CANDIDATE_EFFECTS)
    )
    assert {action for _, action in REPORT_TRANSITIONS} == set(REPORT_PAYLOADS) == set(REPORT_EFFECTS)


@pytest.mark.parametrize(
    ("guard", "field"),
    [
        (Guard.REASON, "reason"),
        (Guard.REASON_CODE, "reason_code"),
        (Guard.TARGET, "target"),
        (Guard.QUESTION, "question"),
        (Guard.INSTRUCTION, "instruction"),
        (Guard.UNIT, "unit"),
        (Guard.EXPECTED_DATE, "expected_on"),
        (Guard.PUBLIC_TEXT, "public_text"),
        (Guard.TEXT, "text"),
        (Guard.PHOTO, "photos"),
        (Guard.CHECKLIST, "checklist"),
        (Guard.NOTE, "note"),
        (Guard.CHILDREN, "children"),
    ],
)
def test_a_payload_has_the_field_that_its_guard_asks_for(guard: Guard, field: str) -> None:
    needing = {action for (_, action), rule in REPORT_TRANSITIONS.items() if guard in rule.needs}
    assert needing
    for action in needing:
        assert field in {each.name for each in fields(REPORT_PAYLOADS[action])}


def test_the_payload_of_another_action_is_a_mistake_of_ours() -> None:
    asked = asked_of_report(ReportState.REVIEW, ReportAction.RETURN)
    with pytest.raises(TypeError, match="Payload was given where Because belongs"):
        of_report(asked.changed(payload=Payload()))


def test_nobody_of_a_unit_that_worked_on_it_judges_the_result() -> None:
    asked = asked_of_report(ReportState.RECHECK, ReportAction.PASS_RECHECK, Role.DEPARTMENT)
    for unit in (WARD, POLICE):
        with pytest.raises(NotAllowed, match="neither the unit nor the person") as refused:
            of_report(asked.changed(by=account(Role.DEPARTMENT, unit.unit_id)))
        assert refused.value.guard is Guard.OTHER_UNIT


def test_who_did_the_work_does_not_judge_it_after_changing_units() -> None:
    asked = asked_of_report(ReportState.REVIEW, ReportAction.PUBLISH)
    assert asked.by
    with pytest.raises(NotAllowed):
        of_report(asked.standing(submitted_by=asked.by.person))


def test_a_page_offers_what_the_table_and_the_guards_allow() -> None:
    ward, neighbour = account(Role.WARD, WARD.unit_id), account(Role.WARD, OTHER.unit_id)
    report = asked_of_report(ReportState.PROCESSING, ReportAction.SUBMIT).seen
    assert may(report, ReportAction.SUBMIT, by=ward, at=NOW, policy=POLICY)
    assert not may(report, ReportAction.ACCEPT, by=ward, at=NOW, policy=POLICY)
    assert not may(report, ReportAction.SUBMIT, by=neighbour, at=NOW, policy=POLICY)


# Effects


def after(state: ReportState, action: ReportAction, seen: Report | None = None, **how: object) -> Report:
    asked = asked_of_report(state, action)
    return of_report(asked.changed(seen=seen or asked.seen, **how)).report


def test_a_transfer_ends_the_old_units_time_and_gives_the_new_one_a_clock_of_its_own() -> None:
    requested = after(ReportState.PROCESSING, ReportAction.REQUEST_TRANSFER)
    later = NOW + timedelta(days=9)
    moved = after(ReportState.TRANSFER_REQ, ReportAction.APPROVE_TRANSFER, requested, at=later)
    assert (moved.lead, moved.n_hops, moved.coordinating) == (OTHER, 1, (POLICE,))
    old, new = (clock for clock in moved.clocks if clock.kind is ClockKind.UNIT)
    assert (old.stopped_at, new.started_at, new.unit_id) == (NOW, later, OTHER.unit_id)
    assert old.verdict is Verdict.ON_TIME  # the days in which the Office decided are not the unit's
    assert moved.clock(ClockKind.END_TO_END) == requested.clock(ClockKind.END_TO_END)


def test_a_transfer_that_is_refused_leaves_the_clock_as_if_it_had_never_stopped() -> None:
    before = asked_of_report(ReportState.PROCESSING, ReportAction.REQUEST_TRANSFER).seen
    requested = after(ReportState.PROCESSING, ReportAction.REQUEST_TRANSFER)
    refused = after(
        ReportState.TRANSFER_REQ, ReportAction.REFUSE_TRANSFER, requested, at=NOW + timedelta(days=1)
    )
    assert refused.clock(ClockKind.UNIT) == before.clock(ClockKind.UNIT)


def test_the_time_of_a_review_that_returns_the_result_does_not_count() -> None:
    submitted = after(ReportState.PROCESSING, ReportAction.SUBMIT)
    promised = submitted.clock(ClockKind.UNIT)
    assert promised and promised.stopped_at == NOW
    returned = after(ReportState.REVIEW, ReportAction.RETURN, submitted, at=NOW + timedelta(days=2))
    clock = returned.clock(ClockKind.UNIT)
    assert clock and clock.running and promised.due_at and clock.due_at
    assert [pause.length for pause in clock.pauses] == [timedelta(days=2)]
    assert clock.due_at > promised.due_at


def test_a_result_is_judged_at_the_submission_that_is_approved_and_the_verdict_stays() -> None:
    submitted = after(ReportState.PROCESSING, ReportAction.SUBMIT)
    published = after(ReportState.REVIEW, ReportAction.PUBLISH, submitted, at=NOW + timedelta(days=300))
    clock = published.clock(ClockKind.UNIT)
    assert clock and (clock.verdict, clock.stopped_at) == (Verdict.ON_TIME, NOW)
    checked = after(ReportState.PUBLISHED, ReportAction.START_RECHECK, published)
    rechecker = account(Role.RECHECKER)
    failed = after(ReportState.RECHECK, ReportAction.FAIL_RECHECK, checked, by=rechecker)
    again = after(ReportState.REPROCESS, ReportAction.REOPEN, failed)
    assert (again.round, again.verified) == (2, False)
    first, second = (each for each in again.clocks if each.kind is ClockKind.UNIT)
    assert (first, second.open) == (clock, True)


def test_waiting_for_the_reporter_pauses_the_intake_but_not_the_whole() -> None:
    asked = after(ReportState.RECEIVED, ReportAction.ASK)
    intake, whole = (asked.clock(kind) for kind in (ClockKind.INTAKE, ClockKind.END_TO_END))
    assert intake and whole and (intake.running, whole.running) == (False, True)
    supply = asked_of_report(ReportState.NEED_INFO, ReportAction.SUPPLY)
    assert supply.by
    by_reporter = supply.changed(seen=asked, at=NOW + timedelta(days=1)).standing(created_by=supply.by.person)
    resumed = of_report(by_reporter).report.clock(ClockKind.INTAKE)
    assert resumed and [pause.length for pause in resumed.pauses] == [timedelta(days=1)]


def test_a_deferral_changes_what_the_unit_commits_to_and_not_the_due_by_law() -> None:
    before = asked_of_report(ReportState.PROCESSING, ReportAction.DEFER).seen
    deferred = after(ReportState.PROCESSING, ReportAction.DEFER)
    assert deferred.expected_on and deferred.public_text
    assert deferred.clock(ClockKind.UNIT) == before.clock(ClockKind.UNIT)
    assert deferred.coordinating == (POLICE, OTHER)


def test_a_split_report_leaves_parts_with_units_and_clocks_of_their_own() -> None:
    decision = of_report(asked_of_report(ReportState.RECEIVED, ReportAction.SPLIT))
    parts = [part.report for part in decision.children]
    assert [(part.parent_id, part.lead, part.state) for part in parts] == [
        (decision.report.report_id, OTHER, ReportState.ASSIGNED)
    ] * 2
    assert all(part.clock(ClockKind.UNIT) for part in parts)
    assert decision.report.lead == WARD


def test_what_is_taken_back_leaves_no_unit_and_no_open_clock() -> None:
    decision = of_report(asked_of_report(ReportState.ASSIGNED, ReportAction.WITHDRAW))
    assert (decision.report.units, decision.unlinks) == ((), True)
    assert {clock.verdict for clock in decision.report.clocks} == {Verdict.VOID}


def test_a_leader_who_sends_back_what_a_unit_did_not_want_frees_the_unit() -> None:
    asked = asked_of_report(ReportState.DIRECTION, ReportAction.INSTRUCT)
    received = of_report(asked).report
    assert received.units == ()
    unit = received.clock(ClockKind.UNIT)
    assert unit and not unit.open


def test_a_due_is_recomputed_only_when_somebody_says_why() -> None:
    asked = asked_of_report(ReportState.PROCESSING, ReportAction.RECOMPUTE_DUE)
    with pytest.raises(IncidentError) as refused:
        of_report(asked.changed(payload=Because(reason="")))
    assert refused.value.guard is Guard.REASON
    assert STRANGER.role not in REPORT_TRANSITIONS[ReportState.PROCESSING, ReportAction.RECOMPUTE_DUE].roles
