"""Who is asking, what their role may open, and that a change comes from our own pages.

The session is a cookie that scripts cannot read. A change must carry the session's second secret as well:
the header `X-CSRF-Token` in JSON, the field `csrf_token` in forms. Another site's page knows neither.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, Form, Header, Request, Response

from dispatch_api.context import ContextDep, NowDep
from dispatch_api.settings import ApiSettings
from incidents.errors import NotAllowed, NotSignedIn
from incidents.people.accounts import Account, Session
from incidents.people.roles import IOC, UNIT, Role

CSRF_HEADER = "X-CSRF-Token"


class ForgedRequest(Exception):
    """A change without the session's secret, or sent by another site's page."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}; reload the page and send it again")


def session_cookie(settings: ApiSettings) -> str:
    """With https the name carries a prefix by which browsers refuse it from any other host or path."""
    return "__Host-mastwatch" if settings.secure_cookies else "mastwatch"


def remember(response: Response, session: Session, settings: ApiSettings) -> None:
    """Sets the session cookie; the token is nowhere else in an answer."""
    response.set_cookie(
        session_cookie(settings),
        session.token,
        expires=session.expires_at,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, settings: ApiSettings) -> None:
    response.delete_cookie(
        session_cookie(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


async def session_of(request: Request, context: ContextDep, now: NowDep) -> Session:
    """Raises NotSignedIn without a valid session cookie."""
    token = request.cookies.get(session_cookie(context.settings))
    if token is None:
        raise NotSignedIn
    return await context.incidents.accounts.who(token, now)


SessionDep = Annotated[Session, Depends(session_of)]


def _check(session: Session, sent: str | None) -> None:
    if sent is None or not compare_digest(session.csrf_token.encode(), sent.encode()):
        raise ForgedRequest(f"the request lacks the session's {CSRF_HEADER}")


async def account_of(session: SessionDep) -> Account:
    return session.account


async def sender_of(
    session: SessionDep,
    x_csrf_token: Annotated[str | None, Header(description="From the answer to signing in.")] = None,
) -> Account:
    """The account behind a JSON change."""
    _check(session, x_csrf_token)
    return session.account


async def form_sender_of(session: SessionDep, csrf_token: Annotated[str | None, Form()] = None) -> Account:
    """The account behind a form."""
    _check(session, csrf_token)
    return session.account


def _only(roles: frozenset[Role], what: str, source: Callable[..., object]) -> Callable[[Account], Account]:
    def allowed(account: Account = Depends(source)) -> Account:  # noqa: B008 (FastAPI reads it)
        if account.role not in roles:
            raise NotAllowed(account.role, what)
        return account

    return allowed


AccountDep = Annotated[Account, Depends(account_of)]
SenderDep = Annotated[Account, Depends(sender_of)]
FormSenderDep = Annotated[Account, Depends(form_sender_of)]

OfficerDep = Annotated[Account, Depends(_only(IOC, "open the duty desk", account_of))]
OfficerSenderDep = Annotated[Account, Depends(_only(IOC, "decide at the duty desk", sender_of))]
UnitDep = Annotated[Account, Depends(_only(UNIT, "open a unit's tasks", account_of))]
UnitSenderDep = Annotated[Account, Depends(_only(UNIT, "work on a unit's tasks", sender_of))]
UnitFormSenderDep = Annotated[Account, Depends(_only(UNIT, "work on a unit's tasks", form_sender_of))]


def home_of(account: Account) -> str:
    """The page on which somebody of this role starts."""
    return "/desk" if account.role in IOC else "/ward"
