"""One listener on the database, fanned out to the open pages that show what changed.

A page is told only that a topic changed and loads again what it shows: nothing can overflow, nothing reaches
the wrong ward, and ten changes while a page was busy are one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from incidents.store.notify import MISSED, Change

logger = logging.getLogger(__name__)


class Topic(StrEnum):
    CANDIDATES = "candidates"
    REPORTS = "reports"


TOPICS = {"candidate": Topic.CANDIDATES, "report": Topic.REPORTS}  # by the `what` of a change


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What a page shows, and so what wakes it."""

    topics: frozenset[Topic]
    unit_id: str | None = None  # only reports that this unit has or had; None: of all units
    report_id: str | None = None  # only this report

    def concerned(self, change: Change) -> frozenset[Topic]:
        """The topics of this page that `change` is about; all of them where changes may have been missed."""
        if change.what == MISSED.what:
            return self.topics
        topic = TOPICS.get(change.what)
        if topic not in self.topics or (topic is Topic.REPORTS and not self._shows(change)):
            return frozenset()
        return frozenset({topic})

    def _shows(self, report: Change) -> bool:
        of_unit = self.unit_id is None or self.unit_id in report.unit_ids
        return of_unit and self.report_id in (None, report.subject_id)


class Subscription:
    """The topics of one page that changed since they were last taken."""

    def __init__(self, interest: Interest) -> None:
        self._interest = interest
        self._changed: set[Topic] = set()
        self._wake = asyncio.Event()

    def notify(self, change: Change) -> None:
        topics = self._interest.concerned(change)
        if topics:
            self._changed |= topics
            self._wake.set()

    async def take(self, timeout_s: float) -> frozenset[Topic]:
        """Waits for a change, at most `timeout_s`; empty when there was none."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return frozenset()
        self._wake.clear()
        taken, self._changed = frozenset(self._changed), set()
        return taken


class Changes:
    def __init__(self, listen: Callable[[], AsyncIterator[Change]]) -> None:
        self._listen = listen
        self._subscriptions: set[Subscription] = set()
        self.n_unknown = 0  # changes of a kind that only a newer version knows

    async def run(self) -> None:
        """Notifies the open pages of each change, until it is cancelled."""
        async for change in self._listen():
            if change.what not in TOPICS and change.what != MISSED.what:
                self.n_unknown += 1
                logger.warning("ignored a change of an unknown kind: %r", change.what)
                continue
            for subscription in self._subscriptions:
                subscription.notify(change)

    @contextmanager
    def subscribed(self, interest: Interest) -> Iterator[Subscription]:
        subscription = Subscription(interest)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
