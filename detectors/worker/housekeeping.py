"""What a worker does once a minute: log its figures. And once an hour: forget candidates sent long ago."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from incidents.bus.outbox import Outbox, OutboxError

log = logging.getLogger(__name__)

LOG_EVERY_S = 60.0
PRUNE_EVERY_S = 3600.0
LONGEST_DAYS = 365_000  # the calendar has no day that lies 999999 days back


class Housekeeping:
    """Evidence is not removed here: the ledger knows whose case is closed (incidents.usecases.retention).

    Args:
        keep_days: how long sent candidates stay in the outbox.
        line: the worker's figures.
    """

    def __init__(
        self, outbox: Outbox, *, keep_days: int, line: Callable[[], str], every_s: float = LOG_EVERY_S
    ) -> None:
        self._outbox = outbox
        self._retention = timedelta(days=min(keep_days, LONGEST_DAYS))
        self._line = line
        self._every_s = every_s

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. An outbox that cannot be written is tried again a minute later."""
        prune_at_s = 0.0
        while not stop.wait(self._every_s):
            log.info("%s", self._line())
            if time.monotonic() < prune_at_s:
                continue
            try:
                self._outbox.prune(datetime.now(UTC) - self._retention)
                prune_at_s = time.monotonic() + PRUNE_EVERY_S
            except OutboxError as error:
                log.warning("old candidates cannot be removed from the outbox yet: %s", error)
