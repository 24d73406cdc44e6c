"""Signing in and out, the language, and where a person starts."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from dispatch_api import formats
from dispatch_api.auth import AccountDep, FormSenderDep, SessionDep, forget, home_of, remember, session_cookie
from dispatch_api.components.pages import render
from dispatch_api.context import LANGUAGE_COOKIE, ContextDep, NowDep, WordingDep
from dispatch_api.wording import Wording
from incidents.errors import BadCredentials, TooManyAttempts

router = APIRouter(include_in_schema=False)

A_YEAR_S = 365 * 86_400


@router.get("/")
async def home(account: AccountDep) -> RedirectResponse:
    return RedirectResponse(home_of(account), 303)


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    context: ContextDep,
    wording: WordingDep,
    next_page: Annotated[str, Query(alias="next")] = "",
) -> Response:
    had_session = session_cookie(context.settings) in request.cookies
    problem = (
        wording.texts.gettext("Your session has ended. Sign in again to go on.")
        if next_page and had_session
        else ""
    )
    return render(request, "session/sign_in.html", {"next": next_page, "username": "", "problem": problem})


@router.post("/sign-in")
async def sign_in(
    request: Request,
    context: ContextDep,
    now: NowDep,
    wording: WordingDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    next_page: Annotated[str, Form(alias="next")] = "",
) -> Response:
    try:
        session = await context.incidents.accounts.sign_in(username, password, now)
    except (BadCredentials, TooManyAttempts) as error:
        page = {"next": next_page, "username": username, "problem": _said(error, wording)}
        return render(
            request, "session/sign_in.html", page, status=429 if isinstance(error, TooManyAttempts) else 401
        )
    answer = RedirectResponse(local(next_page) or home_of(session.account), 303)
    remember(answer, session, context.settings)
    return answer


@router.post("/sign-out")
async def sign_out(context: ContextDep, session: SessionDep, _sender: FormSenderDep) -> RedirectResponse:
    await context.incidents.accounts.sign_out(session.token)
    answer = RedirectResponse("/sign-in", 303)
    forget(answer, context.settings)
    return answer


@router.post("/language")
async def switch_language(
    wording: WordingDep, context: ContextDep, next_page: Annotated[str, Form(alias="next")] = ""
) -> RedirectResponse:
    answer = RedirectResponse(local(next_page) or "/", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        wording.language.other,
        max_age=A_YEAR_S,
        secure=context.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return answer


def local(path: str) -> str | None:
    """The path, if it is one of this host: a link to us must not lead to somebody else's page."""
    try:
        host = urlsplit(path).netloc
    except ValueError:  # "//[": no address at all
        return None
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and not host else None


def _said(error: BadCredentials | TooManyAttempts, wording: Wording) -> str:
    if isinstance(error, TooManyAttempts):
        return wording.texts.gettext(
            "Too many failed attempts. Try again after {time}.",
            time=formats.time_of_day(error.until, seconds=True),
        )
    return wording.texts.gettext("Wrong user name or password. Check Caps Lock and the Vietnamese keyboard.")
