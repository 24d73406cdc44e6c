"""Pages from templates: one environment, every text escaped, every page with the same words at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from dispatch_api import formats
from dispatch_api.components.audience import Audience
from dispatch_api.context import now_of, wording_of
from dispatch_api.language import Language
from dispatch_api.wording import FAMILY_ICONS, FLAG_ICONS, OTHER_ICON
from incidents.read import labels


def environment(audiences: Iterable[Audience]) -> Environment:
    """Each audience's templates under its name: `desk/page.html` is `desk/templates/page.html`."""
    templates = Environment(
        loader=PrefixLoader({each.name: FileSystemLoader(each.templates) for each in audiences}),
        autoescape=True,
        undefined=StrictUndefined,  # a misspelt name is a fault to be seen, not an empty place on a screen
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        labels=labels, family_icons=FAMILY_ICONS, other_icon=OTHER_ICON, flag_icons=FLAG_ICONS
    )
    return templates


def render(
    request: Request,
    template: str,
    page: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The template with `page`, t (texts), w (wording), now, and the formats of the reader's language."""
    wording = wording_of(request)
    now = now_of(request)
    language = wording.language
    templates: Environment = request.app.state.templates
    html = templates.get_template(template).render(
        **page,
        **_formats(language, now),
        t=wording.texts,
        w=wording,
        lang=language,
        now=now,
        path=request.url.path,
    )
    return HTMLResponse(html, status, headers=dict(headers or {}))


def _formats(language: Language, now: datetime) -> dict[str, Any]:
    return {
        "ago": partial(formats.ago, now=now, language=language),
        "day_and_time": partial(formats.day_and_time, now=now, language=language),
        "duration": partial(formats.duration, language=language),
        "moment": partial(formats.moment, now=now, language=language),
        "date_time": formats.date_time,
        "time_of_day": formats.time_of_day,
        "number": partial(formats.number, language=language),
    }
