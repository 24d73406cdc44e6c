"""The outbox emptied into the log, for as long as the worker runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event

from incidents.bus.outbox import Outbox, OutboxError
from incidents.bus.sender import EventSender
from incidents.bus.topics import BusUnavailable

BATCH = 100
IDLE_S = 0.05  # the most that an idle loop adds to the time from seen to queued
CHECK_LOG_S = 5.0  # how long an idle worker may miss that the log lost its memory
RETRY_FIRST_S = 0.5
RETRY_MOST_S = 10.0

log = logging.getLogger(__name__)


class Delivery:
    """At least once, whatever dies: an event counts as sent only for the log that acknowledged it."""

    def __init__(self, outbox: Outbox, sender: EventSender) -> None:
        self._outbox = outbox
        self._sender = sender
        self._check_log_at = 0.0

    def step(self) -> int:
        """Send one batch. Returns how many the log acknowledged. Raises BusUnavailable, OutboxError."""
        waiting = self._outbox.unsent(1)
        if not waiting and time.monotonic() < self._check_log_at:
            return 0
        log_id = self._sender.log_id()
        if again := self._outbox.unsend_all_but(log_id):
            log.warning("the broker has a new, empty log: %d events are sent again", again)
        self._check_log_at = time.monotonic() + CHECK_LOG_S
        acknowledged = self._sender.send(self._outbox.unsent(BATCH))
        self._outbox.mark_sent(acknowledged, log_id)
        return len(acknowledged)

    def run(self, stop: Event, count_sent: Callable[[int], object]) -> None:
        """Until `stop`. While the broker is away or the disk full it waits, and never gives up."""
        wait_s = RETRY_FIRST_S
        while not stop.is_set():
            try:
                n_sent = self.step()
            except (BusUnavailable, OutboxError) as error:
                log.warning("events wait in the outbox, next try in %.1f s: %s", wait_s, error)
                stop.wait(wait_s)
                wait_s = min(wait_s * 2, RETRY_MOST_S)
                continue
            wait_s = RETRY_FIRST_S
            count_sent(n_sent)
            if n_sent == 0:
                stop.wait(IDLE_S)
