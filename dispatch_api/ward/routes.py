"""A unit's phone: its tasks, one task, and the result with a photo. Forms that work without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dispatch_api import formats
from dispatch_api.auth import SessionDep, UnitDep, UnitFormSenderDep
from dispatch_api.components.pages import render
from dispatch_api.components.scene import crop_of
from dispatch_api.components.uploads import read_photos
from dispatch_api.context import ContextDep, NowDep, WordingDep
from dispatch_api.limits import MIB, TooLarge
from dispatch_api.wording import Wording
from incidents.contract.events import CandidateRaised, Family
from incidents.errors import IllegalTransition, InvalidInput, Stale
from incidents.evidence.photos import N_BYTES_MAX
from incidents.lifecycle.states import ReportAction
from incidents.people.accounts import Account
from incidents.read.views import ReportView, Tab
from incidents.texts.catalogue import Message, gettext_noop

router = APIRouter(prefix="/ward", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    icon: str
    kind: str = ""
    message: Message


# What units write most, by what was seen; the officer adds the rest.
REMINDED = gettext_noop("Reminded")
RECORDED = gettext_noop("Record made")
VEHICLE_LEFT = gettext_noop("Vehicle has left")
CLEARED = gettext_noop("The place is clear")
PHRASES: dict[str | None, tuple[Message, ...]] = {
    Family.ENCROACHMENT: (REMINDED, RECORDED, VEHICLE_LEFT, gettext_noop("Asked to move")),
    Family.TRAFFIC: (REMINDED, RECORDED, VEHICLE_LEFT, CLEARED),
    Family.LITTERING: (gettext_noop("Collected"), REMINDED, RECORDED, CLEARED),
    None: (REMINDED, RECORDED, CLEARED),
}
# Shown once after a change, by the query `notice` that the change redirects with.
NOTICES = {
    "accepted": Notice(
        icon="circle-check",
        message=gettext_noop("Accepted. When it is done, report the result with a photo."),
    ),
    "submitted": Notice(icon="circle-check", message=gettext_noop("Result sent, waiting for review.")),
    "newer": Notice(
        icon="triangle-alert",
        kind="soon",
        message=gettext_noop("Something has changed since you opened the page. This is how it stands."),
    ),
}


@router.get("")
async def tasks_page(
    request: Request,
    context: ContextDep,
    session: SessionDep,
    member: UnitDep,
    now: NowDep,
    tab: Annotated[Tab, Query()] = Tab.TODO,
) -> HTMLResponse:
    tasks = await context.incidents.reports.tasks(member, now, tab)
    page = _page(session.csrf_token, member) | {
        "tasks": tasks,
        "tab": tab,
        "tabs": tuple(Tab),
        "crop_of": _thumb,
    }
    return render(request, "ward/tasks.html", page)


@router.get("/{report_id}")
async def report_page(
    request: Request,
    context: ContextDep,
    session: SessionDep,
    member: UnitDep,
    now: NowDep,
    wording: WordingDep,
    report_id: UUID,
    notice: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    report = await context.incidents.reports.opened(report_id, member, now)
    shown = NOTICES.get(notice or "")
    page = _page(session.csrf_token, member) | {
        "report": report,
        "notice": shown,
        "notice_text": wording.texts.say(shown.message) if shown else "",
    }
    return render(request, "ward/report.html", page)


@router.post("/{report_id}/accept")
async def accept(
    context: ContextDep,
    member: UnitFormSenderDep,
    now: NowDep,
    report_id: UUID,
    version: Annotated[int, Form()],
) -> Response:
    try:
        await context.incidents.reports.accept(report_id, member, now, version)
    except (Stale, IllegalTransition):
        return _to_report(report_id, "newer")
    context.metrics.decided(ReportAction.ACCEPT)
    return _to_report(report_id, "accepted")


@router.get("/{report_id}/result")
async def result_page(
    request: Request,
    context: ContextDep,
    session: SessionDep,
    member: UnitDep,
    now: NowDep,
    wording: WordingDep,
    report_id: UUID,
) -> Response:
    report = await context.incidents.reports.report(report_id, member, now)
    if (
        ReportAction.SUBMIT not in report.actions
    ):  # by the back button after sending, or a colleague has sent one
        return _to_report(report_id, "newer")
    page = _page(session.csrf_token, member) | _result_form(report, wording)
    return render(request, "ward/result.html", page)


@router.post("/{report_id}/result")
async def submit(
    request: Request,
    context: ContextDep,
    session: SessionDep,
    member: UnitFormSenderDep,
    now: NowDep,
    wording: WordingDep,
    report_id: UUID,
    version: Annotated[int, Form()],
    photos: Annotated[list[UploadFile], File()],
    text: Annotated[str, Form()] = "",
) -> Response:
    reports = context.incidents.reports
    try:
        await reports.submit(report_id, member, now, version, text, await read_photos(photos))
    except (Stale, IllegalTransition):
        return _to_report(report_id, "newer")
    except (InvalidInput, TooLarge) as error:
        report = await reports.report(report_id, member, now)
        form = _result_form(report, wording, text=text, problem=_problem(error, wording))
        status = 413 if isinstance(error, TooLarge) else 422
        return render(request, "ward/result.html", _page(session.csrf_token, member) | form, status=status)
    context.metrics.decided(ReportAction.SUBMIT)
    return _to_report(report_id, "submitted")


def _page(csrf_token: str, member: Account) -> dict[str, Any]:
    return {"account": member, "csrf_token": csrf_token}


def _result_form(
    report: ReportView, wording: Wording, *, text: str = "", problem: str = ""
) -> dict[str, Any]:
    return {
        "report": report,
        "text": text,
        "problem": problem,
        "phrases": [wording.texts.say(phrase) for phrase in PHRASES.get(report.family, PHRASES[None])],
        "photo_limit": _photo_limit(wording),
        "photo_max_bytes": N_BYTES_MAX,
    }


def _photo_limit(wording: Wording) -> str:
    return f"{formats.number(N_BYTES_MAX / MIB, wording.language)} MB"


def _problem(error: InvalidInput | TooLarge, wording: Wording) -> str:
    if isinstance(error, TooLarge):
        return wording.texts.gettext(
            "The photo is too large: at most {limit}. Take a smaller one.", limit=_photo_limit(wording)
        )
    if error.field.startswith("photo"):
        return wording.texts.gettext(
            "This file is not a readable picture. Take it again or choose a JPEG or PNG."
        )
    return wording.texts.gettext("Say what was done")


def _to_report(report_id: UUID, notice: str) -> RedirectResponse:
    """Back to the task by GET, so that reloading the page sends nothing twice."""
    return RedirectResponse(f"/ward/{report_id}?notice={notice}", 303)


def _thumb(event: CandidateRaised) -> Any:
    return crop_of(event.box, event.picture_width_px, event.picture_height_px, aspect=1.0)
