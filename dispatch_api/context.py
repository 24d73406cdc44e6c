"""What every route may reach: built once when the application starts, kept on it, never global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from dispatch_api.changes import Changes
from dispatch_api.metrics import Metrics
from dispatch_api.settings import ApiSettings
from dispatch_api.wording import Wording
from incidents.evidence.store import EvidenceStore
from incidents.texts.catalogue import Language, texts_in
from incidents.usecases.service import Incidents

Clock = Callable[[], datetime]

LANGUAGE_COOKIE = "language"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    settings: ApiSettings
    incidents: Incidents
    evidence: EvidenceStore
    changes: Changes
    metrics: Metrics
    clock: Clock


def context_of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


def now_of(request: Request) -> datetime:
    return context_of(request).clock()


def language_of(request: Request) -> Language:
    """Vietnamese unless this browser was switched to English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return Language(chosen) if chosen in set(Language) else Language.VI


def wording_of(request: Request) -> Wording:
    return Wording(texts=texts_in(language_of(request)))


ContextDep = Annotated[Context, Depends(context_of)]
NowDep = Annotated[datetime, Depends(now_of)]
WordingDep = Annotated[Wording, Depends(wording_of)]
