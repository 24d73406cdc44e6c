"""The life of a candidate and of a report, as two tables.

A move is allowed when it stands here, for the roles that stand beside it. Whether what it `needs` is there,
the use case checks. Times (lease, undo) and flags (late, soon) are not states: they are derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from incidents.errors import IllegalTransition, NotAllowed
from incidents.people.roles import DISPATCH, IOC, LEAD, REVIEWERS, TIMER, UNIT, Role


class Guard(StrEnum):
    HOLDER = "holder"  # only who holds the lease
    OWN_DECISION = "own_decision"  # only who decided it, or the shift lead
    UNDELIVERED = "undelivered"  # the unit has not opened it
    OTHER_UNIT = "other_unit"  # neither the unit nor the person that did the work
    REASON = "reason"
    REASON_CODE = "reason_code"
    CATEGORY = "category"
    LOCATION = "location"
    IMAGE = "image"
    SEVERITY = "severity"
    TARGET = "target"
    EXPIRY = "expiry"
    QUESTION = "question"
    INSTRUCTION = "instruction"
    UNIT = "unit"
    EXPECTED_DATE = "expected_date"
    PUBLIC_TEXT = "public_text"
    TEXT = "text"
    PHOTO = "photo"
    CHECKLIST = "checklist"
    NOTE = "note"
    CHILDREN = "children"


class CandidateState(StrEnum):
    NEW = "new"
    VERIFYING = "verifying"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    STALE = "stale"


class CandidateAction(StrEnum):
    RAISE = "raise"  # how it came to be; never asked for
    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    LEASE_END = "lease_end"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ATTACH = "attach"
    MUTE = "mute"
    EXPIRE = "expire"
    UNDO = "undo"


class ReportState(StrEnum):
    RECEIVED = "received"
    NEED_INFO = "need_info"
    DIRECTION = "direction"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    TRANSFER_REQ = "transfer_req"
    DEFERRED = "deferred"
    REVIEW = "review"
    RETURNED = "returned"
    PUBLISHED = "published"
    RECHECK = "recheck"
    REPROCESS = "reprocess"
    MERGED = "merged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class ReportAction(StrEnum):
    RECEIVE = "receive"  # how it came to be; never asked for
    TRIAGE = "triage"
    REJECT = "reject"
    ASK = "ask"
    MERGE = "merge"
    SPLIT = "split"
    SUPPLY = "supply"
    EXPIRE = "expire"
    ASK_DIRECTION = "ask_direction"
    INSTRUCT = "instruct"
    INSTRUCT_UNIT = "instruct_unit"
    OPEN = "open"
    ACCEPT = "accept"
    SUBMIT = "submit"
    DEFER = "defer"
    NEW_DATE = "new_date"
    RESUME = "resume"
    REQUEST_TRANSFER = "request_transfer"
    COORDINATE = "coordinate"
    APPROVE_TRANSFER = "approve_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    PUBLISH = "publish"
    RETURN = "return"
    DISSATISFY = "dissatisfy"
    INTERACT = "interact"
    START_RECHECK = "start_recheck"
    PASS_RECHECK = "pass_recheck"  # noqa: S105 (not a password)
    FAIL_RECHECK = "fail_recheck"
    REOPEN = "reopen"
    UNMERGE = "unmerge"
    RECONSIDER = "reconsider"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    ARCHIVE = "archive"


S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TransitionRule(Generic[S]):
    to: S
    roles: frozenset[Role]
    needs: frozenset[Guard] = frozenset()


def _move(to: S, roles: frozenset[Role], *needs: Guard) -> TransitionRule[S]:
    return TransitionRule(to, roles, frozenset(needs))


_C, _CA = CandidateState, CandidateAction
_DESK = frozenset({Role.DUTY_OFFICER, Role.SHIFT_LEAD})

CANDIDATE_TRANSITIONS: Mapping[tuple[CandidateState, CandidateAction], TransitionRule[CandidateState]] = {
    (_C.NEW, _CA.CLAIM): _move(_C.VERIFYING, _DESK),
    (_C.STALE, _CA.CLAIM): _move(_C.VERIFYING, _DESK),
    (_C.VERIFYING, _CA.RELEASE): _move(_C.NEW, _DESK, Guard.HOLDER),
    (_C.VERIFYING, _CA.LEASE_END): _move(_C.NEW, TIMER),
    (_C.VERIFYING, _CA.TAKE_OVER): _move(_C.VERIFYING, _DESK, Guard.REASON),
    (_C.VERIFYING, _CA.CONFIRM): _move(
        _C.CONFIRMED, _DESK, Guard.HOLDER, Guard.CATEGORY, Guard.LOCATION, Guard.IMAGE, Guard.SEVERITY
    ),
    (_C.VERIFYING, _CA.DISMISS): _move(_C.DISMISSED, _DESK, Guard.HOLDER, Guard.REASON_CODE),
    (_C.VERIFYING, _CA.ATTACH): _move(_C.MERGED, _DESK, Guard.HOLDER, Guard.TARGET),
    (_C.NEW, _CA.MUTE): _move(_C.NEW, LEAD, Guard.REASON, Guard.EXPIRY),
    (_C.VERIFYING, _CA.MUTE): _move(_C.VERIFYING, LEAD, Guard.REASON, Guard.EXPIRY),
    (_C.NEW, _CA.EXPIRE): _move(_C.STALE, TIMER),
    (_C.CONFIRMED, _CA.UNDO): _move(_C.VERIFYING, _DESK, Guard.OWN_DECISION, Guard.UNDELIVERED),
    (_C.DISMISSED, _CA.UNDO): _move(_C.VERIFYING, _DESK, Guard.OWN_DECISION),
}

_R, _RA = ReportState, ReportAction
_LEADER = frozenset({Role.LEADER})
_CITIZEN = frozenset({Role.CITIZEN})

REPORT_TRANSITIONS: Mapping[tuple[ReportState, ReportAction], TransitionRule[ReportState]] = {
    (_R.RECEIVED, _RA.TRIAGE): _move(_R.ASSIGNED, IOC, Guard.CATEGORY, Guard.UNIT),
    (_R.RECEIVED, _RA.REJECT): _move(_R.REJECTED, IOC, Guard.REASON_CODE),
    (_R.RECEIVED, _RA.ASK): _move(_R.NEED_INFO, IOC, Guard.QUESTION),
    (_R.RECEIVED, _RA.MERGE): _move(_R.MERGED, IOC, Guard.TARGET),
    (_R.RECEIVED, _RA.ASK_DIRECTION): _move(_R.DIRECTION, DISPATCH, Guard.QUESTION),
    # The parent waits in processing while its children are worked on.
    (_R.RECEIVED, _RA.SPLIT): _move(_R.PROCESSING, IOC, Guard.CHILDREN),
    (_R.RECEIVED, _RA.CANCEL): _move(_R.CANCELLED, LEAD | _CITIZEN, Guard.REASON_CODE),
    (_R.NEED_INFO, _RA.SUPPLY): _move(_R.RECEIVED, _CITIZEN, Guard.TEXT),
    (_R.NEED_INFO, _RA.EXPIRE): _move(_R.CANCELLED, TIMER),
    (_R.NEED_INFO, _RA.CANCEL): _move(_R.CANCELLED, LEAD | _CITIZEN, Guard.REASON_CODE),
    (_R.DIRECTION, _RA.INSTRUCT): _move(_R.RECEIVED, _LEADER, Guard.INSTRUCTION),
    (_R.DIRECTION, _RA.INSTRUCT_UNIT): _move(_R.ASSIGNED, _LEADER, Guard.INSTRUCTION, Guard.UNIT),
    (_R.ASSIGNED, _RA.OPEN): _move(_R.ASSIGNED, UNIT),
    (_R.ASSIGNED, _RA.ACCEPT): _move(_R.PROCESSING, UNIT),
    (_R.ASSIGNED, _RA.REQUEST_TRANSFER): _move(_R.TRANSFER_REQ, UNIT, Guard.REASON),
    (_R.ASSIGNED, _RA.WITHDRAW): _move(_R.CANCELLED, _DESK, Guard.OWN_DECISION, Guard.UNDELIVERED),
    (_R.PROCESSING, _RA.SUBMIT): _move(_R.REVIEW, UNIT, Guard.TEXT, Guard.PHOTO),
    (_R.PROCESSING, _RA.DEFER): _move(
        _R.DEFERRED, UNIT, Guard.REASON, Guard.EXPECTED_DATE, Guard.PUBLIC_TEXT
    ),
    (_R.PROCESSING, _RA.REQUEST_TRANSFER): _move(_R.TRANSFER_REQ, UNIT, Guard.REASON),
    (_R.PROCESSING, _RA.COORDINATE): _move(_R.PROCESSING, UNIT, Guard.UNIT, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.APPROVE_TRANSFER): _move(_R.ASSIGNED, DISPATCH, Guard.UNIT, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.REFUSE_TRANSFER): _move(_R.PROCESSING, DISPATCH, Guard.REASON),
    (_R.TRANSFER_REQ, _RA.ASK_DIRECTION): _move(_R.DIRECTION, DISPATCH, Guard.QUESTION),
    (_R.DEFERRED, _RA.RESUME): _move(_R.PROCESSING, UNIT),
    (_R.DEFERRED, _RA.SUBMIT): _move(_R.REVIEW, UNIT, Guard.TEXT, Guard.PHOTO),
    (_R.DEFERRED, _RA.NEW_DATE): _move(_R.DEFERRED, UNIT, Guard.REASON, Guard.EXPECTED_DATE),
    (_R.REVIEW, _RA.PUBLISH): _move(_R.PUBLISHED, REVIEWERS, Guard.CHECKLIST, Guard.OTHER_UNIT),
    (_R.REVIEW, _RA.RETURN): _move(_R.RETURNED, REVIEWERS, Guard.REASON, Guard.OTHER_UNIT),
    (_R.RETURNED, _RA.RESUME): _move(_R.PROCESSING, UNIT),
    (_R.PUBLISHED, _RA.DISSATISFY): _move(_R.REVIEW, _CITIZEN, Guard.TEXT),
    (_R.PUBLISHED, _RA.INTERACT): _move(_R.PUBLISHED, _CITIZEN, Guard.TEXT),
    (_R.PUBLISHED, _RA.START_RECHECK): _move(_R.RECHECK, DISPATCH | {Role.RECHECKER, Role.DEPARTMENT}),
    (_R.PUBLISHED, _RA.ARCHIVE): _move(_R.ARCHIVED, TIMER),
    (_R.RECHECK, _RA.PASS_RECHECK): _move(
        _R.PUBLISHED, DISPATCH | {Role.RECHECKER, Role.DEPARTMENT}, Guard.PHOTO, Guard.NOTE, Guard.OTHER_UNIT
    ),
    (_R.RECHECK, _RA.FAIL_RECHECK): _move(
        _R.REPROCESS, DISPATCH | {Role.RECHECKER, Role.DEPARTMENT}, Guard.PHOTO, Guard.NOTE, Guard.OTHER_UNIT
    ),
    (_R.REPROCESS, _RA.REOPEN): _move(_R.PROCESSING, IOC, Guard.REASON),
    (_R.MERGED, _RA.UNMERGE): _move(_R.RECEIVED, IOC),
    (_R.REJECTED, _RA.RECONSIDER): _move(_R.RECEIVED, IOC | _LEADER, Guard.REASON),
    (_R.REJECTED, _RA.ARCHIVE): _move(_R.ARCHIVED, TIMER),
    (_R.CANCELLED, _RA.RESTORE): _move(_R.RECEIVED, LEAD | _CITIZEN, Guard.REASON),
    (_R.CANCELLED, _RA.ARCHIVE): _move(_R.ARCHIVED, TIMER),
}


def after_candidate(
    state: CandidateState, action: CandidateAction, role: Role
) -> TransitionRule[CandidateState]:
    """The move that `action` makes from `state`. Raises IllegalMove, NotAllowed."""
    return _after(CANDIDATE_TRANSITIONS, "candidate", state, action, role)


def after_report(state: ReportState, action: ReportAction, role: Role) -> TransitionRule[ReportState]:
    """The move that `action` makes from `state`. Raises IllegalMove, NotAllowed."""
    return _after(REPORT_TRANSITIONS, "report", state, action, role)


def _after(
    moves: Mapping[tuple[S, A], TransitionRule[S]], what: str, state: S, action: A, role: Role
) -> TransitionRule[S]:
    move = moves.get((state, action))
    if move is None:
        raise IllegalTransition(what, state, action, [a for (s, a), m in moves.items() if s == state])
    if role not in move.roles:
        raise NotAllowed(role, action, f"a {what} that is {state} waits for {', '.join(sorted(move.roles))}")
    return move
