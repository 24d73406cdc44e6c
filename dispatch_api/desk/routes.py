"""The duty officer's desk: the page, and the parts of it that are fetched while it is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dispatch_api import formats
from dispatch_api.auth import OfficerDep, SessionDep
from dispatch_api.components.pages import render
from dispatch_api.components.scene import Mark, crop_of, scene_of, time_line_of
from dispatch_api.components.ward_map import ward_map
from dispatch_api.context import ContextDep, NowDep, WordingDep
from dispatch_api.desk.api import Correction
from dispatch_api.desk.keys import KEYS
from dispatch_api.desk.script_texts import SCRIPT_TEXTS
from dispatch_api.wording import Wording
from incidents.contract.events import CandidateRaised, Family
from incidents.lifecycle.reasons import DismissReason
from incidents.places.routing import WardOutline
from incidents.read.views import CandidateView, CategoryView, Queue
from incidents.texts.catalogue import Message, gettext_noop

router = APIRouter(include_in_schema=False)

SEVERITIES = (1, 2, 3)
THUMB_ASPECT = 92 / 62
# Of a time line; "due" names the time that it took.
MARKS: dict[str, Message] = {
    "entered": gettext_noop("entered"),
    "best": gettext_noop("best"),
    "seen": gettext_noop("raised"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What an officer chooses from, as (value, label), and the keys."""

    reasons: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    wards: list[tuple[str, str]]
    severities: list[tuple[str, str]]
    keys: list[tuple[list[str], str]]


@router.get("/desk")
async def desk_page(
    request: Request,
    context: ContextDep,
    session: SessionDep,
    officer: OfficerDep,
    now: NowDep,
    wording: WordingDep,
    family: Annotated[Family | None, Query()] = None,
) -> HTMLResponse:
    places = context.incidents.places
    queue = await context.incidents.desk.queue(officer, now, family)
    choices = _choices(wording, places.categories(), await places.wards(now))
    page = _queue_parts(queue, family) | {
        "account": officer,
        "csrf_token": session.csrf_token,
        "choices": choices,
        "texts": {key: wording.texts.template(message) for key, message in SCRIPT_TEXTS.items()},
    }
    return render(request, "desk/page.html", page)


@router.get("/desk/queue")
async def queue_parts(
    request: Request,
    context: ContextDep,
    officer: OfficerDep,
    now: NowDep,
    family: Annotated[Family | None, Query()] = None,
) -> HTMLResponse:
    queue = await context.incidents.desk.queue(officer, now, family)
    return render(request, "desk/parts.html", _queue_parts(queue, family) | {"account": officer})


@router.get("/desk/candidates/{candidate_id}")
async def candidate_parts(
    request: Request,
    context: ContextDep,
    officer: OfficerDep,
    now: NowDep,
    wording: WordingDep,
    candidate_id: UUID,
    better: Annotated[Correction, Query()],
) -> HTMLResponse:
    """The evidence and the place of one candidate, as they would be with what the officer has changed."""
    changes = better.model_dump(exclude_none=True)
    item = await context.incidents.desk.candidate(candidate_id, officer, now, **changes)
    wards = await context.incidents.places.wards(now)
    ward = next((ward for ward in wards if ward.code == item.ward_code), None)
    categories = context.incidents.places.categories()
    page = {
        "item": item,
        "changed": changes.keys(),
        "category_name": _category_name(item, categories, wording),
        "account": officer,
        "scene": scene_of(item.event),
        "times": time_line_of(item.event),
        "map": ward_map(ward, [other for other in wards if other is not ward], item.event.camera),
        "mark_name": partial(_mark_name, item.event, wording),
        "pct": lambda share: f"{share * 100:.2f}%",
    }
    return render(request, "desk/candidate.html", page)


def _category_name(item: CandidateView, categories: Iterable[CategoryView], wording: Wording) -> str:
    known = (wording.category(category) for category in categories if category.key == item.category_key)
    return next(known, item.category_name)


def _queue_parts(queue: Queue, family: Family | None) -> dict[str, Any]:
    return {"queue": queue, "family": family, "families": tuple(Family), "crop_of": _thumb}


def _thumb(event: CandidateRaised) -> Any:
    return crop_of(event.box, event.picture_width_px, event.picture_height_px, THUMB_ASPECT)


def _mark_name(event: CandidateRaised, wording: Wording, mark: Mark) -> str:
    texts = wording.texts
    if mark.name == "due":
        return texts.gettext("{time} full", time=formats.duration(event.limit_s, wording.language))
    if mark.name == "entered" and event.family == Family.LITTERING:
        # Translators: a thing was left lying
        return texts.gettext("left")
    return texts.say(MARKS[mark.name])


def _choices(
    wording: Wording, categories: tuple[CategoryView, ...], wards: tuple[WardOutline, ...]
) -> Choices:
    return Choices(
        reasons=[(str(reason), wording.reason(reason)) for reason in DismissReason],
        categories=[(category.key, wording.category(category)) for category in categories],
        wards=[(ward.code, ward.name) for ward in wards],
        severities=[(str(level), wording.severity(level)) for level in SEVERITIES],
        keys=[
            ([_key_name(key, wording) for key in keys], wording.texts.say(meaning)) for keys, meaning in KEYS
        ],
    )


def _key_name(key: str | Message, wording: Wording) -> str:
    return wording.texts.say(key) if isinstance(key, Message) else key
