"""Connections to Kafka, and the topics created where they are missing.

Made for Apache Kafka, and for brokers that speak its protocol from memory and forget everything at a restart.
A log is therefore known by the id that its broker gave the topic: another id is another, empty log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError

from incidents.bus.topics import BusUnavailable, Cluster, Topic

log = logging.getLogger(__name__)


def ensure_topics(cluster: Cluster, topic: Topic) -> str:
    """Create the topic and that of its dead letters where they are missing; existing ones are not changed.

    Returns:
        The id of the topic's log. A broker that lost its memory comes back with another one.
    Raises:
        BusUnavailable: the broker is away, refuses, or is older than topic ids (Apache Kafka 2.8).
    """
    with failures(cluster, "create or describe its topics"):
        admin = KafkaAdminClient(**_options(cluster))
        try:
            for name in sorted({topic.name, topic.dead_letters} - set(admin.list_topics())):
                _create(admin, name, topic.retention_ms, cluster)
            topic_id = admin.describe_topics([topic.name])[0]["topic_id"]
        finally:
            admin.close()
    if topic_id is None:
        raise BusUnavailable(
            cluster.bootstrap, "give the id of its topic", "is it older than Apache Kafka 2.8?"
        )
    return str(topic_id)


def _create(admin: Any, name: str, retention_ms: int, cluster: Cluster) -> None:
    options = {
        "num_partitions": cluster.n_partitions,
        "replication_factor": cluster.n_replicas,
        "configs": {
            "retention.ms": str(retention_ms),
            # One replica may be away; an acknowledged event is still on two where there are three.
            "min.insync.replicas": str(max(1, cluster.n_replicas - 1)),
        },
    }
    try:
        admin.create_topics({name: options}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        log.debug("topic %s was created by another process at the same moment", name)


def producer(cluster: Cluster) -> Any:
    """acks=all and idempotent are its defaults; named because the promise rests on them."""
    return KafkaProducer(
        **_options(cluster),
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=ms(cluster.timeout_s),
        max_block_ms=ms(cluster.timeout_s),
        allow_auto_create_topics=False,
    )


def group_consumer(cluster: Cluster, topic: Topic, group: str) -> Any:
    """A member of a consumer group, which commits by hand and begins with the oldest message."""
    return KafkaConsumer(
        topic.name,
        **_options(cluster),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        # A dead consumer's partitions go to another after this; the least that Apache Kafka allows.
        session_timeout_ms=6000,
        heartbeat_interval_ms=2000,
        fetch_max_wait_ms=100,
    )


def lone_consumer(cluster: Cluster) -> Any:
    """A reader outside any group: it is told what to read, and its reading changes nothing."""
    return KafkaConsumer(
        **_options(cluster),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        fetch_max_wait_ms=100,
    )


def _options(cluster: Cluster) -> dict[str, Any]:
    timeout_ms = ms(cluster.timeout_s)
    return {
        "bootstrap_servers": cluster.bootstrap,
        "bootstrap_timeout_ms": timeout_ms,
        "request_timeout_ms": timeout_ms,
        "reconnect_backoff_max_ms": 1000,
    }


def ms(seconds: float) -> int:
    return round(seconds * 1000)


@contextmanager
def failures(cluster: Cluster, doing: str) -> Iterator[None]:
    """Kafka's errors as ours."""
    try:
        yield
    except KafkaError as error:
        raise BusUnavailable(cluster.bootstrap, doing, error) from error
