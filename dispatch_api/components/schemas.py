"""The JSON of the domain's views: the same names and nesting, with every field described for OpenAPI."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from incidents.contract.fields import Box, Point
from incidents.lifecycle.reasons import DismissReason, Source
from incidents.lifecycle.states import CandidateState, ReportAction, ReportState
from incidents.people.roles import Role
from incidents.read.views import Tab, TimeFlag
from incidents.sla.deadline import LimitUnit


class Out(BaseModel):
    """Read off a view field by field: what a view has and its JSON has not stays inside."""

    model_config = ConfigDict(from_attributes=True)


class AccountOut(Out):
    username: str
    full_name: str
    role: Role
    unit_id: str
    unit_name: str


class SessionOut(Out):
    csrf_token: str = Field(description="To be sent in the header X-CSRF-Token with every change.")
    account: AccountOut
    expires_at: datetime


class PersonOut(Out):
    full_name: str


class HistoryOut(Out):
    at: datetime
    by_name: str | None = Field(description="null where a timer did it")
    action: str
    from_state: str | None = Field(description="null where it came to be")
    to_state: str
    note: str | None = Field(description="What was said: the code of a reason, or a text as it was written.")
    given: dict[str, Any] = Field(description="What was given with the action, as codes and values.")


class IntervalOut(Out):
    start_at: datetime
    end_at: datetime


class DeadlineOut(Out):
    """When it is due and why: the intervals sum to the limit."""

    due_at: datetime
    started_at: datetime = Field(description="The clock's start.")
    finished_at: datetime | None = Field(description="When the result was submitted; the clock stands since.")
    limit: float = Field(description="In `unit`s.")
    unit: LimitUnit
    clause: str
    policy: str = Field(description="The version of the regulation's profile.")
    policy_name: str = Field(description="The regulation as people call it.")
    calendar_version: str | None = Field(description="By which it was promised; null where it was not noted.")
    calendar_confirmed: bool = Field(description="false: holidays or hours of a counted day are unconfirmed.")
    by_calendar_now: datetime | None = Field(
        description="The due by the calendar of today, where it is another one; what was promised stays."
    )
    to_confirm: tuple[str, ...] = Field(description="What of the rule the city has yet to confirm.")
    intervals: tuple[IntervalOut, ...]
    pauses: tuple[IntervalOut, ...]
    flag: TimeFlag
    remaining_s: float = Field(description="In the rule's own time (working seconds); negative when late.")


class FileOut(Out):
    path: str = Field(description="Under /evidence/, where range requests are answered.")
    sha256: str
    n_bytes: int


class ClipOut(Out):
    file: FileOut
    started_at: datetime
    duration_s: float


class EvidenceOut(Out):
    image: FileOut = Field(description="The best frame with the box drawn on it.")
    raw_image: FileOut = Field(description="The same frame untouched.")
    entered_image: FileOut | None = Field(
        description="The frame at `entered_at`, where it was still at hand."
    )
    clip: ClipOut | None = Field(description="null where the stream ended before it could be cut.")


class CameraOut(Out):
    camera_id: str
    name: str
    address: str
    lon_deg: float
    lat_deg: float


class ZoneOut(Out):
    zone_id: str
    name: str
    type: str
    polygon: tuple[Point, ...] = Field(description="0..1 of the picture.")


class LabelOut(Out):
    vi: str
    en: str


class EventOut(Out):
    """What the detector saw, as it said it."""

    family: str
    kind: str = Field(description="Open: a newer detector may raise kinds that are not documented yet.")
    label: LabelOut = Field(description="The kind in words.")
    view_id: str = Field(description="Of the camera's views, the one in which it was seen.")
    object_class: str
    camera: CameraOut
    zone: ZoneOut
    entered_at: datetime = Field(description="Camera frame time at which it began.")
    seen_at: datetime = Field(description="Camera frame time at which the rule was satisfied.")
    dwell_s: float
    limit_s: float
    score: float = Field(ge=0, le=1)
    box: Box = Field(description="x1, y1, x2, y2 in 0..1 of the picture.")
    evidence: EvidenceOut
    detector: str


class CandidateOut(Out):
    """A suspected incident that a camera raised and a person has yet to judge, or has judged."""

    candidate_id: UUID
    event: EventOut
    state: CandidateState
    version: int = Field(description="To be sent back with a decision.")
    queued_at: datetime
    holder: PersonOut | None = Field(description="Who looks at it now.")
    lease_until: datetime | None
    ward_code: str | None = Field(description="null: outside every known ward")
    ward_name: str | None
    near_boundary: bool
    lead_unit_name: str
    category_key: str
    category_name: str
    would_be_due: DeadlineOut = Field(description="If it were confirmed now.")
    severity: int = Field(description="1 (can wait) to 3 (danger to life).")
    decided_by: PersonOut | None
    decided_at: datetime | None
    evidence_removed_at: datetime | None = Field(
        description="Since when retention has removed its pictures and clip; null while they are there."
    )
    dismiss_reason: DismissReason | None
    report_id: UUID | None
    report_code: str | None
    history: tuple[HistoryOut, ...] = Field(description="Oldest first; empty in lists.")


class QueueOut(Out):
    items: tuple[CandidateOut, ...] = Field(description="The most urgent first; at most one page.")
    n_by_family: dict[str, int]
    n_waiting: int
    oldest_waiting_s: float | None
    n_confirmed_today: int
    n_dismissed_today: int


class PhotoOut(Out):
    path: str = Field(description="Relative to this host's root.")
    sha256: str
    n_bytes: int
    width_px: int
    height_px: int


class ReportOut(Out):
    """A field report on its way to the unit that handles it."""

    report_id: UUID
    code: str = Field(examples=["PA-2211-0197"])
    source: Source
    category_key: str
    category_name: str
    family: str | None
    kind: str | None
    state: ReportState
    version: int = Field(description="To be sent back with a change.")
    severity: int
    ward_code: str | None
    ward_name: str | None
    lead_unit_id: str | None = Field(description="null: no unit has it yet")
    lead_unit_name: str | None
    coordinating: tuple[str, ...]
    near_boundary: bool
    lon_deg: float
    lat_deg: float
    address: str
    created_at: datetime
    assigned_at: datetime | None = Field(description="To the unit that leads now.")
    opened_at: datetime | None = Field(description="First opened by somebody of the unit: the delivery.")
    opened_by: PersonOut | None
    due: DeadlineOut | None = Field(description="null until the clock of its unit has started")
    expected_on: date | None = Field(description="Committed to by a unit that cannot keep the due.")
    candidate: CandidateOut | None
    photos_after: tuple[PhotoOut, ...]
    result_text: str | None
    history: tuple[HistoryOut, ...] = Field(description="Oldest first; empty in lists.")
    actions: tuple[ReportAction, ...] = Field(description="What the asking account may do now.")


class TasksOut(Out):
    items: tuple[ReportOut, ...] = Field(description="What is due first comes first.")
    n_by_tab: dict[Tab, int]
