"""The life of a candidate and of a report, as two tables.

What stands here can happen, for the roles that stand beside it and under the guards that stand behind it;
nothing else can. Times (lease, undo) and flags (late, soon) are not states: they are derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from incidents.errors import IllegalTransition, NotAllowed
from incidents.lifecycle.states import CandidateAction, CandidateState, Guard, ReportAction, ReportState
from incidents.people.roles import DISPATCH, IOC, LEAD, REVIEWERS, TIMER, UNIT, Role

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TransitionRule(Generic[S]):
    to: S
    roles: frozenset[Role]
    needs: frozenset[Guard] = frozenset()


def _rule(to: S, roles: frozenset[Role], *needs: Guard) -> TransitionRule[S]:
    return TransitionRule(to, roles, frozenset(needs))


_C, _CA = CandidateState, CandidateAction
_DESK = frozenset({Role.DUTY_OFFICER, Role.SHIFT_LEAD})

CANDIDATE_TRANSITIONS: Mapping[tuple[CandidateState, CandidateAction], TransitionRule[CandidateState]] = {
    (_C.NEW, _CA.CLAIM): _rule(_C.VERIFYING, _DESK),
    (_C.STALE, _CA.CLAIM): _rule(_C.VERIFYING, _DESK),
    (_C.VERIFYING, _CA.RELEASE): _rule(_C.NEW, _DESK, Guard.HOLDER),
    (_C.VERIFYING, _CA.LEASE_END): _rule(_C.NEW, TIMER, Guard.LEASE_OVER),
    (_C.VERIFYING, _CA.TAKE_OVER): _rule(_C.VERIFYING, _DESK, Guard.REASON),
    (_C.VERIFYING, _CA.CONFIRM): _rule(
        _C.CONFIRMED, _DESK, Guard.HOLDER, Guard.CATEGORY, Guard.LOCATION, Guard.IMAGE, Guard.SEVERITY
    ),
    (_C.VERIFYING, _CA.DISMISS): _rule(_C.DISMISSED, _DESK, Guard.HOLDER, Guard.REASON_CODE),
    (_C.VERIFYING, _CA.ATTACH): _rule(_C.MERGED, _DESK, Guard.HOLDER, Guard.TARGET),
    (_C.NEW, _CA.MUTE): _rule(_C.NEW, LEAD, Guard.REASON, Guard.EXPIRY),
    (_C.VERIFYING, _CA.MUTE): _rule(_C.VERIFYING, LEAD, Guard.REASON, Guard.EXPIRY),
    (_C.NEW, _CA.EXPIRE): _rule(_C.STALE, TIMER, Guard.WAITED),
    (_C.CONFIRMED, _CA.UNDO): _rule(
        _C.VERIFYING, _DESK, Guard.OWN_DECISION, Guard.UNDO_TIME, Guard.UNDELIVERED
    ),
    (_C.DISMISSED, _CA.UNDO): _rule(_C.VERIFYING, _DESK, Guard.OWN_DECISION, Guard.UNDO_TIME),
}

_R, _RA = ReportState, ReportAction
_LEADER = frozenset({Role.LEADER})
_CITIZEN = frozenset({Role.CITIZEN})
_RECHECKERS = DISPATCH | {Role.RECHECKER, Role.DEPARTMENT}
_RECOMPUTERS = TIMER | {Role.IOC_HEAD, Role.ADMIN}
# A clock may run here, so that a calendar that changed may change its due.
_OPEN = (
    _R.RECEIVED,
    _R.NEED_INFO,
    _R.DIRECTION,
    _R.ASSIGNED,
    _R.PROCESSING,
    _R.TRANSFER_REQ,
    _R.DEFERRED,
    _R.REVIEW,
    _R.RETURNED,
)

REPORT_TRANSITIONS: Mapping[tuple[ReportState, ReportAction], TransitionRule[ReportState]] = {
    (_R.RECEIVED, _RA.TRIAGE): _rule(_R.ASSIGNED, IOC, Guard.CATEGORY, Guard.UNIT),
    (_R.RECEIVED, _RA.REJECT): _rule(_R.REJECTED, IOC, Guard.REASON_CODE),
    (_R.RECEIVED, _RA.ASK): _rule(_R.NEED_INFO, IOC, Guard.QUESTION),
    (_R.RECEIVED, _RA.MERGE): _rule(_R.MERGED, IOC, Guard.TARGET),
    (_R.RECEIVED, _RA.ASK_DIRECTION): _rule(_R.DIRECTION, DISPATCH, Guard.QUESTION),
    # The parent waits in processing while its children are worked on.
    (_R.RECEIVED, _RA.SPLIT): _rule(_R.PROCESSING, IOC, Guard.UNIT, Guard.CHILDREN),
    (_R.RECEIVED, _RA.CANCEL): _rule(_R.CANCELLED, LEAD | _CITIZEN, Guard.OWN_REPORT, Guard.REASON_CODE),
    (_R.NEED_INFO, _RA.SUPPLY): _rule(_R.RECEIVED, _CITIZEN, Guard.OWN_REPORT, Guard.TEXT),
    (_R.NEED_INFO, _RA.EXPIRE): _rule(_R.CANCELLED, TIMER, Guard.WAITED),
    (_R.NEED_INFO, _RA.CANCEL): _rule(_R.CANCELLED, LEAD | _CITIZEN, Guard.OWN_REPORT, Guard.REASON_CODE),
    (_R.DIRECTION, _RA.INSTRUCT): _rule(_R.RECEIVED, _LEADER, Guard.INSTRUCTION),
    (_R.DIRECTION, _RA.INSTRUCT_UNIT): _rule(_R.ASSIGNED, _LEADER, Guard.INSTRUCTION, Guard.UNIT),
    (_R.ASSIGNED, _RA.OPEN): _rule(_R.ASSIGNED, UNIT, Guard.LEAD_UNIT),
    (_R.ASSIGNED, _RA.ACCEPT): _rule(_R.PROCESSING, UNIT, Guard.LEAD_UNIT),
    (_R.ASSIGNED, _RA.REQUEST_TRANSFER): _rule(_R.TRANSFER_REQ, UNIT, Guard.LEAD_UNIT, Guard.REASON),
    (_R.ASSIGNED, _RA.WITHDRAW): _rule(_R.CANCELLED, _DESK, Guard.OWN_DECISION, Guard.UNDELIVERED),
    (_R.PROCESSING, _RA.SUBMIT): _rule(_R.REVIEW, UNIT, Guard.LEAD_UNIT, Guard.TEXT, Guard.PHOTO),
    (_R.PROCESSING, _RA.DEFER): _rule(
        _R.DEFERRED, UNIT, Guard.LEAD_UNIT, Guard.REASON, Guard.EXPECTED_DATE, Guard.PUBLIC_TEXT
    ),
    (_R.PROCESSING, _RA.REQUEST_TRANSFER): _rule(_R.TRANSFER_REQ, UNIT, Guard.LEAD_UNIT, Guard.REASON),
    (_R.PROCESSING, _RA.COORDINATE): _rule(_R.PROCESSING, UNIT, Guard.LEAD_UNIT, Guard.UNIT, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.APPROVE_TRANSFER): _rule(_R.ASSIGNED, DISPATCH, Guard.UNIT, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.REFUSE_TRANSFER): _rule(_R.PROCESSING, DISPATCH, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.ASK_DIRECTION): _rule(_R.DIRECTION, DISPATCH, Guard.QUESTION),
    (_R.DEFERRED, _RA.RESUME): _rule(_R.PROCESSING, UNIT, Guard.LEAD_UNIT),
    (_R.DEFERRED, _RA.SUBMIT): _rule(_R.REVIEW, UNIT, Guard.LEAD_UNIT, Guard.TEXT, Guard.PHOTO),
    (_R.DEFERRED, _RA.NEW_DATE): _rule(_R.DEFERRED, UNIT, Guard.LEAD_UNIT, Guard.REASON, Guard.EXPECTED_DATE),
    (_R.REVIEW, _RA.PUBLISH): _rule(
        _R.PUBLISHED, REVIEWERS, Guard.OTHER_UNIT, Guard.CHILDREN_CLOSED, Guard.CHECKLIST
    ),
    (_R.REVIEW, _RA.RETURN): _rule(_R.RETURNED, REVIEWERS, Guard.OTHER_UNIT, Guard.REASON),
    (_R.RETURNED, _RA.RESUME): _rule(_R.PROCESSING, UNIT, Guard.LEAD_UNIT),
    (_R.PUBLISHED, _RA.DISSATISFY): _rule(_R.REVIEW, _CITIZEN, Guard.OWN_REPORT, Guard.TEXT),
    (_R.PUBLISHED, _RA.INTERACT): _rule(_R.PUBLISHED, _CITIZEN, Guard.OWN_REPORT, Guard.TEXT),
    (_R.PUBLISHED, _RA.START_RECHECK): _rule(_R.RECHECK, _RECHECKERS),
    (_R.PUBLISHED, _RA.ARCHIVE): _rule(_R.ARCHIVED, TIMER),
    (_R.RECHECK, _RA.PASS_RECHECK): _rule(
        _R.PUBLISHED, _RECHECKERS, Guard.OTHER_UNIT, Guard.PHOTO, Guard.NOTE
    ),
    (_R.RECHECK, _RA.FAIL_RECHECK): _rule(
        _R.REPROCESS, _RECHECKERS, Guard.OTHER_UNIT, Guard.PHOTO, Guard.NOTE
    ),
    (_R.REPROCESS, _RA.REOPEN): _rule(_R.PROCESSING, IOC, Guard.REASON),
    (_R.MERGED, _RA.UNMERGE): _rule(_R.RECEIVED, IOC),
    (_R.REJECTED, _RA.RECONSIDER): _rule(_R.RECEIVED, IOC | _LEADER, Guard.ONCE, Guard.REASON),
    (_R.REJECTED, _RA.ARCHIVE): _rule(_R.ARCHIVED, TIMER),
    (_R.CANCELLED, _RA.RESTORE): _rule(
        _R.RECEIVED,
        LEAD | _CITIZEN,
        Guard.OWN_REPORT,
        Guard.RESTORE_TIME,
        Guard.NOT_WITHDRAWN,
        Guard.REASON,
    ),
    (_R.CANCELLED, _RA.ARCHIVE): _rule(_R.ARCHIVED, TIMER),
    **{(state, _RA.RECOMPUTE_DUE): _rule(state, _RECOMPUTERS, Guard.REASON) for state in _OPEN},
}


def after_candidate(
    state: CandidateState, action: CandidateAction, role: Role
) -> TransitionRule[CandidateState]:
    """The transition that `action` makes from `state`. Raises IllegalTransition, NotAllowed."""
    return _after(CANDIDATE_TRANSITIONS, "candidate", state, action, role)


def after_report(state: ReportState, action: ReportAction, role: Role) -> TransitionRule[ReportState]:
    """The transition that `action` makes from `state`. Raises IllegalTransition, NotAllowed."""
    return _after(REPORT_TRANSITIONS, "report", state, action, role)


def _after(
    table: Mapping[tuple[S, A], TransitionRule[S]], what: str, state: S, action: A, role: Role
) -> TransitionRule[S]:
    rule = table.get((state, action))
    if rule is None:
        raise IllegalTransition(what, state, action, [a for s, a in table if s == state])
    if role not in rule.roles:
        raise NotAllowed(role, action, f"a {what} that is {state} waits for {', '.join(sorted(rule.roles))}")
    return rule
