"""A candidate and a report as they are stored: what a use case loads, decides on and saves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incidents.contract.events import CandidateRaised
from incidents.lifecycle.reasons import DismissReason, Source
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.accounts import Person
from incidents.places.routing import WardRef
from incidents.procedure.policy import Unit
from incidents.sla.deadline import LimitUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    candidate_id: UUID
    event: CandidateRaised
    state: CandidateState
    version: int  # counts the moves
    queued_at: datetime
    holder: Person | None
    lease_until: datetime | None
    ward: WardRef | None
    near_boundary: bool
    category_key: str
    severity: int
    decided_by: Person | None
    decided_at: datetime | None
    dismiss_reason: DismissReason | None
    report_id: UUID | None  # of the report that stands, not of one taken back
    report_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaClock:
    """The rule of a report as it was when its clock started."""

    policy: str
    clause: str
    limit: float
    unit: LimitUnit
    to_confirm: tuple[str, ...]
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    report_id: UUID
    day: date  # of its number, in the city
    number: int
    source: Source
    candidate_id: UUID | None
    category_key: str
    family: str | None
    kind: str | None
    state: ReportState
    version: int
    severity: int
    ward: WardRef | None
    near_boundary: bool
    lead: Unit
    coordinating: tuple[Unit, ...]
    lon_deg: float
    lat_deg: float
    address: str
    created_at: datetime
    created_by: Person | None
    assigned_at: datetime
    opened_at: datetime | None
    opened_by: Person | None
    submitted_at: datetime | None
    result_text: str | None
    rule: SlaClock
    due_at: datetime

    @property
    def code(self) -> str:
        return code_of(self.day, self.number)


def code_of(day: date, number: int) -> str:
    """As people say it over the radio: day and month, then the number of that day. Unique within a year."""
    return f"PA-{day:%d%m}-{number:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a history, about to be written."""

    action: CandidateAction | ReportAction
    from_state: CandidateState | ReportState | None
    to_state: CandidateState | ReportState
    by: Person | None  # None: a timer or the detector
    at: datetime
    note: str | None = None
