"""The pure half of a decision: what becomes of a candidate, and the report that a confirmation makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from incidents.errors import IllegalTransition, InvalidInput
from incidents.lifecycle.reasons import Source
from incidents.lifecycle.records import Candidate, Report, Transition
from incidents.lifecycle.states import (
    CandidateAction,
    Guard,
    ReportAction,
    ReportState,
    TransitionRule,
    after_candidate,
    after_report,
)
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.places.routing import WardRef, route
from incidents.procedure.policy import Policy
from incidents.read.present import started_clock
from incidents.sla.deadline import due

LEASE = timedelta(minutes=5)  # report-lifecycle: held for 5 minutes, renewed by activity
UNDO_WITHIN = timedelta(minutes=5)  # report-lifecycle: taken back within 5 minutes


def without_old_lease(seen: Candidate, at: datetime) -> tuple[Candidate, list[Transition]]:
    """The candidate with a lease that has run out ended, as the sweeper would have done, and that step."""
    if seen.lease_until is None or at < seen.lease_until:
        return seen, []
    move = after_candidate(seen.state, CandidateAction.LEASE_END, Role.SYSTEM)
    ended = Transition(
        action=CandidateAction.LEASE_END, from_state=seen.state, to_state=move.to, by=None, at=at
    )
    return replace(seen, state=move.to, holder=None, lease_until=None), [ended]


def corrected(
    policy: Policy,
    seen: Candidate,
    *,
    category_key: str | None,
    ward: WardRef | None,
    severity: int | None,
) -> Candidate:
    """With what the officer knows better. Raises InvalidInput."""
    if severity is not None and severity not in (1, 2, 3):
        raise InvalidInput("severity", f"{severity}: wanted 1, 2 or 3")
    category = policy.rule(category_key or policy.standing(seen.category_key)).category_key
    return replace(seen, category_key=category, ward=ward or seen.ward, severity=severity or seen.severity)


def correction_note(policy: Policy, seen: Candidate, after: Candidate) -> str | None:
    """What was changed, for the history; None where nothing was."""
    changes = []
    if after.category_key != seen.category_key:
        changes.append(f"lĩnh vực: {policy.rule(after.category_key).name}")
    if after.ward and after.ward != seen.ward:
        changes.append(f"địa bàn: {after.ward.name}")
    if after.severity != seen.severity:
        changes.append(f"mức độ: {after.severity}")
    return "; ".join(changes) or None


def decided(candidate: Candidate, by: Account, at: datetime) -> Candidate:
    return replace(candidate, holder=None, lease_until=None, decided_by=by.person, decided_at=at)


def undecided(candidate: Candidate, by: Account, at: datetime) -> Candidate:
    """Back in the hands of the officer who took the decision back."""
    return replace(
        candidate,
        holder=by.person,
        lease_until=at + LEASE,
        decided_by=None,
        decided_at=None,
        dismiss_reason=None,
    )


def new_report(
    policy: Policy, candidate: Candidate, by: Account, at: datetime, *, day: date, number: int
) -> Report:
    """The report of a confirmed candidate, assigned to its lead unit at once: no citizen waits for it."""
    routed = route(policy, candidate.category_key, candidate.ward)
    rule = started_clock(policy, candidate.category_key, received_at=at, assigned_at=at)
    camera = candidate.event.camera
    return Report(
        report_id=uuid4(),
        day=day,
        number=number,
        source=Source.CAMERA,
        candidate_id=candidate.candidate_id,
        category_key=candidate.category_key,
        family=candidate.event.family,
        kind=candidate.event.kind,
        state=ReportState.ASSIGNED,
        version=2,  # received, assigned
        severity=candidate.severity,
        ward=candidate.ward,
        near_boundary=candidate.near_boundary,
        lead=routed.lead,
        coordinating=routed.coordinating,
        lon_deg=camera.lon_deg,
        lat_deg=camera.lat_deg,
        address=camera.address,
        created_at=at,
        created_by=by.person,
        assigned_at=at,
        opened_at=None,
        opened_by=None,
        submitted_at=None,
        result_text=None,
        rule=rule,
        due_at=due(rule.started_at, rule.limit, rule.unit, policy.calendar).due_at,
    )


def withdrawal(report: Report, by: Account) -> TransitionRule[ReportState]:
    """The move that takes a report back. Raises NotAllowed; IllegalMove also where its unit has opened it."""
    move = after_report(report.state, ReportAction.WITHDRAW, by.role)
    if Guard.UNDELIVERED in move.needs and report.opened_at:
        raise IllegalTransition("report", f"{report.state} and opened by its unit", ReportAction.WITHDRAW, ())
    return move
