"""The topics, and what crosses them. Nothing here knows how a broker is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field

# An event that nobody fetched in a month is of no use to a duty officer.
RETENTION_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: (
        str  # ends in the major version: events that older readers cannot understand get a topic of their own
    )
    retention_ms: int = RETENTION_MS

    @property
    def dead_letters(self) -> str:
        """The topic of its messages that no consumer could read."""
        return f"{self.name}.dead"


CANDIDATES = Topic(name="candidates.v1")  # `CandidateRaised`, key = camera id


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where the broker is, and how topics are created where they are missing."""

    bootstrap: str  # host:port[,host:port...]
    n_partitions: int = 6  # the most consumers that can share the work
    n_replicas: int = 1
    timeout_s: float = 10.0  # for each request to the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    value: bytes = field(repr=False)
    key: bytes | None
    partition: int
    offset: int
    replay_of: str | None = None  # the id of the dead letter that this message is a replay of


class BusUnavailable(Exception):
    """The broker is away, or refuses the request. Nothing is lost: try again later."""

    def __init__(self, bootstrap: str, doing: str, why: object) -> None:
        super().__init__(f"Kafka at {bootstrap} cannot {doing}: {why}")
