"""Word of changes to open pages, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from sse_starlette import EventSourceResponse, ServerSentEvent

from dispatch_api.auth import AccountDep
from dispatch_api.changes import Topic
from dispatch_api.components.problems import problems
from dispatch_api.context import Context, ContextDep
from incidents.people.accounts import Account
from incidents.people.roles import IOC

router = APIRouter(prefix="/changes", tags=["live"])

ALIVE_S = 10.0  # a page that hears nothing for longer than two of these takes the line for lost


@router.get("", response_class=EventSourceResponse, responses=problems())
async def changes(context: ContextDep, account: AccountDep) -> EventSourceResponse:
    """`hello` at once, `changed` with `{"topics": [...]}` when something did, `alive` every ten seconds.

    Topics are `candidates` (officers only) and `reports`. What has changed is read from the other routes.
    """
    return EventSourceResponse(_events(context, account), ping=3600)


async def _events(context: Context, account: Account) -> AsyncIterator[ServerSentEvent]:
    told = frozenset(Topic) if account.role in IOC else frozenset({Topic.REPORTS})
    with context.changes.subscribed() as subscription, context.metrics.pages_live.track_inprogress():
        yield ServerSentEvent(event="hello", data="{}", retry=2000)
        while True:
            topics = await subscription.take(ALIVE_S) & told
            if topics:
                yield ServerSentEvent(event="changed", data=json.dumps({"topics": sorted(topics)}))
            else:
                yield ServerSentEvent(event="alive", data="{}")
