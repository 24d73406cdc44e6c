"""The guards of the tables: each is one check, and all are enforced in one function.

A check returns the error that refuses the step, or None. The error names its guard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from incidents.errors import (
    HeldByOther,
    IllegalTransition,
    NotAllowed,
    TooEarly,
    TooLate,
)
from incidents.lifecycle import given
from incidents.lifecycle.given import CandidateStep, Refusal, ReportStep
from incidents.lifecycle.reasons import CancelReason
from incidents.lifecycle.records import Candidate
from incidents.lifecycle.states import Guard, ReportAction
from incidents.lifecycle.step import Step, Subject
from incidents.people.roles import LEAD, Role

UNDO_WITHIN = timedelta(minutes=5)  # report-lifecycle: taken back within 5 minutes
RESTORE_WITHIN = timedelta(hours=24)
ANSWER_WITHIN = timedelta(days=5)


def enforce(
    step: Step[Subject],
    needs: frozenset[Guard],
    checks: Mapping[Guard, Callable[[Step[Subject]], Refusal]],
) -> None:
    """Raises the refusal of the first guard, in the order of their declaration, that is not satisfied."""
    for guard in Guard:
        if guard in needs and (refusal := checks[guard](step)):
            refusal.guard = guard
            raise refusal


# Who


def _holder(step: CandidateStep) -> Refusal:
    seen = step.seen
    if seen.holder is None or seen.holder == step.person:
        return None
    return HeldByOther(seen.candidate_id, seen.holder.full_name, seen.lease_until or step.at)


def _own_decision(step: CandidateStep | ReportStep) -> Refusal:
    seen = step.seen
    decider = seen.decided_by if isinstance(seen, Candidate) else seen.created_by
    if decider == step.person or step.role in LEAD:
        return None
    return NotAllowed(
        step.role, step.action, f"it was decided by {decider.full_name if decider else 'nobody'}"
    )


def _lead_unit(step: ReportStep) -> Refusal:
    lead = step.seen.lead
    if lead and step.by and step.by.unit_id == lead.unit_id:
        return None
    return NotAllowed(step.role, step.action, f"{lead.name if lead else 'no unit yet'} leads it")


def _own_report(step: ReportStep) -> Refusal:
    if step.role is not Role.CITIZEN or (step.person and step.person == step.seen.created_by):
        return None
    return NotAllowed(step.role, step.action, "it is somebody else's report")


def _other_unit(step: ReportStep) -> Refusal:
    worked = {unit.unit_id for unit in step.seen.units}
    if step.by is None or (step.by.unit_id not in worked and step.person != step.seen.submitted_by):
        return None
    return NotAllowed(step.role, step.action, "neither the unit nor the person that did the work judges it")


# When


def _lease_over(step: CandidateStep) -> Refusal:
    return _not_before(step, step.seen.lease_until)


def _waited_in_queue(step: CandidateStep) -> Refusal:
    return _not_before(step, step.seen.queued_at + step.policy.stale_after)


def _waited_for_answer(step: ReportStep) -> Refusal:
    return _not_before(step, step.seen.since + ANSWER_WITHIN)


def _undo_time(step: CandidateStep) -> Refusal:
    decided_at = step.seen.decided_at
    return _not_after(step, decided_at + UNDO_WITHIN) if decided_at else None


def _restore_time(step: ReportStep) -> Refusal:
    return _not_after(step, step.seen.since + RESTORE_WITHIN)


def _not_before(step: Step[Subject], at: datetime | None) -> Refusal:
    return TooEarly(step.action, at) if at and step.at < at else None


def _not_after(step: Step[Subject], at: datetime) -> Refusal:
    return TooLate(step.action, at) if step.at > at else None


# What stands


def _once(step: ReportStep) -> Refusal:
    return _standing(step, "was reconsidered before") if step.seen.reconsidered else None


def _undelivered(step: ReportStep) -> Refusal:
    leading = step.seen.leading
    return _standing(step, "opened by its unit") if leading and leading.opened_at else None


def _undelivered_report(step: CandidateStep) -> Refusal:
    if not step.given("delivered"):
        return None
    return IllegalTransition("report", "assigned and opened by its unit", ReportAction.WITHDRAW, ())


def _not_withdrawn(step: ReportStep) -> Refusal:
    withdrawn = step.seen.cancel_reason is CancelReason.WITHDRAWN
    return _standing(step, "taken back: its candidate is in the queue again") if withdrawn else None


def _children_closed(step: ReportStep) -> Refusal:
    n_open = step.given("n_open_children")
    return _standing(step, f"still open in {n_open} of its parts") if n_open else None


def _standing(step: ReportStep, what: str) -> IllegalTransition:
    return IllegalTransition("report", f"{step.seen.state} and {what}", step.action, ())


CANDIDATE_CHECKS: Mapping[Guard, Callable[[CandidateStep], Refusal]] = {
    Guard.HOLDER: _holder,
    Guard.OWN_DECISION: _own_decision,
    Guard.LEASE_OVER: _lease_over,
    Guard.UNDO_TIME: _undo_time,
    Guard.WAITED: _waited_in_queue,
    Guard.UNDELIVERED: _undelivered_report,
    Guard.REASON: given.needs_text("reason"),
    Guard.REASON_CODE: given.needs_chosen("reason_code"),
    Guard.CATEGORY: given.needs_category,
    Guard.LOCATION: given.needs_location,
    Guard.IMAGE: given.needs_image,
    Guard.SEVERITY: given.needs_severity,
    Guard.TARGET: given.needs_target,
    Guard.EXPIRY: given.needs_expiry,
}

REPORT_CHECKS: Mapping[Guard, Callable[[ReportStep], Refusal]] = {
    Guard.OWN_DECISION: _own_decision,
    Guard.LEAD_UNIT: _lead_unit,
    Guard.OWN_REPORT: _own_report,
    Guard.OTHER_UNIT: _other_unit,
    Guard.RESTORE_TIME: _restore_time,
    Guard.WAITED: _waited_for_answer,
    Guard.ONCE: _once,
    Guard.UNDELIVERED: _undelivered,
    Guard.NOT_WITHDRAWN: _not_withdrawn,
    Guard.CHILDREN_CLOSED: _children_closed,
    Guard.REASON: given.needs_text("reason"),
    Guard.REASON_CODE: given.needs_chosen("reason_code"),
    Guard.CATEGORY: given.needs_category,
    Guard.TARGET: given.needs_target,
    Guard.QUESTION: given.needs_text("question"),
    Guard.INSTRUCTION: given.needs_text("instruction"),
    Guard.UNIT: given.needs_unit,
    Guard.EXPECTED_DATE: given.needs_expected_date,
    Guard.PUBLIC_TEXT: given.needs_text("public_text"),
    Guard.TEXT: given.needs_text("text"),
    Guard.PHOTO: given.needs_photos,
    Guard.CHECKLIST: given.needs_chosen("checklist"),
    Guard.NOTE: given.needs_text("note"),
    Guard.CHILDREN: given.needs_children,
}
# What can be asked before anything is given: whether a page offers the action.
BEFOREHAND = frozenset(
    {
        Guard.OWN_DECISION,
        Guard.LEAD_UNIT,
        Guard.OWN_REPORT,
        Guard.OTHER_UNIT,
        Guard.RESTORE_TIME,
        Guard.ONCE,
        Guard.UNDELIVERED,
        Guard.NOT_WITHDRAWN,
    }
)
