"""What the desk and the wards see: everything a page or a JSON answer shows, already decided and named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from incidents.contract.events import CandidateRaised
from incidents.lifecycle.reasons import DismissReason, Source
from incidents.lifecycle.records import Photo
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.accounts import Person
from incidents.people.history import HistoryRow
from incidents.sla.deadline import Interval, LimitUnit


class TimeFlag(StrEnum):
    """Derived from now and the rule, never stored."""

    IN_TIME = "in_time"
    SOON = "soon"
    LATE = "late"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """A due with its explanation: policy, clause, start, the intervals counted."""

    due_at: datetime  # as it was promised
    started_at: datetime
    finished_at: datetime | None  # when the result was submitted; the clock stands since then
    limit: float  # in `unit`s
    unit: LimitUnit
    clause: str
    policy: str  # version of the city's profile: the rule is the one of that version
    policy_name: str  # as people call the regulation, within a sentence
    policy_name_en: str
    calendar_version: str | None  # by which it was promised; None where that was not noted
    calendar_confirmed: bool  # False: nobody signed off the hours or holidays of a day that was counted
    by_calendar_now: datetime | None  # the due by the calendar of today, where that is another one
    to_confirm: tuple[str, ...]  # what of the rule the city has yet to confirm, in words
    intervals: tuple[Interval, ...]  # they sum to the limit
    pauses: tuple[Interval, ...]
    flag: TimeFlag
    limit_s: float  # the limit in seconds of its own unit's time
    remaining_s: float  # in the rule's own time (working seconds for working hours); negative when late


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    candidate_id: UUID
    event: CandidateRaised
    state: CandidateState
    version: int  # to be sent back with every decision
    queued_at: datetime
    holder: Person | None
    lease_until: datetime | None
    ward_code: str | None  # None: outside every known ward
    ward_name: str | None
    near_boundary: bool
    lead_unit_name: str
    category_key: str
    category_name: str
    would_be_due: DueView  # if it were confirmed now
    severity: int  # 1 (can wait) to 3 (danger to life)
    decided_by: Person | None
    decided_at: datetime | None
    evidence_removed_at: datetime | None  # by retention; None while the pictures are there
    dismiss_reason: DismissReason | None
    report_id: UUID | None
    report_code: str | None
    history: tuple[HistoryRow, ...]  # oldest first; empty in lists


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    report_id: UUID
    code: str  # as people say it: PA-2211-0197, unique within its year
    source: Source
    category_key: str
    category_name: str
    family: str | None  # None where no camera saw it
    kind: str | None
    state: ReportState
    version: int
    severity: int
    ward_code: str | None
    ward_name: str | None
    lead_unit_id: str | None  # None: no unit has it yet
    lead_unit_name: str | None
    coordinating: tuple[str, ...]  # names of units
    near_boundary: bool
    lon_deg: float
    lat_deg: float
    address: str
    created_at: datetime
    created_by: Person | None
    assigned_at: datetime | None  # to the unit that leads now
    opened_at: datetime | None  # first opened by somebody of the unit: the delivery
    opened_by: Person | None
    due: DueView | None  # of the unit that leads; None until its clock has started
    expected_on: date | None  # what the unit has committed to, where it cannot keep the due
    candidate: CandidateView | None
    photos_after: tuple[Photo, ...]
    result_text: str | None
    history: tuple[HistoryRow, ...]  # oldest first; empty in lists
    actions: tuple[ReportAction, ...]  # what the asking account may do now


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """The officer's own last decision, while it can still be taken back."""

    candidate: CandidateView
    action: CandidateAction
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """What the cameras raised last: tells a quiet street from a camera that has stopped."""

    at: datetime
    camera_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    items: tuple[CandidateView, ...]  # the most urgent first; at most one page
    n_by_family: dict[str, int]  # all that wait or are being looked at
    n_waiting: int
    oldest_waiting_s: float | None
    n_confirmed_today: int  # by everybody, today in the city
    n_dismissed_today: int
    undoable: Undoable | None
    last_seen: LastSeen | None  # of the family asked for; only where none of it is left


class Tab(StrEnum):
    TODO = "todo"
    REVIEW = "review"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """One unit's tasks under one tab; what is due first comes first."""

    items: tuple[ReportView, ...]
    n_by_tab: dict[Tab, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    key: str
    name: str
    name_en: str
    lead_per_ward: bool  # True: the ward decides who leads
