"""What is given with each action: one type an action, with the fields that its guards ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incidents.lifecycle.reasons import CancelReason, DismissReason, RejectReason
from incidents.lifecycle.records import Photo
from incidents.lifecycle.states import CandidateAction, ReportAction, ReportState
from incidents.places.routing import WardRef
from incidents.procedure.policy import Policy, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """With its names as they were: a later policy may call it otherwise, or have lost it."""

    key: str
    name: str
    name_en: str


def category_of(policy: Policy, key: str) -> Category:
    """Raises InvalidInput where the city has no such category."""
    rule = policy.rule(key)
    return Category(key=rule.category_key, name=rule.name, name_en=rule.name_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Another report, as it was found."""

    report_id: UUID
    code: str
    state: ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A part of a report that goes its own way."""

    report_id: UUID
    number: int  # of the day
    category: Category
    unit: Unit
    coordinating: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Nothing is given but the action itself."""


# Candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Payload):
    """What the officer knows better; None: as the camera and the policy say."""

    category: Category | None = None
    ward: WardRef | None = None
    severity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss(Payload):
    reason_code: DismissReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Payload):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach(Payload):
    target: Target | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Payload):
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Payload):
    delivered: bool = False  # whether its report was opened by the unit


# Reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage(Payload):
    category: Category | None
    unit: Unit | None
    coordinating: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Payload):
    reason_code: RejectReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Payload):
    reason_code: CancelReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Payload):
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Payload):
    target: Target | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Payload):
    """Into reports of their own; `unit` puts their results together."""

    children: tuple[Child, ...]
    unit: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply(Payload):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruct(Payload):
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructUnit(Payload):
    instruction: str
    unit: Unit | None
    coordinating: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitResult(Payload):
    text: str
    photos: tuple[Photo, ...]  # after the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer(Payload):
    reason: str
    expected_on: date | None
    public_text: str
    coordinating: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDate(Payload):
    reason: str
    expected_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTransfer(Payload):
    reason: str
    suggested: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToUnit(Payload):
    """Another unit leads, or coordinates."""

    reason: str
    unit: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Because(Payload):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Payload):
    checklist: tuple[str, ...]  # the keys of what the reviewer ticked
    n_open_children: int = 0  # of a report that was split


@dataclass(frozen=True, slots=True, kw_only=True)
class FromCitizen(Payload):
    text: str
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck(Payload):
    note: str
    photos: tuple[Photo, ...]


_CA, _RA = CandidateAction, ReportAction

CANDIDATE_PAYLOADS: Mapping[CandidateAction, type[Payload]] = {
    _CA.CLAIM: Payload,
    _CA.RELEASE: Payload,
    _CA.TAKE_OVER: TakeOver,
    _CA.LEASE_END: Payload,
    _CA.CONFIRM: Confirm,
    _CA.DISMISS: Dismiss,
    _CA.ATTACH: Attach,
    _CA.MUTE: Mute,
    _CA.EXPIRE: Payload,
    _CA.UNDO: Undo,
}

REPORT_PAYLOADS: Mapping[ReportAction, type[Payload]] = {
    _RA.TRIAGE: Triage,
    _RA.REJECT: Reject,
    _RA.ASK: Question,
    _RA.MERGE: Merge,
    _RA.SPLIT: Split,
    _RA.SUPPLY: Supply,
    _RA.EXPIRE: Payload,
    _RA.ASK_DIRECTION: Question,
    _RA.INSTRUCT: Instruct,
    _RA.INSTRUCT_UNIT: InstructUnit,
    _RA.OPEN: Payload,
    _RA.ACCEPT: Payload,
    _RA.SUBMIT: SubmitResult,
    _RA.DEFER: Defer,
    _RA.NEW_DATE: NewDate,
    _RA.RESUME: Payload,
    _RA.REQUEST_TRANSFER: RequestTransfer,
    _RA.COORDINATE: ToUnit,
    _RA.APPROVE_TRANSFER: ToUnit,
    _RA.REFUSE_TRANSFER: Because,
    _RA.PUBLISH: Publish,
    _RA.RETURN: Because,
    _RA.DISSATISFY: FromCitizen,
    _RA.INTERACT: FromCitizen,
    _RA.START_RECHECK: Payload,
    _RA.PASS_RECHECK: Recheck,
    _RA.FAIL_RECHECK: Recheck,
    _RA.REOPEN: Because,
    _RA.UNMERGE: Payload,
    _RA.RECONSIDER: Because,
    _RA.CANCEL: Cancel,
    _RA.WITHDRAW: Cancel,
    _RA.RESTORE: Because,
    _RA.ARCHIVE: Payload,
    _RA.RECOMPUTE_DUE: Because,
}
