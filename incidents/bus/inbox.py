"""Events out of a topic, for one consumer of a group; what it cannot read goes to the dead letters."""

from __future__ import annotations

import logging
import time
from typing import Any

from kafka.errors import CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata, TopicPartition

from incidents.bus import dead_letters
from incidents.bus.connection import ensure_topics, failures, group_consumer, ms, producer
from incidents.bus.topics import CANDIDATES, Cluster, Message, Topic

log = logging.getLogger(__name__)


class EventInbox:
    """Messages of one consumer group, handed out again until they are committed. For one thread.

    `poll`, do the work, `commit`. A poll without a commit before it hands out the same messages again: work
    that failed is not skipped.
    """

    def __init__(
        self, cluster: Cluster, group: str, topic: Topic = CANDIDATES, *, check_log_s: float = 5.0
    ) -> None:
        """`check_log_s`: how long a log that lost its memory may go unnoticed."""
        self._cluster = cluster
        self._group = group
        self._topic = topic
        self._check_log_s = check_log_s
        self._check_log_at = 0.0
        self._consumer: Any = None
        self._producer: Any = None  # of dead letters
        self._log_id: str | None = None
        self._handed_out: dict[TopicPartition, list[int]] = {}

    def poll(self, timeout_ms: int) -> list[Message]:
        """What has come, at most `timeout_ms` later; empty where nothing has. Raises BusUnavailable."""
        with failures(self._cluster, f"hand out {self._topic.name}"):
            self._follow_the_log()
            self._hand_out_again()
            fetched = self._consumer.poll(timeout_ms)
        self._handed_out = {at: [record.offset for record in records] for at, records in fetched.items()}
        return [_message(record) for records in fetched.values() for record in records]

    def commit(self) -> None:
        """What the last poll handed out is done with.

        Where another consumer of the group has taken over its partitions, that one gets the messages again.
        Raises BusUnavailable: then the next poll hands them out again.
        """
        offsets = {at: OffsetAndMetadata(done[-1] + 1, "", -1) for at, done in self._handed_out.items()}
        if not offsets:
            return
        with failures(self._cluster, "commit what was consumed"):
            try:
                self._consumer.commit(offsets, timeout_ms=ms(self._cluster.timeout_s))
            except CommitFailedError as error:
                log.info("the group was rebalanced, others get these messages again: %s", error)
        self._handed_out = {}

    def dead_letter(self, message: Message, reason: str) -> None:
        """Put it aside with the reason, a very long one cut. Returns when the broker has it.

        Raises:
            BusUnavailable: do not commit; poll hands the message out again.
        """
        with failures(self._cluster, "take a dead letter"):
            if self._producer is None:
                self._producer = producer(self._cluster)
            sent = self._producer.send(self._topic.dead_letters, **dead_letters.record(message, reason))
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
        if self._producer is not None:
            self._producer.close(timeout=0)
            self._producer = None
        self._handed_out = {}

    def _follow_the_log(self) -> None:
        """Read the log that is there: after a broker lost its memory, the new one from its beginning."""
        if self._consumer is not None and time.monotonic() < self._check_log_at:
            return
        log_id = ensure_topics(self._cluster, self._topic)
        if log_id != self._log_id:
            self.close()
            self._log_id = log_id
        if self._consumer is None:
            self._consumer = group_consumer(self._cluster, self._topic, self._group)
        self._check_log_at = time.monotonic() + self._check_log_s

    def _hand_out_again(self) -> None:
        for at, offsets in self._handed_out.items():
            if at in self._consumer.assignment():
                self._consumer.seek(at, offsets[0])
        self._handed_out = {}


def _message(record: Any) -> Message:
    replay_of = dict(record.headers).get(dead_letters.REPLAY_OF)
    return Message(
        value=record.value or b"",  # Kafka's null, a deletion mark: unreadable here like any other
        key=record.key,
        partition=record.partition,
        offset=record.offset,
        replay_of=replay_of and replay_of.decode(errors="replace"),
    )
