"""What a worker does once a minute: log its figures. And once an hour: remove what is past its retention."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from detectors.evidence.store import EvidenceStore
from incidents.bus.outbox import Outbox, OutboxError

log = logging.getLogger(__name__)

LOG_EVERY_S = 60.0
PRUNE_EVERY_S = 3600.0
LONGEST_DAYS = 365_000  # the calendar has no day that lies 999999 days back


class Housekeeping:
    """Args:
    keep_days: how long evidence and sent candidates are stored.
    line: the worker's figures.
    """

    def __init__(
        self,
        store: EvidenceStore,
        outbox: Outbox,
        *,
        keep_days: int,
        line: Callable[[], str],
        every_s: float = LOG_EVERY_S,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._retention = timedelta(days=min(keep_days, LONGEST_DAYS))
        self._line = line
        self._every_s = every_s

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. A disk that refuses is asked again a minute later."""
        prune_at_s = 0.0
        while not stop.wait(self._every_s):
            try:
                log.info("%s", self._line())
                if time.monotonic() >= prune_at_s:
                    self._prune(datetime.now(UTC) - self._retention)
                    prune_at_s = time.monotonic() + PRUNE_EVERY_S
            except (OSError, OutboxError) as error:
                log.warning("old evidence cannot be removed yet: %s", error)

    def _prune(self, before: datetime) -> None:
        n_removed = self._store.prune(before.date())
        self._outbox.prune(before)
        if n_removed:
            log.info("removed the evidence of %d candidates seen before %s", n_removed, before.date())
