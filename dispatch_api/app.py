"""The web application: everything is built and connected here, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.errors import ServerErrorMiddleware

from dispatch_api import desk, errors, evidence, health, live, session, ward
from dispatch_api.changes import Changes
from dispatch_api.components.audience import SHARED
from dispatch_api.components.pages import environments
from dispatch_api.components.shipped import Shipped
from dispatch_api.context import Clock, Context, utc_now
from dispatch_api.headers import SecurityHeaders, same_site
from dispatch_api.limits import BodyLimit
from dispatch_api.metrics import CountRequests, Metrics
from dispatch_api.openapi import describe
from dispatch_api.settings import ApiSettings
from incidents.evidence.opening import open_store
from incidents.store.notify import changes
from incidents.usecases.service import IncidentSettings, open_incidents

__all__ = ["ApiSettings", "create_app"]

# A new audience is a folder of its own and its name here.
AUDIENCES = (session.AUDIENCE, desk.AUDIENCE, ward.AUDIENCE)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(settings: ApiSettings, clock: Clock = utc_now) -> FastAPI:
    """The application. The database is opened when the server starts it.

    Args:
        clock: the time by which leases, undo and deadlines are judged.
    """
    metrics = Metrics()
    app = FastAPI(
        title="mastwatch",
        summary="From a city's high-mast cameras to a ward that has fixed it, on time.",
        version=version("mastwatch"),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the viewers load their scripts from another host
        redoc_url=None,
        lifespan=_lifespan(settings, metrics, clock),
        dependencies=[Depends(same_site)],
    )
    app.state.templates = environments((SHARED, *AUDIENCES))
    for router in (_api(), health.router, evidence.router, *(each.pages for each in AUDIENCES if each.pages)):
        app.include_router(router)
    for folder in (SHARED, *AUDIENCES):
        if folder.static.is_dir():
            app.mount(
                f"/static/{folder.name}", Shipped(directory=folder.static), name=f"static-{folder.name}"
            )
    errors.install(app)
    describe(app)
    # Innermost: the framework's own place is outside of the others, uncounted and without their headers.
    app.add_middleware(ServerErrorMiddleware, handler=errors.unexpected)
    app.add_middleware(BodyLimit)
    app.add_middleware(CountRequests, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    return app


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for router in (*(each.api for each in AUDIENCES if each.api), live.router):
        api.include_router(router)
    return api


def _lifespan(settings: ApiSettings, metrics: Metrics, clock: Clock) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = open_store(settings.evidence)
        wanted = IncidentSettings(database_url=settings.database_url, evidence=store, policy=settings.policy)
        async with open_incidents(wanted) as incidents:
            live_changes = Changes(partial(changes, settings.database_url))
            app.state.context = Context(
                settings=settings,
                incidents=incidents,
                evidence=store,
                changes=live_changes,
                metrics=metrics,
                clock=clock,
            )
            listening = asyncio.create_task(live_changes.run(), name="changes")
            try:
                yield
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    return lifespan
