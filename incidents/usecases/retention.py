"""Who may delete evidence: nobody but this, and it asks the ledger first.

Evidence of a case that is open, confirmed or disputed stays. What an officer dismissed goes after the days
that the installation sets. Files whose candidate never reached the ledger go after many more: until then
somebody may still find out what became of it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter

from incidents.errors import DatabaseUnavailable
from incidents.evidence.store import EvidenceStore, EvidenceUnavailable, candidate_folder, day_folder
from incidents.store.database import Database

N_A_ROUND = 20
EVERY_S = 60.0
MORE_S = 1.0  # after a full round: there is more, and others want the store too
UNKNOWN_EVERY = timedelta(days=1)
# Those that the store refuses are tried again when there is nothing else left, or when they are so many.
PASSED_OVER_MOST = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFor:
    """Raises ValueError: less than a day, in which a decision can still be taken back."""

    dismissed: timedelta  # from the decision on
    unknown: timedelta  # what never reached the ledger, from the day on that it was seen

    def __post_init__(self) -> None:
        if min(self.dismissed, self.unknown) < timedelta(days=1):
            raise ValueError("evidence is kept for at least one day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    n_removed: int  # candidates
    refused: UUID | None = None  # whose files the store would not remove; the round ended with it


class RetentionMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.removed = Counter(
            "mastwatch_evidence_removed", "Dismissed candidates whose evidence was removed", registry=registry
        )
        self.unknown_removed = Counter(
            "mastwatch_evidence_unknown_removed",
            "Candidates that never reached the ledger whose evidence was removed",
            registry=registry,
        )
        self.failures = Counter(
            "mastwatch_evidence_removal_failures",
            "Removals that the evidence store refused",
            registry=registry,
        )


async def remove_expired(
    database: Database,
    evidence: EvidenceStore,
    at: datetime,
    *,
    keep: timedelta,
    passed_over: Collection[UUID] = (),
) -> Round:
    """One round, of a bounded size, one candidate at a time.

    Where the store refuses, that candidate is not noted as removed. What was deleted of it is deleted again
    next time, which does no harm.

    Raises:
        DatabaseUnavailable: likewise.
    """
    for n_removed in range(N_A_ROUND):
        async with database.transaction() as store:
            expired = await store.retention.removable(at - keep, passed_over)
            if expired is None:
                return Round(n_removed=n_removed)
            folder = candidate_folder(expired.candidate_id, expired.seen_at)
            try:
                await asyncio.to_thread(evidence.delete_candidate, folder)
            except EvidenceUnavailable as error:
                logger.warning("old evidence cannot be removed yet: %s", error)
                return Round(n_removed=n_removed, refused=expired.candidate_id)
            await store.retention.note_removed(expired.candidate_id, at)
    return Round(n_removed=N_A_ROUND)


async def remove_unknown(database: Database, evidence: EvidenceStore, day: date) -> int:
    """The evidence of one day whose candidates never reached the ledger; of how many.

    Raises:
        DatabaseUnavailable, EvidenceUnavailable
    """
    candidate_ids = await asyncio.to_thread(evidence.candidates_on, day)
    async with database.autocommit() as store:
        unknown = await store.retention.unknown(candidate_ids, day)
    for candidate_id in unknown:
        await asyncio.to_thread(evidence.delete_candidate, f"{day_folder(day)}/{candidate_id}")
    return len(unknown)


class Retention:
    """Removes evidence beside the sweeper's other work: a slow store holds up no lease.

    A database or a store that is away is asked again later.
    """

    def __init__(
        self, database: Database, evidence: EvidenceStore, keep: KeepFor, metrics: RetentionMetrics
    ) -> None:
        self._database = database
        self._evidence = evidence
        self._keep = keep
        self._metrics = metrics
        self._passed_over: set[UUID] = set()
        self._days: list[date] = []  # to be looked through for what never reached the ledger
        self._list_days_at = datetime.min.replace(tzinfo=UTC)

    async def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            more = await self.step(datetime.now(UTC))
            await asyncio.to_thread(stop.wait, MORE_S if more else EVERY_S)

    async def step(self, at: datetime) -> bool:
        """One round of each; whether there is more to do at once."""
        try:
            return await self._expired(at) | await self._unknown(at)
        except (DatabaseUnavailable, EvidenceUnavailable) as error:
            if isinstance(error, EvidenceUnavailable):
                self._metrics.failures.inc()
            logger.warning("retention waits: %s", error)
            return False

    async def _expired(self, at: datetime) -> bool:
        done = await remove_expired(
            self._database, self._evidence, at, keep=self._keep.dismissed, passed_over=self._passed_over
        )
        self._metrics.removed.inc(done.n_removed)
        if done.n_removed:
            logger.info("removed the evidence of %d dismissed candidates", done.n_removed)
        if done.refused:
            self._metrics.failures.inc()
            self._passed_over.add(done.refused)
        elif done.n_removed < N_A_ROUND:
            self._passed_over.clear()
        if len(self._passed_over) > PASSED_OVER_MOST:
            self._passed_over.clear()
        return done.n_removed == N_A_ROUND

    async def _unknown(self, at: datetime) -> bool:
        if at >= self._list_days_at:
            days = await asyncio.to_thread(self._evidence.days)
            last = (at - self._keep.unknown).date()
            self._days = [day for day in days if day < last]
            self._list_days_at = at + UNKNOWN_EVERY
        if not self._days:
            return False
        # Taken out first: a day that the store refuses is tried again tomorrow, after the others.
        n_removed = await remove_unknown(self._database, self._evidence, self._days.pop(0))
        self._metrics.unknown_removed.inc(n_removed)
        if n_removed:
            logger.info("removed the evidence of %d candidates that never reached the ledger", n_removed)
        return bool(self._days)
