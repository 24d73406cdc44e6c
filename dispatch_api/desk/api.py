"""The duty desk as JSON: the same use cases as the page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch_api.auth import OfficerDep, OfficerSenderDep
from dispatch_api.components.problems import problems
from dispatch_api.components.schemas import CandidateOut, QueueOut, ReportOut
from dispatch_api.context import ContextDep, NowDep
from incidents.contract.events import Family
from incidents.lifecycle.reasons import DismissReason
from incidents.lifecycle.states import CandidateAction

router = APIRouter(prefix="/candidates", tags=["candidates"])

Version = Annotated[
    int, Field(description="As read last; an older one is refused with what has happened since.")
]


class Correction(BaseModel):
    """What the officer knows better than the camera and the rule."""

    category_key: str | None = Field(None, description="Where the officer knows better than the rule.")
    ward_code: str | None = Field(
        None, description="Where the place is in another ward than the camera says."
    )
    severity: int | None = Field(None, ge=1, le=3, description="1 to 3.")


class Confirmation(Correction):
    version: Version


class Dismissal(BaseModel):
    version: Version
    reason: DismissReason


class TakingBack(BaseModel):
    version: Version


@router.get("", responses=problems(403, 422))
async def queue(
    context: ContextDep,
    officer: OfficerDep,
    now: NowDep,
    family: Annotated[Family | None, Query(description="Only this family.")] = None,
) -> QueueOut:
    """What waits for an officer, the most urgent first."""
    found = await context.incidents.desk.queue(officer, now, family)
    return QueueOut.model_validate(found)


@router.get("/{candidate_id}", responses=problems(403, 404, 422))
async def candidate(
    context: ContextDep,
    officer: OfficerDep,
    now: NowDep,
    candidate_id: UUID,
    better: Annotated[Correction, Query()],
) -> CandidateOut:
    """As it stands; with a correction, who would lead and when it would be due. Nothing is saved."""
    found = await context.incidents.desk.candidate(
        candidate_id,
        officer,
        now,
        category_key=better.category_key,
        ward_code=better.ward_code,
        severity=better.severity,
    )
    return CandidateOut.model_validate(found)


@router.post("/{candidate_id}/claim", responses=problems(403, 404, 409))
async def claim(
    context: ContextDep, officer: OfficerSenderDep, now: NowDep, candidate_id: UUID
) -> CandidateOut:
    """Hold it for five minutes; once more by the holder: five minutes from now."""
    return CandidateOut.model_validate(await context.incidents.desk.claim(candidate_id, officer, now))


@router.post("/{candidate_id}/release", responses=problems(403, 404, 409))
async def release(
    context: ContextDep, officer: OfficerSenderDep, now: NowDep, candidate_id: UUID
) -> CandidateOut:
    return CandidateOut.model_validate(await context.incidents.desk.release(candidate_id, officer, now))


@router.post("/{candidate_id}/confirm", responses=problems(403, 404, 409, 422))
async def confirm(
    context: ContextDep, officer: OfficerSenderDep, now: NowDep, candidate_id: UUID, sent: Confirmation
) -> ReportOut:
    """Makes a report of it, assigned to its lead unit; the unit's clock starts."""
    report = await context.incidents.desk.confirm(
        candidate_id,
        officer,
        now,
        sent.version,
        category_key=sent.category_key,
        ward_code=sent.ward_code,
        severity=sent.severity,
    )
    context.metrics.decided(CandidateAction.CONFIRM)
    return ReportOut.model_validate(report)


@router.post("/{candidate_id}/dismiss", responses=problems(403, 404, 409, 422))
async def dismiss(
    context: ContextDep, officer: OfficerSenderDep, now: NowDep, candidate_id: UUID, sent: Dismissal
) -> CandidateOut:
    item = await context.incidents.desk.dismiss(candidate_id, officer, now, sent.version, sent.reason)
    context.metrics.decided(CandidateAction.DISMISS)
    return CandidateOut.model_validate(item)


@router.post("/{candidate_id}/undo", responses=problems(403, 404, 409, 422))
async def undo(
    context: ContextDep, officer: OfficerSenderDep, now: NowDep, candidate_id: UUID, sent: TakingBack
) -> CandidateOut:
    """One's own decision, within five minutes; a report only while its unit has not opened it."""
    item = await context.incidents.desk.undo(candidate_id, officer, now, sent.version)
    context.metrics.decided(CandidateAction.UNDO)
    return CandidateOut.model_validate(item)
