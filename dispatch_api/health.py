"""For those who run it: is it alive, can it work, what has it counted."""

from __future__ import annotations

from math import nan

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from dispatch_api.context import ContextDep
from incidents.errors import DatabaseUnavailable

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]  # load balancers ask without wanting the words


@router.api_route("/healthz", methods=READ)
async def alive() -> PlainTextResponse:
    return PlainTextResponse("alive\n")


@router.api_route("/readyz", methods=READ)
async def ready(context: ContextDep) -> PlainTextResponse:
    """503 with the reason while the database is away or is not at this program's version."""
    await context.incidents.database.check_schema()
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def metrics(context: ContextDep) -> Response:
    """The depth of the queue as it is now; not a number while the database is away."""
    try:
        context.metrics.waiting.set(await context.incidents.desk.n_waiting())
    except DatabaseUnavailable:
        context.metrics.waiting.set(nan)
    return Response(context.metrics.text(), media_type=CONTENT_TYPE_LATEST)
