"""What happens by itself when time passes: leases end, and what nobody verified is marked."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, start_http_server

from incidents.backoff import wait_s
from incidents.errors import DatabaseUnavailable
from incidents.evidence.opening import StoreSettings, open_store
from incidents.lifecycle.history import CHANGED
from incidents.lifecycle.records import Transition
from incidents.lifecycle.states import CandidateAction, CandidateState
from incidents.lifecycle.tables import after_candidate
from incidents.people.roles import Role
from incidents.procedure.policy import Policy
from incidents.store.database import Database
from incidents.usecases.retention import KeepFor, Retention, RetentionMetrics

EVERY_S = 2.0
N_A_ROUND = 1000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    database_url: str = field(repr=False)
    policy: Policy
    metrics_port: int | None  # None: no metrics page
    evidence: StoreSettings
    keep: KeepFor


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
        OSError: the metrics port is in use.
    """
    registry = CollectorRegistry()
    metrics = SweeperMetrics(registry)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=registry)
    retention_metrics = RetentionMetrics(registry)
    asyncio.run(_run_both(settings, metrics, retention_metrics, stop))


async def _run_both(
    settings: SweepSettings,
    metrics: SweeperMetrics,
    retention_metrics: RetentionMetrics,
    stop: threading.Event,
) -> None:
    database = Database(settings.database_url, n_connections_max=2)
    retention = Retention(database, open_store(settings.evidence), settings.keep, retention_metrics)
    await database.open()
    try:
        await asyncio.gather(_sweep_on(database, settings.policy, metrics, stop), retention.run(stop))
    finally:
        stop.set()  # where one of them failed, the other one waits
        await database.close()


async def _sweep_on(
    database: Database, policy: Policy, metrics: SweeperMetrics, stop: threading.Event
) -> None:
    n_failed = 0
    while not stop.is_set():
        try:
            swept = await sweep(database, policy, datetime.now(UTC))
        except DatabaseUnavailable as error:
            n_failed += 1
            logger.warning("waiting: %s", error)
            await asyncio.to_thread(stop.wait, wait_s(n_failed))
            continue
        n_failed = 0
        metrics.leases_ended.inc(swept.n_leases_ended)
        metrics.stale.inc(swept.n_stale)
        await asyncio.to_thread(stop.wait, EVERY_S)


def _timed(state: CandidateState, action: CandidateAction, at: datetime) -> Transition:
    """As the table has it. Their guards, that the time is over, are the conditions of the statements."""
    rule = after_candidate(state, action, Role.SYSTEM)
    changed = {"state": rule.to, "holder": None}
    return Transition(
        action=action, from_state=state, to_state=rule.to, by=None, at=at, payload={CHANGED: changed}
    )
