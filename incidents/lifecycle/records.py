"""A candidate and a report as they are stored: what a use case loads, decides on and saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from incidents.contract.events import CandidateRaised
from incidents.lifecycle.clocks import ClockKind, SlaClock
from incidents.lifecycle.reasons import Assigned, CancelReason, DismissReason, Ended, Source
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.accounts import Person
from incidents.places.routing import WardRef
from incidents.procedure.policy import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    candidate_id: UUID
    event: CandidateRaised
    state: CandidateState
    version: int  # counts the transitions
    queued_at: datetime
    holder: Person | None
    lease_until: datetime | None
    ward: WardRef | None
    near_boundary: bool
    category_key: str
    severity: int
    decided_by: Person | None
    decided_at: datetime | None
    evidence_removed_at: datetime | None = None  # by retention: the pictures are gone, the case stays
    dismiss_reason: DismissReason | None
    report_id: UUID | None  # of the report that it belongs to, not of one taken back
    report_code: str | None


class AssignmentRole(StrEnum):
    LEAD = "lead"
    COORDINATING = "coordinating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One unit's time with a report."""

    number: int  # within its report, in order
    unit: Unit
    role: AssignmentRole
    how: Assigned
    assigned_at: datetime
    assigned_by: Person | None
    opened_at: datetime | None = None  # by somebody of the unit: the delivery, with its receiver
    opened_by: Person | None = None
    ended_at: datetime | None = None
    ended: Ended | None = None

    @property
    def live(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    report_id: UUID
    day: date  # of its number, in the city
    number: int
    source: Source
    category_key: str
    family: str | None  # None where no camera saw it
    kind: str | None
    severity: int
    ward: WardRef | None
    near_boundary: bool
    lon_deg: float
    lat_deg: float
    address: str
    created_at: datetime
    created_by: Person | None  # None: a citizen
    parent_id: UUID | None = None  # of which it was split
    candidate_ids: tuple[UUID, ...] = ()  # linked now, the first to be linked first
    # What transitions change.
    state: ReportState
    version: int  # counts the transitions
    since: datetime  # of the state
    assignments: tuple[Assignment, ...] = ()
    clocks: tuple[SlaClock, ...] = ()
    round: int = 1  # of work: a re-check that fails begins another
    submitted_at: datetime | None = None  # the last result
    submitted_by: Person | None = None
    result_text: str | None = None
    expected_on: date | None = None  # committed to by the unit; the due by law stays as it is
    public_text: str | None = None
    published_at: datetime | None = None
    verified: bool | None = None  # by the last re-check
    merged_into: UUID | None = None
    cancel_reason: CancelReason | None = None
    reconsidered: bool = False

    @property
    def code(self) -> str:
        return code_of(self.day, self.number)

    @property
    def leading(self) -> Assignment | None:
        """The assignment of the unit that leads now; None where nobody does yet."""
        return next((each for each in self._live if each.role is AssignmentRole.LEAD), None)

    @property
    def lead(self) -> Unit | None:
        return self.leading.unit if self.leading else None

    @property
    def coordinating(self) -> tuple[Unit, ...]:
        return tuple(each.unit for each in self._live if each.role is AssignmentRole.COORDINATING)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Who works on it now, the lead first."""
        return (*((self.lead,) if self.lead else ()), *self.coordinating)

    @property
    def n_hops(self) -> int:
        """How often it was transferred from one unit to another."""
        return sum(each.how is Assigned.TRANSFER for each in self.assignments)

    @property
    def _live(self) -> tuple[Assignment, ...]:
        return tuple(each for each in self.assignments if each.live)

    def clock(self, kind: ClockKind) -> SlaClock | None:
        """The last of that kind: of this round, or of this unit."""
        return next((clock for clock in reversed(self.clocks) if clock.kind is kind), None)


def code_of(day: date, number: int) -> str:
    """As people say it over the radio: day and month, then the number of that day. Unique within a year."""
    return f"PA-{day:%d%m}-{number:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    path: str  # relative to the data folder, with forward slashes
    sha256: str
    n_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a history, about to be written."""

    action: CandidateAction | ReportAction
    from_state: CandidateState | ReportState | None
    to_state: CandidateState | ReportState
    by: Person | None  # None: a timer or the detector
    at: datetime
    # JSON: what was given, by the names of the payload's fields, and under `changed` what became of it.
    payload: Mapping[str, Any] = field(default_factory=dict)
