"""Kafka: the topics, the sender at a worker and the inbox of a consumer. The only file that imports kafka.

Made for Apache Kafka, and for brokers that speak its protocol from memory and forget everything at a restart.
A log is therefore known by the id that its broker gave the topic: another id is another, empty log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import CommitFailedError, KafkaError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata, TopicPartition

from incidents.bus.outbox import Unsent

CANDIDATES = "candidates.v1"
DEAD_LETTERS = "candidates.v1.dead"

# A candidate that nobody fetched in a month is of no use to a duty officer.
RETENTION_MS = 30 * 24 * 3600 * 1000
# A message as large as a broker takes has no room for the reason: refused for ever, it would stop its
# partition. Partition and offset say where the whole of it is.
DEAD_KEY_BYTES, DEAD_VALUE_BYTES = 1_000, 900_000

log = logging.getLogger(__name__)


class BusUnavailable(Exception):
    """The broker is away, or does not do what was asked. Nothing is lost by it: try again later."""

    def __init__(self, bootstrap: str, doing: str, why: object) -> None:
        super().__init__(f"Kafka at {bootstrap} cannot {doing}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where the broker is, and how topics are made where they are missing."""

    bootstrap: str  # host:port[,host:port...]
    n_partitions: int = 6  # the most consumers that can share the work
    n_replicas: int = 1
    timeout_s: float = 10.0  # for each thing asked of the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    value: bytes
    key: bytes | None
    partition: int
    offset: int


def ensure_topics(cluster: Cluster) -> str:
    """Create the topics that are missing; those that exist are left as they are.

    Returns:
        The id of the log of candidates. A log that lost its memory comes back with another one.
    Raises:
        BusUnavailable: the broker is away, refuses, or is older than topic ids (Apache Kafka 2.8).
    """
    with _failures(cluster, "make sure of its topics"):
        admin = KafkaAdminClient(**_connection(cluster))
        try:
            for topic in sorted({CANDIDATES, DEAD_LETTERS} - set(admin.list_topics())):
                _create(admin, topic, cluster)
            topic_id = admin.describe_topics([CANDIDATES])[0]["topic_id"]
        finally:
            admin.close()
    if topic_id is None:
        raise BusUnavailable(
            cluster.bootstrap, "say the id of its topic", "is it older than Apache Kafka 2.8?"
        )
    return str(topic_id)


def _create(admin: Any, topic: str, cluster: Cluster) -> None:
    options = {
        "num_partitions": cluster.n_partitions,
        "replication_factor": cluster.n_replicas,
        "configs": {
            "retention.ms": str(RETENTION_MS),
            # One replica may be away; an acknowledged candidate is still on two where there are three.
            "min.insync.replicas": str(max(1, cluster.n_replicas - 1)),
        },
    }
    try:
        admin.create_topics({topic: options}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        log.debug("topic %s was created by somebody else in the same moment", topic)


class CandidateSender:
    """Hands candidates to the log, each acknowledged by every replica in step. For one thread."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._producer: Any = None
        self._log_id: str | None = None

    def log_id(self) -> str:
        """Which log `send` writes to. Raises BusUnavailable."""
        log_id = ensure_topics(self._cluster)
        if log_id != self._log_id:
            # A memory-only broker never again takes an idempotent producer from before its restart.
            self.close()
            self._log_id = log_id
        return log_id

    def send(self, candidates: Sequence[Unsent]) -> list[UUID]:
        """The ids of those the log acknowledged: perhaps not all, for then the next call says why.

        Raises:
            BusUnavailable: it acknowledged none.
        """
        with _failures(self._cluster, "take candidates"):
            if self._producer is None:
                self._producer = _producer(self._cluster)
            try:
                return self._acknowledged(candidates)
            except KafkaError:
                self.close()
                raise

    def close(self) -> None:
        """What it still holds is in the outbox and goes out again: not worth waiting for."""
        if self._producer is not None:
            self._producer.close(timeout=0)
            self._producer = None

    def _acknowledged(self, candidates: Sequence[Unsent]) -> list[UUID]:
        futures = [
            self._producer.send(CANDIDATES, key=candidate.camera_id.encode(), value=candidate.value)
            for candidate in candidates
        ]
        self._producer.flush(self._cluster.timeout_s)
        acknowledged = [
            candidate.candidate_id
            for candidate, future in zip(candidates, futures, strict=True)
            if future.succeeded()
        ]
        if candidates and not acknowledged:
            raise next((future.exception for future in futures if future.failed()), KafkaError("no answer"))
        return acknowledged


class CandidateInbox:
    """Messages of one consumer group, handed out again until they are committed. For one thread.

    `poll`, do the work, `commit`. A poll without a commit before it hands out the same messages again: work
    that failed is not skipped.
    """

    def __init__(self, cluster: Cluster, group: str, *, check_log_s: float = 5.0) -> None:
        """`check_log_s`: how long a log that lost its memory may go unnoticed."""
        self._cluster = cluster
        self._group = group
        self._check_log_s = check_log_s
        self._check_log_at = 0.0
        self._consumer: Any = None
        self._dead_letters: Any = None
        self._log_id: str | None = None
        self._handed_out: dict[TopicPartition, list[int]] = {}

    def poll(self, timeout_ms: int) -> list[Message]:
        """What has come, at most `timeout_ms` later; empty where nothing has. Raises BusUnavailable."""
        with _failures(self._cluster, "hand out candidates"):
            self._follow_the_log()
            self._hand_out_again()
            fetched = self._consumer.poll(timeout_ms)
        self._handed_out = {at: [record.offset for record in records] for at, records in fetched.items()}
        return [
            Message(
                value=record.value or b"",  # Kafka's null, a deletion mark: unreadable here like any other
                key=record.key,
                partition=record.partition,
                offset=record.offset,
            )
            for records in fetched.values()
            for record in records
        ]

    def commit(self) -> None:
        """What the last poll handed out is done with.

        Where another consumer of the group has taken over its partitions, that one gets the messages again.
        Raises BusUnavailable: then the next poll hands them out again.
        """
        offsets = {at: OffsetAndMetadata(done[-1] + 1, "", -1) for at, done in self._handed_out.items()}
        if not offsets:
            return
        with _failures(self._cluster, "commit what was consumed"):
            try:
                self._consumer.commit(offsets, timeout_ms=_ms(self._cluster.timeout_s))
            except CommitFailedError as error:
                log.info("the group was rebalanced, others get these messages again: %s", error)
        self._handed_out = {}

    def dead_letter(self, message: Message, reason: str) -> None:
        """Put it aside with the reason, a very long one cut. Returns when the broker has it.

        Raises:
            BusUnavailable: do not commit; poll hands the message out again.
        """
        about = {"reason": reason, "partition": message.partition, "offset": message.offset}
        headers = [(name, str(told).encode()) for name, told in about.items()]
        with _failures(self._cluster, "take a dead letter"):
            if self._dead_letters is None:
                self._dead_letters = _producer(self._cluster)
            key, value = message.key and message.key[:DEAD_KEY_BYTES], message.value[:DEAD_VALUE_BYTES]
            sent = self._dead_letters.send(DEAD_LETTERS, key=key, value=value, headers=headers)
            try:
                sent.get(self._cluster.timeout_s)
            except KafkaError:
                self.close()
                raise

    def close(self) -> None:
        """What is not committed is handed out again, to whoever polls next."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=1000)
            self._consumer = None
        if self._dead_letters is not None:
            self._dead_letters.close(timeout=0)
            self._dead_letters = None
        self._handed_out = {}

    def _follow_the_log(self) -> None:
        """Read the log that is there: after a broker lost its memory, the new one from its beginning."""
        if self._consumer is not None and time.monotonic() < self._check_log_at:
            return
        log_id = ensure_topics(self._cluster)
        if log_id != self._log_id:
            self.close()
            self._log_id = log_id
        if self._consumer is None:
            self._consumer = _consumer(self._cluster, self._group)
        self._check_log_at = time.monotonic() + self._check_log_s

    def _hand_out_again(self) -> None:
        for at, offsets in self._handed_out.items():
            if at in self._consumer.assignment():
                self._consumer.seek(at, offsets[0])
        self._handed_out = {}


def _connection(cluster: Cluster) -> dict[str, Any]:
    timeout_ms = _ms(cluster.timeout_s)
    return {
        "bootstrap_servers": cluster.bootstrap,
        "bootstrap_timeout_ms": timeout_ms,
        "request_timeout_ms": timeout_ms,
        "reconnect_backoff_max_ms": 1000,
    }


def _producer(cluster: Cluster) -> Any:
    """acks=all and idempotent are its defaults; named because the promise rests on them."""
    return KafkaProducer(
        **_connection(cluster),
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=_ms(cluster.timeout_s),
        max_block_ms=_ms(cluster.timeout_s),
        allow_auto_create_topics=False,
    )


def _consumer(cluster: Cluster, group: str) -> Any:
    return KafkaConsumer(
        CANDIDATES,
        **_connection(cluster),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        # A dead consumer's partitions go to another after this; the least that Apache Kafka allows.
        session_timeout_ms=6000,
        heartbeat_interval_ms=2000,
        fetch_max_wait_ms=100,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


@contextmanager
def _failures(cluster: Cluster, doing: str) -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise BusUnavailable(cluster.bootstrap, doing, error) from error
