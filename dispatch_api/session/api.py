"""Signing in and out as a program does it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from dispatch_api.auth import SenderDep, SessionDep, forget, remember
from dispatch_api.components.problems import problems
from dispatch_api.components.schemas import SessionOut
from dispatch_api.context import ContextDep, NowDep

router = APIRouter(prefix="/session", tags=["session"])


class Credentials(BaseModel):
    username: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=200)]


@router.post("", responses=problems(422, 429))
async def sign_in(
    credentials: Credentials, response: Response, context: ContextDep, now: NowDep
) -> SessionOut:
    """Sets the session cookie; `csrf_token` goes with every change from then on."""
    session = await context.incidents.accounts.sign_in(credentials.username, credentials.password, now)
    remember(response, session, context.settings)
    return SessionOut.model_validate(session)


@router.get("", responses=problems())
async def who_am_i(session: SessionDep) -> SessionOut:
    return SessionOut.model_validate(session)


@router.delete("", status_code=204, responses=problems(403))
async def sign_out(response: Response, session: SessionDep, _sender: SenderDep, context: ContextDep) -> None:
    await context.incidents.accounts.sign_out(session.token)
    forget(response, context.settings)
