"""What happens by itself when time passes: leases end, and what nobody verified is marked."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, start_http_server

from incidents.backoff import wait_s
from incidents.errors import DatabaseUnavailable
from incidents.evidence.opening import StoreSettings, open_store
from incidents.evidence.store import EvidenceStore, EvidenceUnavailable
from incidents.lifecycle.history import CHANGED
from incidents.lifecycle.records import Transition
from incidents.lifecycle.states import CandidateAction, CandidateState
from incidents.lifecycle.tables import after_candidate
from incidents.people.roles import Role
from incidents.procedure.policy import Policy
from incidents.procedure.profiles import load_profile
from incidents.store.database import Database
from incidents.usecases.retention import N_A_ROUND as RETENTION_ROUND
from incidents.usecases.retention import remove_expired

EVERY_S = 2.0
N_A_ROUND = 1000
RETENTION_EVERY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    database_url: str = field(repr=False)
    profile: str  # a city's key or name, or the path of a profile
    metrics_port: int | None  # None: no metrics page
    evidence: StoreSettings
    evidence_keep: timedelta  # of what was dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    n_leases_ended: int
    n_stale: int


class SweeperMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.leases_ended = Counter("mastwatch_leases_ended", "Leases that nobody renewed", registry=registry)
        self.stale = Counter(
            "mastwatch_candidates_stale", "Candidates that nobody verified in time", registry=registry
        )
        self.evidence_removed = Counter(
            "mastwatch_evidence_removed", "Dismissed candidates whose evidence was removed", registry=registry
        )
        self.evidence_failures = Counter(
            "mastwatch_evidence_removal_failures",
            "Rounds of retention that the evidence store refused",
            registry=registry,
        )


async def sweep(database: Database, policy: Policy, at: datetime) -> SweepResult:
    """One round, of a bounded size. Several sweepers at once do no harm: each row is moved by one of them.

    Raises:
        DatabaseUnavailable
    """
    async with database.transaction() as store:
        n_leases_ended = await store.timers.end_leases(
            _timed(CandidateState.VERIFYING, CandidateAction.LEASE_END, at), N_A_ROUND
        )
        n_stale = await store.timers.expire(
            _timed(CandidateState.NEW, CandidateAction.EXPIRE, at), at - policy.stale_after, N_A_ROUND
        )
    return SweepResult(n_leases_ended=n_leases_ended, n_stale=n_stale)


def run(settings: SweepSettings, stop: threading.Event) -> None:
    """Sweep until `stop` is set; waits while the database is away.

    Raises:
        ProfileError: the city's profile cannot be used.
        OSError: the metrics port is in use.
    """
    policy = load_profile(settings.profile)
    registry = CollectorRegistry()
    metrics = SweeperMetrics(registry)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=registry)
    asyncio.run(_sweep_on(settings, policy, metrics, stop))


async def _sweep_on(
    settings: SweepSettings, policy: Policy, metrics: SweeperMetrics, stop: threading.Event
) -> None:
    database = Database(settings.database_url, n_connections_max=2)
    await database.open()
    retention = _Retention(database, open_store(settings.evidence), settings.evidence_keep, metrics)
    n_failed = 0
    try:
        while not stop.is_set():
            try:
                swept = await sweep(database, policy, datetime.now(UTC))
                await retention.step(datetime.now(UTC))
            except DatabaseUnavailable as error:
                n_failed += 1
                logger.warning("waiting: %s", error)
                await asyncio.to_thread(stop.wait, wait_s(n_failed))
                continue
            n_failed = 0
            metrics.leases_ended.inc(swept.n_leases_ended)
            metrics.stale.inc(swept.n_stale)
            await asyncio.to_thread(stop.wait, EVERY_S)
    finally:
        await database.close()


class _Retention:
    """Removes evidence now and then; a store that refuses is asked again later, and stops nothing else."""

    def __init__(
        self, database: Database, store: EvidenceStore, keep: timedelta, metrics: SweeperMetrics
    ) -> None:
        self._database = database
        self._store = store
        self._keep = keep
        self._metrics = metrics
        self._next_at = datetime.min.replace(tzinfo=UTC)

    async def step(self, at: datetime) -> None:
        if at < self._next_at:
            return
        try:
            n_removed = await remove_expired(self._database, self._store, at, keep=self._keep)
        except EvidenceUnavailable as error:
            self._metrics.evidence_failures.inc()
            logger.warning("old evidence cannot be removed yet: %s", error)
            n_removed = 0
        self._metrics.evidence_removed.inc(n_removed)
        if n_removed:
            logger.info("removed the evidence of %d dismissed candidates", n_removed)
        # A full round: there is more.
        self._next_at = at if n_removed == RETENTION_ROUND else at + RETENTION_EVERY


def _timed(state: CandidateState, action: CandidateAction, at: datetime) -> Transition:
    """As the table has it. Their guards, that the time is over, are the conditions of the statements."""
    rule = after_candidate(state, action, Role.SYSTEM)
    changed = {"state": rule.to, "holder": None}
    return Transition(
        action=action, from_state=state, to_state=rule.to, by=None, at=at, payload={CHANGED: changed}
    )
