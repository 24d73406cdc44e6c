"""Events into a topic, each acknowledged before it counts as sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kafka.errors import KafkaError

from incidents.bus.connection import ensure_topics, failures, producer
from incidents.bus.outbox import Unsent
from incidents.bus.topics import CANDIDATES, Cluster, Topic


class EventSender:
    """Hands events to the log of one topic, each acknowledged by every replica in sync. For one thread."""

    def __init__(self, cluster: Cluster, topic: Topic = CANDIDATES) -> None:
        self._cluster = cluster
        self._topic = topic
        self._producer: Any = None
        self._log_id: str | None = None

    def log_id(self) -> str:
        """Which log `send` writes to. Raises BusUnavailable."""
        log_id = ensure_topics(self._cluster, self._topic)
        if log_id != self._log_id:
            # A memory-only broker never again takes an idempotent producer from before its restart.
            self.close()
            self._log_id = log_id
        return log_id

    def send(self, events: Sequence[Unsent]) -> list[UUID]:
        """The ids of those that the log acknowledged: perhaps not all, then the next call says why.

        Raises:
            BusUnavailable: it acknowledged none.
        """
        with failures(self._cluster, f"take events for {self._topic.name}"):
            if self._producer is None:
                self._producer = producer(self._cluster)
            try:
                return self._acknowledged(events)
            except KafkaError:
                self.close()
                raise

    def close(self) -> None:
        """What it still holds is in the outbox and goes out again: not worth waiting for."""
        if self._producer is not None:
            self._producer.close(timeout=0)
            self._producer = None

    def _acknowledged(self, events: Sequence[Unsent]) -> list[UUID]:
        futures = [
            self._producer.send(self._topic.name, key=event.key.encode(), value=event.value)
            for event in events
        ]
        self._producer.flush(self._cluster.timeout_s)
        acknowledged = [
            event.event_id for event, future in zip(events, futures, strict=True) if future.succeeded()
        ]
        if events and not acknowledged:
            raise next((future.exception for future in futures if future.failed()), KafkaError("no answer"))
        return acknowledged
