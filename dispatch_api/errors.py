"""From the domain's errors to HTTP, in one place: problem details (RFC 9457) or, to people, a page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from dispatch_api import formats
from dispatch_api.auth import ForgedRequest
from dispatch_api.components.advice import advice_on
from dispatch_api.components.pages import render
from dispatch_api.context import now_of, wording_of
from dispatch_api.limits import TooLarge
from dispatch_api.wording import Wording
from incidents.errors import (
    BadCredentials,
    DatabaseUnavailable,
    HeldByOther,
    IllegalTransition,
    IncidentError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SchemaMismatch,
    Stale,
    TooEarly,
    TooLate,
    TooManyAttempts,
)
from incidents.evidence.store import EvidenceUnavailable
from incidents.people.history import HistoryRow

logger = logging.getLogger(__name__)

HTTP_STATUS: dict[type[Exception], int] = {
    BadCredentials: 401,
    NotSignedIn: 401,
    ForgedRequest: 403,
    NotAllowed: 403,
    NotFound: 404,
    HeldByOther: 409,
    IllegalTransition: 409,
    Stale: 409,
    TooEarly: 409,
    TooLate: 409,
    InvalidInput: 422,
    TooManyAttempts: 429,
    DatabaseUnavailable: 503,
    SchemaMismatch: 503,
    EvidenceUnavailable: 503,
}
PROGRAMS = ("/api/", "/evidence/", "/photos/", "/healthz", "/readyz", "/metrics", "/static/")
RETRY_AFTER_S = 5
TOLD = (409, 413, 422, 429)  # what people can do something about; the rest is said by the advice


def install(app: FastAPI) -> None:
    for error in (*HTTP_STATUS, IncidentError):
        app.add_exception_handler(error, _domain)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(PROGRAMS)


def problem(
    request: Request,
    status: int,
    *,
    name: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """One shape for every error: `application/problem+json` or, to people, the error page."""
    texts = wording_of(request).texts
    advice = advice_on(status)
    title = texts.say(advice.title)
    if for_people(request):
        page = {
            "status": status,
            "title": title,
            "advice": texts.say(advice.text, code=more.get("code", "")),
            "detail": detail if status in TOLD else "",
        }
        return render(request, "components/error.html", page, status=status, headers=headers)
    body = {
        "type": f"urn:mastwatch:problem:{name}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


async def _domain(request: Request, error: Exception) -> Response:
    status = next((HTTP_STATUS[kind] for kind in type(error).__mro__ if kind in HTTP_STATUS), 500)
    if isinstance(error, NotSignedIn) and for_people(request):
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
    name = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)
    more = _more(error, wording_of(request))
    return problem(
        request,
        status,
        name=name.strip("-"),
        detail=_said(error, wording_of(request)),
        headers=_retry_after(error, status, now_of(request)),
        **more,
    )


def _retry_after(error: Exception, status: int, now: datetime) -> dict[str, str]:
    """In whole seconds, for programs: when asking again may help."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(ceil((error.until - now).total_seconds()))}
    return {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}


def _said(error: Exception, wording: Wording) -> str:
    """The errors that officers meet in their work, in their language; the rest as the domain says them."""
    texts = wording.texts
    if isinstance(error, HeldByOther):
        return texts.gettext(
            "{name} holds it until {until}.", name=error.name, until=formats.time_of_day(error.until)
        )
    if isinstance(error, Stale) and error.newer:
        return "; ".join(wording.history(row, error.what) for row in error.newer)
    if isinstance(error, IllegalTransition) and error.last:
        return wording.history(error.last, error.what)
    if isinstance(error, EvidenceUnavailable):
        return texts.gettext(
            "The store of pictures and clips cannot be reached. Nothing was changed; "
            "try again in a few minutes."
        )
    if isinstance(error, TooLate):
        return texts.gettext(
            "This was possible until {until}.", until=formats.time_of_day(error.until, seconds=True)
        )
    if isinstance(error, BadCredentials):
        return texts.gettext("Wrong user name or password. Check Caps Lock and the Vietnamese keyboard.")
    if isinstance(error, TooManyAttempts):
        return texts.gettext(
            "Too many failed attempts. Try again after {time}.",
            time=formats.time_of_day(error.until, seconds=True),
        )
    return str(error)


def _more(error: Exception, wording: Wording) -> dict[str, Any]:
    """The members that a program needs to go on."""
    match error:
        case Stale():
            return {"newer": _rows(error.newer, error.what, wording)}
        case IllegalTransition():
            last = [error.last] if error.last else []
            return {"state": error.state, "allowed": error.allowed, "newer": _rows(last, error.what, wording)}
        case HeldByOther():
            return {"holder": error.name, "until": error.until.isoformat()}
        case InvalidInput():
            return {"errors": [{"field": error.field, "problem": error.problem}]}
        case TooManyAttempts():
            return {"until": error.until.isoformat()}
    return {}


def _rows(rows: Sequence[HistoryRow], of: str, wording: Wording) -> list[dict[str, str | None]]:
    return [
        {
            "at": row.at.isoformat(),
            "by_name": row.by_name,
            "action": row.action,
            "to_state": row.to_state,
            "note": row.note,
            "said": wording.history(row, of),
        }
        for row in rows
    ]


async def _invalid(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "problem": fault["msg"]}
        for fault in faults
    ]
    if for_people(request) and any(fault["loc"][0] == "path" for fault in faults):
        return await _http(request, HTTPException(404))  # a broken link: nothing that a person could mend
    detail = "; ".join(f"{fault['field']}: {fault['problem']}" for fault in errors)
    return problem(request, 422, name="invalid-input", detail=detail, errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    more = {"max_bytes": error.max_bytes} if isinstance(error, TooLarge) else {}
    names = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
    detail = f"no page or resource {request.url.path}" if error.status_code == 404 else error.detail
    return problem(
        request,
        error.status_code,
        name=names.get(error.status_code, "http"),
        detail=detail,
        headers=dict(error.headers or {}),
        **more,
    )


async def unexpected(request: Request, error: Exception) -> Response:
    """A fault of ours: the reader gets a code that finds it in the log, and nothing of its inside."""
    code = uuid4().hex[:8]
    logger.error("%s %s failed, code %s", request.method, request.url.path, code, exc_info=error)
    detail = wording_of(request).texts.say(advice_on(500).text, code=code)
    return problem(request, 500, name="unexpected", detail=detail, code=code)
