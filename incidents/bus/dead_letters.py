"""Messages that no retry could help: put aside by a consumer, looked at and replayed by a person.

A replay is noted in the dead letters' own topic, as an empty message with the header `replayed` behind the
letter in its partition: whoever reads the letter reads the note, and both end together.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from kafka.structs import TopicPartition

from incidents.bus.connection import ensure_topics, failures, lone_consumer, producer
from incidents.bus.topics import BusUnavailable, Cluster, Message, Topic

# A message as large as a broker takes leaves no room for the reason: refused for ever, it would stop its
# partition. So it is cut; its partition and offset say where the whole of it is.
KEY_BYTES_MAX, VALUE_BYTES_MAX = 1_000, 900_000

REPLAY_OF, REPLAYED = "replay_of", "replayed"


class NoDeadLetter(Exception):
    """There is no such dead letter, or the message it was cut from has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    letter_id: str  # partition and offset in the topic of dead letters: "3-17"
    at: datetime  # when it was put aside
    reason: str
    partition: int  # where the message came from; -1 where it was put here by hand
    offset: int
    key: bytes | None  # at most `KEY_BYTES_MAX` of it
    value: bytes = field(repr=False)  # at most `VALUE_BYTES_MAX` of it; empty in lists
    n_bytes: int  # of the whole value
    cut: bool  # whether key or value are not whole
    replay_of: str | None  # the letter that had been replayed, and came back as this one
    replayed_at: tuple[datetime, ...]  # oldest first


def record(message: Message, reason: str) -> dict[str, Any]:
    """The message as it is put aside, its reason and origin in the headers."""
    about = {
        "reason": reason,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "n_bytes": str(len(message.value)),
        "n_key_bytes": str(len(message.key or b"")),
    }
    if message.replay_of:
        about[REPLAY_OF] = message.replay_of
    return {
        "key": message.key and message.key[:KEY_BYTES_MAX],
        "value": message.value[:VALUE_BYTES_MAX],
        "headers": [(name, text.encode()) for name, text in about.items()],
    }


class DeadLetters:
    """Those of one topic. Every method raises BusUnavailable."""

    def __init__(self, cluster: Cluster, topic: Topic) -> None:
        self._cluster = cluster
        self._topic = topic

    def list_all(self) -> list[DeadLetter]:
        """Oldest first, without their values. Reads the whole topic."""
        with self._consumer() as consumer:
            everywhere = self._partitions(consumer)
            records = _read(consumer, consumer.beginning_offsets(everywhere), self._cluster)
            letters = _letters(records, with_values=False)
        return sorted(letters, key=lambda letter: letter.at)

    def get(self, letter_id: str) -> DeadLetter:
        """Raises NoDeadLetter."""
        at, offset = self._position(letter_id)
        with self._consumer() as consumer:
            if at in self._partitions(consumer) and _holds(consumer, at, offset):
                # To the end of its partition, for the notes of replays.
                records = _read(consumer, {at: offset}, self._cluster)
                letter = _letters(records, with_values=True)[0]
                if letter.letter_id == letter_id:
                    return letter
        raise NoDeadLetter(f"{self._topic.dead_letters} has no dead letter {letter_id}")

    def whole(self, letter: DeadLetter) -> Message:
        """The message as it came, fetched from its own topic where the letter was cut.

        Raises:
            NoDeadLetter: it was cut, and the whole message is no longer there.
        """
        if not letter.cut:
            key, value = letter.key, letter.value
        else:
            key, value = self._original(letter)
        return Message(key=key, value=value, partition=letter.partition, offset=letter.offset)

    def replay(self, letter: DeadLetter, message: Message) -> None:
        """Back into its topic with the same key, then the note. Interrupted between, it is only not noted."""
        at, _ = self._position(letter.letter_id)
        about = [(REPLAY_OF, letter.letter_id.encode())]
        with failures(self._cluster, "take a replay"), closing(producer(self._cluster)) as sending:
            sent = sending.send(self._topic.name, key=message.key, value=message.value, headers=about)
            sent.get(self._cluster.timeout_s)
            note = [(REPLAYED, letter.letter_id.encode())]
            noted = sending.send(at.topic, value=b"", partition=at.partition, headers=note)
            noted.get(self._cluster.timeout_s)

    def _original(self, letter: DeadLetter) -> tuple[bytes | None, bytes]:
        at = TopicPartition(self._topic.name, letter.partition)
        with self._consumer() as consumer:
            if _holds(consumer, at, letter.offset):
                found = next(_read(consumer, {at: letter.offset}, self._cluster), None)
                # A broker that lost its memory has another message at that offset.
                if found and found.offset == letter.offset and _begins_as(found, letter):
                    return found.key, found.value
        raise NoDeadLetter(
            f"dead letter {letter.letter_id} holds the first {len(letter.value)} of {letter.n_bytes} bytes,"
            f" and the whole message is no longer in {self._topic.name} at partition {letter.partition},"
            f" offset {letter.offset}"
        )

    @contextmanager
    def _consumer(self) -> Iterator[Any]:
        ensure_topics(self._cluster, self._topic)
        with (
            failures(self._cluster, "hand out dead letters"),
            closing(lone_consumer(self._cluster)) as opened,
        ):
            yield opened

    def _partitions(self, consumer: Any) -> list[TopicPartition]:
        name = self._topic.dead_letters
        return [TopicPartition(name, number) for number in consumer.partitions_for_topic(name) or ()]

    def _position(self, letter_id: str) -> tuple[TopicPartition, int]:
        partition, _, offset = letter_id.partition("-")
        if not (partition.isdecimal() and offset.isdecimal()):
            raise NoDeadLetter(f"{letter_id!r} is not the id of a dead letter, such as 3-17")
        return TopicPartition(self._topic.dead_letters, int(partition)), int(offset)


def _holds(consumer: Any, at: TopicPartition, offset: int) -> bool:
    first, end = consumer.beginning_offsets([at])[at], consumer.end_offsets([at])[at]
    return bool(first <= offset < end)


def _read(consumer: Any, start: Mapping[TopicPartition, int], cluster: Cluster) -> Iterator[Any]:
    """Every record from there to what is the end now."""
    end = consumer.end_offsets(list(start))
    consumer.assign(list(start))
    for at, offset in start.items():
        consumer.seek(at, offset)
    deadline = time.monotonic() + cluster.timeout_s
    while any(consumer.position(at) < end[at] for at in start):
        for records in consumer.poll(500).values():
            yield from records
            deadline = time.monotonic() + cluster.timeout_s
        if time.monotonic() > deadline:
            raise BusUnavailable(cluster.bootstrap, "hand out dead letters", "no answer")


def _letters(records: Iterable[Any], *, with_values: bool) -> list[DeadLetter]:
    """The letters among the records, each with the notes of its replays."""
    letters: list[DeadLetter] = []
    replays: dict[str, list[datetime]] = {}
    for each in records:
        headers = {name: value.decode(errors="replace") for name, value in each.headers}
        if REPLAYED in headers:
            replays.setdefault(headers[REPLAYED], []).append(_time_of(each))
        else:
            letter = _letter(each, headers)
            letters.append(letter if with_values else replace(letter, value=b""))
    return [replace(letter, replayed_at=tuple(replays.get(letter.letter_id, ()))) for letter in letters]


def _letter(found: Any, headers: Mapping[str, str]) -> DeadLetter:
    key, value = found.key, found.value or b""
    # Letters from before these headers were there: taken for cut where they are as long as a cut one.
    n_bytes = int(headers.get("n_bytes", len(value)))
    n_key_bytes = int(headers.get("n_key_bytes", len(key or b"")))
    as_long = "n_bytes" not in headers and (len(value) >= VALUE_BYTES_MAX or len(key or b"") >= KEY_BYTES_MAX)
    return DeadLetter(
        letter_id=f"{found.partition}-{found.offset}",
        at=_time_of(found),
        reason=headers.get("reason", ""),
        partition=int(headers.get("partition", -1)),
        offset=int(headers.get("offset", -1)),
        key=key,
        value=value,
        n_bytes=n_bytes,
        cut=as_long or n_bytes > len(value) or n_key_bytes > len(key or b""),
        replay_of=headers.get(REPLAY_OF),
        replayed_at=(),
    )


def _begins_as(found: Any, letter: DeadLetter) -> bool:
    key, value = found.key or b"", found.value or b""
    return bool(value.startswith(letter.value) and key.startswith(letter.key or b""))


def _time_of(found: Any) -> datetime:
    return datetime.fromtimestamp(found.timestamp / 1000, UTC)
