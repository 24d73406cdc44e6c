"""Pages from templates: every text escaped, every page with the words of its language at hand."""

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
from dispatch_api.context import language_of, now_of
from dispatch_api.wording import FAMILY_ICONS, FLAG_ICONS, OTHER_ICON, Wording
from incidents.texts.catalogue import Language, Texts, texts_in

Environments = Mapping[Language, Environment]


def environments(audiences: Iterable[Audience]) -> Environments:
    """Each audience's templates under its name: `desk/page.html` is `desk/templates/page.html`."""
    folders = {each.name: FileSystemLoader(each.templates) for each in audiences}
    return {language: _environment(PrefixLoader(folders), texts_in(language)) for language in Language}


def _environment(loader: PrefixLoader, texts: Texts) -> Environment:
    """With `_`, `pgettext`, w (wording), lang and the formats of one language, in macros too."""
    templates = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,  # a misspelt name is a fault to be seen, not an empty place on a screen
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # Not "newstyle": that would fill %(name)s, ours fill {name} and leave the escaping to the template.
    templates.globals.update(
        _=texts.gettext,
        gettext=texts.gettext,
        ngettext=texts.ngettext,
        pgettext=texts.pgettext,
        w=Wording(texts=texts),
        lang=texts.language,
        family_icons=FAMILY_ICONS,
        other_icon=OTHER_ICON,
        flag_icons=FLAG_ICONS,
        duration=partial(formats.duration, language=texts.language),
        date_time=formats.date_time,
        time_of_day=formats.time_of_day,
        number=partial(formats.number, language=texts.language),
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
    """The template in the reader's language, with `page`, the path, now, and the times relative to it."""
    language = language_of(request)
    templates: Environments = request.app.state.templates
    html = (
        templates[language]
        .get_template(template)
        .render(**page, **_since(now_of(request), language), path=request.url.path)
    )
    return HTMLResponse(html, status, headers=dict(headers or {}))


def _since(now: datetime, language: Language) -> dict[str, Any]:
    return {
        "now": now,
        "ago": partial(formats.ago, now=now, language=language),
        "day_and_time": partial(formats.day_and_time, now=now, language=language),
        "moment": partial(formats.moment, now=now, language=language),
    }
