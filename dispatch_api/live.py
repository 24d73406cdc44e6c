"""Live changes for open pages, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from dispatch_api.auth import AccountDep
from dispatch_api.changes import Interest, Topic
from dispatch_api.components.problems import problems
from dispatch_api.context import Context, ContextDep
from incidents.people.accounts import Account
from incidents.people.roles import IOC

router = APIRouter(prefix="/changes", tags=["live"])

ALIVE_S = 10.0  # a page that hears nothing for longer than two of these takes the connection for lost


@router.get("", response_class=EventSourceResponse, responses=problems(422))
async def changes(
    context: ContextDep,
    account: AccountDep,
    topic: Annotated[Topic | None, Query(description="Only this topic.")] = None,
    report: Annotated[UUID | None, Query(description="Only this report.")] = None,
) -> EventSourceResponse:
    """`hello` at once, `changed` with `{"topics": [...]}` when something did, `alive` every ten seconds.

    Topics are `candidates` (officers only) and `reports` (a unit: those that it has or had). What has changed
    is read from the other routes.
    """
    return EventSourceResponse(_events(context, _interest(account, topic, report)), ping=3600)


def _interest(account: Account, topic: Topic | None, report_id: UUID | None) -> Interest:
    officer = account.role in IOC
    allowed = frozenset(Topic) if officer else frozenset({Topic.REPORTS})
    return Interest(
        topics=allowed & {topic} if topic else allowed,
        unit_id=None if officer else account.unit_id,
        report_id=str(report_id) if report_id else None,
    )


async def _events(context: Context, interest: Interest) -> AsyncIterator[ServerSentEvent]:
    with context.changes.subscribed(interest) as subscription, context.metrics.pages_live.track_inprogress():
        yield ServerSentEvent(event="hello", data="{}", retry=2000)
        while True:
            topics = await subscription.take(ALIVE_S)
            if topics:
                yield ServerSentEvent(event="changed", data=json.dumps({"topics": sorted(topics)}))
            else:
                yield ServerSentEvent(event="alive", data="{}")
