"""A unit's tasks as JSON: the same use cases as the pages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel, Field

from dispatch_api.auth import AccountDep, UnitDep, UnitSenderDep
from dispatch_api.components.problems import problems
from dispatch_api.components.schemas import DeadlineOut, ReportOut, TasksOut
from dispatch_api.components.uploads import read_photos
from dispatch_api.context import ContextDep, NowDep
from incidents.errors import NotFound
from incidents.lifecycle.states import ReportAction
from incidents.read.views import Tab

router = APIRouter(prefix="/reports", tags=["reports"])


class Acceptance(BaseModel):
    version: int = Field(description="As read last; an older one is refused with what has happened since.")


@router.get("", responses=problems(403, 422))
async def tasks(
    context: ContextDep,
    member: UnitDep,
    now: NowDep,
    tab: Annotated[Tab, Query(description="What is to be done, in review, or done.")] = Tab.TODO,
) -> TasksOut:
    """The tasks of the account's own unit."""
    return TasksOut.model_validate(await context.incidents.reports.tasks(member, now, tab))


@router.get("/{report_id}", responses=problems(403, 404))
async def report(context: ContextDep, account: AccountDep, now: NowDep, report_id: UUID) -> ReportOut:
    return ReportOut.model_validate(await context.incidents.reports.report(report_id, account, now))


@router.get("/{report_id}/deadline", responses=problems(403, 404))
async def deadline(context: ContextDep, account: AccountDep, now: NowDep, report_id: UUID) -> DeadlineOut:
    """When it is due, and the trace that leads there. 404 while no unit has the report."""
    found = await context.incidents.reports.report(report_id, account, now)
    if found.due is None:
        raise NotFound("deadline of report", report_id)
    return DeadlineOut.model_validate(found.due)


@router.post("/{report_id}/accept", responses=problems(403, 404, 409, 422))
async def accept(
    context: ContextDep, member: UnitSenderDep, now: NowDep, report_id: UUID, sent: Acceptance
) -> ReportOut:
    accepted = await context.incidents.reports.accept(report_id, member, now, sent.version)
    context.metrics.decided(ReportAction.ACCEPT)
    return ReportOut.model_validate(accepted)


@router.post("/{report_id}/result", responses=problems(403, 404, 409, 413, 422))
async def submit(
    context: ContextDep,
    member: UnitSenderDep,
    now: NowDep,
    report_id: UUID,
    version: Annotated[int, Form(description="As read last.")],
    text: Annotated[str, Form(description="What was done.")],
    photos: Annotated[list[UploadFile], File(description="JPEG or PNG, each at most 10 MiB, at most four.")],
) -> ReportOut:
    """The result goes to review; the unit's clock stops."""
    read = await read_photos(photos)
    submitted = await context.incidents.reports.submit(report_id, member, now, version, text, read)
    context.metrics.decided(ReportAction.SUBMIT)
    return ReportOut.model_validate(submitted)
