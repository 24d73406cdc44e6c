"""From what is stored to what people see: names instead of keys, dues with their explanation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from incidents.lifecycle.records import Candidate, Report, SlaClock
from incidents.lifecycle.states import REPORT_TRANSITIONS, ReportAction
from incidents.people.accounts import Account
from incidents.people.history import HistoryRow
from incidents.places.routing import route
from incidents.procedure.policy import Policy
from incidents.read.views import CandidateView, DueView, PhotoView, ReportView, TimeFlag
from incidents.sla.deadline import due, remaining

# What a unit can do with a report in this version; the table of moves holds more than is offered yet.
OFFERED = (ReportAction.ACCEPT, ReportAction.SUBMIT)


def started_clock(
    policy: Policy, category_key: str, *, received_at: datetime, assigned_at: datetime
) -> SlaClock:
    """The rule of a category with its clock started. Raises InvalidInput where there is no such category."""
    rule = policy.rule(category_key)
    return SlaClock(
        policy=policy.version,
        clause=rule.clause,
        limit=rule.limit,
        unit=rule.unit,
        to_confirm=rule.to_confirm,
        started_at=rule.start.of(received_at=received_at, assigned_at=assigned_at),
    )


def due_view(policy: Policy, rule: SlaClock, at: datetime, finished_at: datetime | None = None) -> DueView:
    """When it is due, why, and how it stands at `at`; the clock stands still since `finished_at`."""
    deadline = due(rule.started_at, rule.limit, rule.unit, policy.calendar)
    limit = rule.limit * rule.unit.length
    left = remaining(rule.started_at, finished_at or at, rule.limit, rule.unit, policy.calendar)
    same = rule.policy == policy.version  # of a former version, no name is at hand
    return DueView(
        due_at=deadline.due_at,
        started_at=rule.started_at,
        finished_at=finished_at,
        limit=rule.limit,
        unit=rule.unit,
        clause=rule.clause,
        policy=rule.policy,
        policy_name=policy.name if same else rule.policy,
        policy_name_en=policy.name_en if same else rule.policy,
        calendar_version=policy.calendar.version,
        calendar_confirmed=deadline.calendar_confirmed,
        to_confirm=rule.to_confirm,
        intervals=deadline.intervals,
        pauses=deadline.pauses,
        flag=_flag(left, limit, policy.soon_share, finished=finished_at is not None),
        limit_s=limit.total_seconds(),
        remaining_s=left.total_seconds(),
    )


def _flag(left: timedelta, limit: timedelta, soon_share: float, *, finished: bool) -> TimeFlag:
    if finished:
        return TimeFlag.DONE_IN_TIME if left >= timedelta() else TimeFlag.DONE_LATE
    if left < timedelta():
        return TimeFlag.LATE
    return TimeFlag.SOON if left < limit * soon_share else TimeFlag.IN_TIME


def candidate_view(
    policy: Policy, candidate: Candidate, at: datetime, history: Sequence[HistoryRow] = ()
) -> CandidateView:
    category_key = policy.standing(candidate.category_key)
    rule = started_clock(policy, category_key, received_at=at, assigned_at=at)
    return CandidateView(
        candidate_id=candidate.candidate_id,
        event=candidate.event,
        state=candidate.state,
        version=candidate.version,
        queued_at=candidate.queued_at,
        holder=candidate.holder,
        lease_until=candidate.lease_until,
        ward_code=candidate.ward.code if candidate.ward else None,
        ward_name=candidate.ward.name if candidate.ward else None,
        near_boundary=candidate.near_boundary,
        lead_unit_name=route(policy, category_key, candidate.ward).lead.name,
        category_key=category_key,
        category_name=policy.rule(category_key).name,
        would_be_due=due_view(policy, rule, at),
        severity=candidate.severity,
        decided_by=candidate.decided_by,
        decided_at=candidate.decided_at,
        dismiss_reason=candidate.dismiss_reason,
        report_id=candidate.report_id,
        report_code=candidate.report_code,
        history=tuple(history),
    )


def report_view(
    policy: Policy,
    report: Report,
    by: Account,
    at: datetime,
    *,
    candidate: Candidate | None,
    photos: Sequence[PhotoView] = (),
    history: Sequence[HistoryRow] = (),
) -> ReportView:
    return ReportView(
        report_id=report.report_id,
        code=report.code,
        source=report.source,
        category_key=report.category_key,
        category_name=policy.rule(policy.standing(report.category_key)).name,
        family=report.family,
        kind=report.kind,
        state=report.state,
        version=report.version,
        severity=report.severity,
        ward_code=report.ward.code if report.ward else None,
        ward_name=report.ward.name if report.ward else None,
        lead_unit_id=report.lead.unit_id,
        lead_unit_name=report.lead.name,
        coordinating=tuple(unit.name for unit in report.coordinating),
        near_boundary=report.near_boundary,
        lon_deg=report.lon_deg,
        lat_deg=report.lat_deg,
        address=report.address,
        created_at=report.created_at,
        created_by=report.created_by,
        assigned_at=report.assigned_at,
        opened_at=report.opened_at,
        opened_by=report.opened_by,
        due=due_view(policy, report.rule, at, report.submitted_at),
        candidate=candidate_view(policy, candidate, at) if candidate else None,
        photos_after=tuple(photos),
        result_text=report.result_text,
        history=tuple(history),
        actions=_actions(report, by),
    )


def _actions(report: Report, by: Account) -> tuple[ReportAction, ...]:
    if by.unit_id != report.lead.unit_id:
        return ()
    moves = ((action, REPORT_TRANSITIONS.get((report.state, action))) for action in OFFERED)
    return tuple(action for action, move in moves if move and by.role in move.roles)
