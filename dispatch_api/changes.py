"""One listener on the database, fanned out to every open page.

A page is told only that a topic changed and asks again for what it shows: nothing can overflow, nothing is
told to the wrong ward, and ten changes while a page was busy are one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Topic(StrEnum):
    CANDIDATES = "candidates"
    REPORTS = "reports"


class Subscription:
    """The topics that changed since they were last taken."""

    def __init__(self) -> None:
        self._changed: set[Topic] = set()
        self._wake = asyncio.Event()

    def tell(self, topic: Topic) -> None:
        self._changed.add(topic)
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
    def __init__(self, listen: Callable[[], AsyncIterator[Topic]]) -> None:
        self._listen = listen
        self._subscriptions: set[Subscription] = set()

    async def run(self) -> None:
        """Tells every open page of each change, until it is cancelled."""
        async for topic in self._listen():
            for subscription in self._subscriptions:
                subscription.tell(topic)

    @contextmanager
    def subscribed(self) -> Iterator[Subscription]:
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
