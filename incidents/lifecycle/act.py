"""What becomes of a candidate or report when somebody acts. Pure: state, guards, effects, in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from incidents.errors import IncidentError
from incidents.lifecycle.candidate_effects import CANDIDATE_EFFECTS, correct
from incidents.lifecycle.clocks import ClockKind
from incidents.lifecycle.guards import BEFOREHAND, CANDIDATE_CHECKS, REPORT_CHECKS, enforce
from incidents.lifecycle.history import CHANGED, changed, given
from incidents.lifecycle.payloads import (
    CANDIDATE_PAYLOADS,
    REPORT_PAYLOADS,
    Child,
    Confirm,
    Payload,
    Triage,
)
from incidents.lifecycle.reasons import Source
from incidents.lifecycle.records import Candidate, Photo, Report, Transition
from incidents.lifecycle.report_effects import REPORT_EFFECTS, start_clock
from incidents.lifecycle.states import CandidateAction, CandidateState, Guard, ReportAction, ReportState
from incidents.lifecycle.step import Step, role_of
from incidents.lifecycle.tables import after_candidate, after_report
from incidents.people.accounts import Account
from incidents.procedure.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDecision:
    seen: Candidate  # as it was read
    candidate: Candidate  # as it is now
    transitions: tuple[Transition, ...]  # each one version
    joined: UUID | None = None  # the report that it was attached to


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDecision:
    seen: Report | None  # as it was read; None where it has just come to be
    report: Report  # as it is now
    transitions: tuple[Transition, ...]  # each one version
    photos: tuple[Photo, ...] = ()
    unlinks: bool = False  # its candidates are free again
    children: tuple[ReportDecision, ...] = ()


def act_candidate(
    seen: Candidate,
    action: CandidateAction,
    payload: Payload | None = None,
    *,
    by: Account | None,
    at: datetime,
    policy: Policy,
) -> CandidateDecision:
    """Args: by: None for a timer.

    Raises:
        IllegalTransition, NotAllowed: by the table.
        IncidentError: of the guard that refuses; its `guard` names it.
    """
    payload = _expected(payload, CANDIDATE_PAYLOADS[action])
    rule = after_candidate(seen.state, action, role_of(by))
    step = Step(seen=seen, action=action, payload=payload, by=by, at=at, policy=policy)
    enforce(step, rule.needs, CANDIDATE_CHECKS)
    after = seen
    for effect in CANDIDATE_EFFECTS[action]:
        after = effect(after, step)
    after = replace(after, state=rule.to, version=seen.version + 1)
    return CandidateDecision(
        seen=seen,
        candidate=after,
        transitions=(_transition(seen, after, step),),
        joined=after.report_id if action is CandidateAction.ATTACH else None,
    )


def act_report(
    seen: Report,
    action: ReportAction,
    payload: Payload | None = None,
    *,
    by: Account | None,
    at: datetime,
    policy: Policy,
) -> ReportDecision:
    """Likewise."""
    payload = _expected(payload, REPORT_PAYLOADS[action])
    rule = after_report(seen.state, action, role_of(by))
    step = Step(seen=seen, action=action, payload=payload, by=by, at=at, policy=policy)
    enforce(step, rule.needs, REPORT_CHECKS)
    after = seen
    for effect in REPORT_EFFECTS[action]:
        after = effect(after, step)
    since = seen.since if rule.to is seen.state else at
    after = replace(after, state=rule.to, version=seen.version + 1, since=since)
    return ReportDecision(
        seen=seen,
        report=after,
        transitions=(_transition(seen, after, step),),
        photos=getattr(payload, "photos", ()),
        unlinks=action is ReportAction.WITHDRAW,
        children=_children(step),
    )


def may(seen: Report, action: ReportAction, *, by: Account, at: datetime, policy: Policy) -> bool:
    """Whether a page offers it: by the table and the guards that ask nothing of what will be given."""
    try:
        rule = after_report(seen.state, action, by.role)
        step = Step(seen=seen, action=action, payload=Payload(), by=by, at=at, policy=policy)
        enforce(step, rule.needs & BEFOREHAND, REPORT_CHECKS)
    except IncidentError:
        return False
    return True


def preview(seen: Candidate, better: Confirm, *, by: Account, at: datetime, policy: Policy) -> Candidate:
    """The candidate with what an officer knows better. Raises InvalidInput."""
    step = Step(seen=seen, action=CandidateAction.CONFIRM, payload=better, by=by, at=at, policy=policy)
    enforce(step, frozenset({Guard.CATEGORY, Guard.SEVERITY}), CANDIDATE_CHECKS)
    return correct(seen, step)


def raised(candidate: Candidate, at: datetime) -> Transition:
    """The first line of a candidate's history."""
    return Transition(
        action=CandidateAction.RAISE,
        from_state=None,
        to_state=CandidateState.NEW,
        by=None,
        at=at,
        payload={CHANGED: changed(None, candidate)},
    )


def receive(report: Report, *, by: Account | None, at: datetime, policy: Policy) -> ReportDecision:
    """A report comes to be: its first clocks run."""
    step = Step(seen=report, action=ReportAction.RECEIVE, payload=Payload(), by=by, at=at, policy=policy)
    received = start_clock(start_clock(report, step, ClockKind.INTAKE), step, ClockKind.END_TO_END)
    first = Transition(
        action=ReportAction.RECEIVE,
        from_state=None,
        to_state=ReportState.RECEIVED,
        by=step.person,
        at=at,
        payload={CHANGED: changed(None, received)},
    )
    return ReportDecision(seen=None, report=received, transitions=(first,))


def receive_and_triage(
    report: Report, triage: Triage, *, by: Account | None, at: datetime, policy: Policy
) -> ReportDecision:
    """Received and assigned in one moment: two lines of history."""
    received = receive(report, by=by, at=at, policy=policy)
    assigned = act_report(received.report, ReportAction.TRIAGE, triage, by=by, at=at, policy=policy)
    return replace(assigned, seen=None, transitions=(*received.transitions, *assigned.transitions))


def report_of(
    candidate: Candidate, *, report_id: UUID, day: date, number: int, by: Account, at: datetime
) -> Report:
    """The report that a confirmed candidate becomes, before anything has happened to it."""
    camera = candidate.event.camera
    return Report(
        report_id=report_id,
        day=day,
        number=number,
        source=Source.CAMERA,
        category_key=candidate.category_key,
        family=candidate.event.family,
        kind=candidate.event.kind,
        severity=candidate.severity,
        ward=candidate.ward,
        near_boundary=candidate.near_boundary,
        lon_deg=camera.lon_deg,
        lat_deg=camera.lat_deg,
        address=camera.address,
        created_at=at,
        created_by=by.person,
        candidate_ids=(candidate.candidate_id,),
        state=ReportState.RECEIVED,
        version=1,
        since=at,
    )


def _children(step: Step[Report]) -> tuple[ReportDecision, ...]:
    return tuple(_child(step, child) for child in step.given("children") or ())


def _child(step: Step[Report], child: Child) -> ReportDecision:
    parent = step.seen
    report = Report(
        report_id=child.report_id,
        day=step.policy.calendar.on(step.at),
        number=child.number,
        source=parent.source,
        category_key=child.category.key,
        family=parent.family,
        kind=parent.kind,
        severity=parent.severity,
        ward=parent.ward,
        near_boundary=parent.near_boundary,
        lon_deg=parent.lon_deg,
        lat_deg=parent.lat_deg,
        address=parent.address,
        created_at=step.at,
        created_by=step.person,
        parent_id=parent.report_id,
        state=ReportState.RECEIVED,
        version=1,
        since=step.at,
    )
    triage = Triage(category=child.category, unit=child.unit, coordinating=child.coordinating)
    return receive_and_triage(report, triage, by=step.by, at=step.at, policy=step.policy)


def _expected(payload: Payload | None, of: type[Payload]) -> Payload:
    """Raises TypeError: a caller of ours mixed up the actions."""
    payload = Payload() if payload is None else payload
    if type(payload) is not of:
        raise TypeError(f"{type(payload).__name__} was given where {of.__name__} belongs")
    return payload


def _transition(
    seen: Candidate | Report, after: Candidate | Report, step: Step[Candidate] | Step[Report]
) -> Transition:
    return Transition(
        action=step.action,
        from_state=seen.state,
        to_state=after.state,
        by=step.person,
        at=step.at,
        payload={**given(step.payload), CHANGED: changed(seen, after)},
    )
