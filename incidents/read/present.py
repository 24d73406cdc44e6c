"""From what is stored to what people see: names instead of keys, dues with their explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from incidents.lifecycle import clocks
from incidents.lifecycle.act import may
from incidents.lifecycle.clocks import ClockKind, SlaClock, Verdict
from incidents.lifecycle.records import Candidate, Photo, Report
from incidents.lifecycle.states import ReportAction, ReportState
from incidents.people.accounts import Account
from incidents.people.history import HistoryRow
from incidents.places.routing import route
from incidents.procedure.policy import Policy
from incidents.read.views import CandidateView, DueView, ReportView, TimeFlag

# What a unit can do with a report in this version; the table of transitions holds more than is offered yet.
OFFERED = (ReportAction.ACCEPT, ReportAction.SUBMIT)
# Here a clock that stands has not finished: somebody decides who goes on.
_UNDECIDED = frozenset({ReportState.TRANSFER_REQ, ReportState.DIRECTION})


def due_view(policy: Policy, clock: SlaClock, at: datetime, *, finished: bool = False) -> DueView | None:
    """When it is due, why, and how it stands at `at` or since the clock stopped; None without a limit.

    The due is the one that was promised, whatever the calendar says today.
    """
    clock = clocks.explained(clock, policy.calendar)
    if clock.rule is None or clock.due_at is None:
        return None
    left = clocks.remaining(clock, clock.stopped_at or at, policy.calendar)
    limit = clock.rule.limit * clock.rule.unit.length
    same = clock.rule.policy == policy.version  # of a former version, no name is at hand
    return DueView(
        due_at=clock.due_at,
        started_at=clock.started_at,
        finished_at=clock.stopped_at if finished else None,
        limit=clock.rule.limit,
        unit=clock.rule.unit,
        clause=clock.rule.clause,
        policy=clock.rule.policy,
        policy_name=policy.name if same else clock.rule.policy,
        policy_name_en=policy.name_en if same else clock.rule.policy,
        calendar_version=clock.calendar_version,
        calendar_confirmed=clock.calendar_confirmed,
        by_calendar_now=_by_calendar_now(policy, clock),
        to_confirm=clock.rule.to_confirm,
        intervals=clock.counted,
        pauses=clock.pauses,
        flag=_flag(left, limit, policy.soon_share, finished=finished),
        limit_s=limit.total_seconds(),
        remaining_s=left.total_seconds(),
    )


def would_be_due(policy: Policy, category_key: str, at: datetime) -> DueView:
    """What the unit would be promised if it were assigned now. Raises InvalidInput: no such category."""
    rule = clocks.rule_of(policy, category_key)
    view = due_view(policy, clocks.start(ClockKind.UNIT, at, policy.calendar, rule=rule), at)
    if view is None:
        raise ValueError(f"the category {category_key} has no limit")
    return view


def _by_calendar_now(policy: Policy, clock: SlaClock) -> datetime | None:
    """Of a clock that is judged, nothing changes any more."""
    if not clock.open or clock.calendar_version == policy.calendar.version:
        return None
    due_at = clocks.computed(clock, policy.calendar).due_at
    return due_at if due_at != clock.due_at else None


def _flag(left: timedelta, limit: timedelta, soon_share: float, *, finished: bool) -> TimeFlag:
    if finished:
        return TimeFlag.DONE_IN_TIME if left >= timedelta() else TimeFlag.DONE_LATE
    if left < timedelta():
        return TimeFlag.LATE
    return TimeFlag.SOON if left < limit * soon_share else TimeFlag.IN_TIME


def candidate_views(
    policy: Policy, candidates: Sequence[Candidate], at: datetime
) -> tuple[CandidateView, ...]:
    """Of a list. What would be due at one moment is the same for all of a category: it is computed once."""
    keys = {policy.standing(candidate.category_key) for candidate in candidates}
    dues = {key: would_be_due(policy, key, at) for key in keys}
    return tuple(candidate_view(policy, candidate, at, dues=dues) for candidate in candidates)


def candidate_view(
    policy: Policy,
    candidate: Candidate,
    at: datetime,
    history: Sequence[HistoryRow] = (),
    *,
    dues: Mapping[str, DueView] | None = None,
) -> CandidateView:
    """`dues`: what would be due at `at`, by category, where it is at hand."""
    category_key = policy.standing(candidate.category_key)
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
        would_be_due=dues[category_key] if dues else would_be_due(policy, category_key, at),
        severity=candidate.severity,
        decided_by=candidate.decided_by,
        decided_at=candidate.decided_at,
        evidence_removed_at=candidate.evidence_removed_at,
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
    candidate: CandidateView | None,
    photos: Sequence[Photo] = (),
    history: Sequence[HistoryRow] = (),
) -> ReportView:
    leading = report.leading
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
        lead_unit_id=leading.unit.unit_id if leading else None,
        lead_unit_name=leading.unit.name if leading else None,
        coordinating=tuple(unit.name for unit in report.coordinating),
        near_boundary=report.near_boundary,
        lon_deg=report.lon_deg,
        lat_deg=report.lat_deg,
        address=report.address,
        created_at=report.created_at,
        created_by=report.created_by,
        assigned_at=leading.assigned_at if leading else None,
        opened_at=leading.opened_at if leading else None,
        opened_by=leading.opened_by if leading else None,
        due=_unit_due(policy, report, at),
        expected_on=report.expected_on,
        candidate=candidate,
        photos_after=tuple(photos),
        result_text=report.result_text,
        history=tuple(history),
        actions=tuple(each for each in OFFERED if may(report, each, by=by, at=at, policy=policy)),
    )


def _unit_due(policy: Policy, report: Report, at: datetime) -> DueView | None:
    clock = report.clock(ClockKind.UNIT)
    if clock is None:
        return None
    finished = not clock.running and clock.verdict is not Verdict.VOID and report.state not in _UNDECIDED
    return due_view(policy, clock, at, finished=finished)
