"""A history tells what stood at every instant of it: random lives, folded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.errors import IncidentError
from incidents.lifecycle.act import act_candidate, act_report, raised, receive
from incidents.lifecycle.history import candidate_at, report_at
from incidents.lifecycle.payloads import CANDIDATE_PAYLOADS, REPORT_PAYLOADS, Payload
from incidents.lifecycle.records import Candidate, Report, Transition
from incidents.lifecycle.states import CandidateState, Guard, ReportAction
from incidents.lifecycle.tables import CANDIDATE_TRANSITIONS, REPORT_TRANSITIONS
from incidents.people.accounts import Account
from incidents.people.roles import Role
from tests.acting import NOW, OTHER, POLICY, WARD, WHOLE, account, candidate_in
from tests.reports import citizens_report

# From steps in one lease to those after every timer.
WAITS = st.sampled_from([timedelta(seconds=1), timedelta(minutes=6), timedelta(hours=20), timedelta(days=6)])
FAR = date(2999, 1, 1)
CITIZEN = account(Role.CITIZEN)


@settings(max_examples=150, deadline=None)
@given(choose=st.data(), n_steps=st.integers(1, 30))
def test_the_folded_history_of_a_report_is_the_report_at_every_instant(choose: Any, n_steps: int) -> None:
    new = citizens_report(created_by=CITIZEN.person, created_at=NOW, since=NOW)
    received = receive(new, by=CITIZEN, at=NOW, policy=POLICY)
    stood, history, at = [(NOW, received.report)], [*received.transitions], NOW
    for _ in range(n_steps):
        seen = stood[-1][1]
        rows = [row for row in REPORT_TRANSITIONS if row[0] is seen.state]
        if not rows:
            break
        row = choose.draw(st.sampled_from(rows))
        at += choose.draw(WAITS)
        by = somebody(choose, REPORT_TRANSITIONS[row], seen)
        try:
            decision = act_report(seen, row[1], whole(row[1], seen), by=by, at=at, policy=POLICY)
        except IncidentError:  # by a guard that looks at the time, or at what was before
            continue
        stood.append((at, decision.report))
        history += decision.transitions
    assert [report_at(history, then) for then, _ in stood] == [report for _, report in stood]
    assert report_at(history, NOW - timedelta(microseconds=1)) is None


@settings(max_examples=80, deadline=None)
@given(choose=st.data(), n_steps=st.integers(1, 20))
def test_the_folded_history_of_a_candidate_is_the_candidate_at_every_instant(
    choose: Any, n_steps: int
) -> None:
    new = replace(candidate_in(CandidateState.NEW, None), version=1, queued_at=NOW)
    stood, history, at = [(NOW, new)], [raised(new, NOW)], NOW
    for _ in range(n_steps):
        seen = stood[-1][1]
        rows = [row for row in CANDIDATE_TRANSITIONS if row[0] is seen.state]
        if not rows:
            break
        row = choose.draw(st.sampled_from(rows))
        at += choose.draw(WAITS)
        payload = WHOLE[CANDIDATE_PAYLOADS[row[1]]]
        by = somebody(choose, CANDIDATE_TRANSITIONS[row])
        try:
            decision = act_candidate(seen, row[1], payload, by=by, at=at, policy=POLICY)
        except IncidentError:
            continue
        stood.append((at, decision.candidate))
        history += decision.transitions
    found = [candidate_at(new.event, history, then) for then, _ in stood]
    assert found == [without_lease_and_link(candidate) for _, candidate in stood]


def somebody(choose: Any, rule: Any, report: Report | None = None) -> Account | None:
    """Whom the row allows, of the unit that leads where only that one may."""
    role = choose.draw(st.sampled_from(sorted(rule.roles)))
    if role is Role.SYSTEM:
        return None
    of_lead = report and report.lead and Guard.LEAD_UNIT in rule.needs
    return account(role, report.lead.unit_id if of_lead else "ioc")  # type: ignore[union-attr]


def whole(action: ReportAction, report: Report) -> Payload:
    """Nothing is missing, and the unit is one that has not got the report."""
    payload: Any = WHOLE[REPORT_PAYLOADS[action]]
    if action in (ReportAction.APPROVE_TRANSFER, ReportAction.COORDINATE):
        units = (OTHER, WARD, replace(OTHER, unit_id="ward-3"), replace(OTHER, unit_id="ward-4"))
        return replace(payload, unit=next((unit for unit in units if unit not in report.units), OTHER))
    if action in (ReportAction.DEFER, ReportAction.NEW_DATE):
        return replace(payload, expected_on=FAR)
    return payload  # type: ignore[no-any-return]


def without_lease_and_link(candidate: Candidate) -> Candidate:
    """Leases are renewed, and links made, without a transition."""
    return replace(candidate, lease_until=None, report_id=None, report_code=None)


def test_a_history_of_before_payloads_tells_nothing_rather_than_something_wrong() -> None:
    received = receive(citizens_report(), by=None, at=NOW, policy=POLICY)
    old = [replace(step, payload={"note": "như cũ"}) for step in received.transitions]
    assert report_at(old, NOW) is None
    assert isinstance(old[0], Transition)
