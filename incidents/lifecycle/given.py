"""The guards that look at what was given: each returns the error that refuses it, or None."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from incidents.errors import IncidentError, InvalidInput
from incidents.lifecycle.payloads import Target
from incidents.lifecycle.records import Candidate, Report
from incidents.lifecycle.states import ReportAction, ReportState
from incidents.lifecycle.step import Step, Subject
from incidents.procedure.policy import Unit

TEXT_MAX_CHARS = 4000
N_PHOTOS_MAX = 4
MUTE_FOR_MAX = timedelta(hours=24)
# Nothing can be merged into what has left the way itself.
_GONE = frozenset({ReportState.MERGED, ReportState.REJECTED, ReportState.CANCELLED, ReportState.ARCHIVED})

Refusal = IncidentError | None
CandidateStep = Step[Candidate]
ReportStep = Step[Report]


def needs_text(field: str) -> Callable[[Step[Subject]], Refusal]:
    def check(step: Step[Subject]) -> Refusal:
        text = step.given(field)
        if isinstance(text, str) and text.strip() and len(text) <= TEXT_MAX_CHARS:
            return None
        return InvalidInput(field, f"is required, at most {TEXT_MAX_CHARS} characters")

    return check


def needs_chosen(field: str) -> Callable[[Step[Subject]], Refusal]:
    def check(step: Step[Subject]) -> Refusal:
        return None if step.given(field) else InvalidInput(field, "is required")

    return check


def needs_photos(step: Step[Subject]) -> Refusal:
    photos = step.given("photos")
    if isinstance(photos, tuple) and 1 <= len(photos) <= N_PHOTOS_MAX:
        return None
    return InvalidInput("photos", f"between 1 and {N_PHOTOS_MAX} photos are required")


def needs_expected_date(step: ReportStep) -> Refusal:
    expected_on = step.given("expected_on")
    if isinstance(expected_on, date) and expected_on > step.policy.calendar.on(step.at):
        return None
    return InvalidInput("expected_on", "a date after today is required")


def needs_expiry(step: CandidateStep) -> Refusal:
    until = step.given("until")
    if isinstance(until, datetime) and step.at < until <= step.at + MUTE_FOR_MAX:
        return None
    return InvalidInput("until", "a time within the next 24 hours is required")


def needs_unit(step: ReportStep) -> Refusal:
    unit = step.given("unit")
    if not isinstance(unit, Unit):
        return InvalidInput("unit", "is required")
    others = {ReportAction.APPROVE_TRANSFER: (step.seen.lead,), ReportAction.COORDINATE: step.seen.units}
    has_it = unit in others.get(ReportAction(step.action), ())
    return InvalidInput("unit", f"{unit.name} has the report already") if has_it else None


def needs_children(step: ReportStep) -> Refusal:
    children = step.given("children")
    if isinstance(children, tuple) and len(children) > 1:
        return None
    return InvalidInput("children", "at least two parts are required")


def needs_target(step: CandidateStep | ReportStep) -> Refusal:
    target = step.given("target")
    if not isinstance(target, Target):
        return InvalidInput("target", "is required")
    if isinstance(step.seen, Report) and target.report_id == step.seen.report_id:
        return InvalidInput("target", f"{target.code} is this report")
    return InvalidInput("target", f"{target.code} is {target.state}") if target.state in _GONE else None


def needs_category(step: CandidateStep | ReportStep) -> Refusal:
    category = step.given("category")
    if category is None and isinstance(step.seen, Candidate):
        return None  # as the camera and the policy say
    key = getattr(category, "key", None)
    return None if key in step.policy.rules else InvalidInput("category", f"unknown category {key!r}")


def needs_severity(step: CandidateStep) -> Refusal:
    severity = step.given("severity")
    known = severity is None or severity in (1, 2, 3)
    return None if known else InvalidInput("severity", f"{severity} is not 1, 2 or 3")


def needs_location(step: CandidateStep) -> Refusal:
    camera = step.seen.event.camera
    if step.given("ward") or step.seen.ward or (camera.lon_deg, camera.lat_deg) != (0, 0):
        return None
    return InvalidInput("location", "the camera has no coordinates: choose the ward")


def needs_image(step: CandidateStep) -> Refusal:
    has_one = step.seen.event.evidence.image.path
    return None if has_one else InvalidInput("image", "there is no picture of it")
