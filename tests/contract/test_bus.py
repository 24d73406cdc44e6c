"""From outbox to consumer over a real broker: nothing is lost, and what comes twice has the same id.

Runs over Tansu, and over Apache Kafka where MASTWATCH_TEST_KAFKA names its bootstrap address: a broker for
tests alone, for its topics are deleted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import UnknownTopicOrPartitionError
from kafka.structs import TopicPartition

from incidents.bus.connection import ensure_topics
from incidents.bus.delivery import Delivery
from incidents.bus.inbox import EventInbox
from incidents.bus.outbox import Outbox, Unsent
from incidents.bus.sender import EventSender
from incidents.bus.topics import CANDIDATES, BusUnavailable, Cluster, Message
from incidents.contract.codec import Unreadable, decode, encode
from incidents.contract.events import CandidateRaised
from mastwatch.stack.broker import Broker
from tests.events import CAMERA, candidate

STOPPED_S = 20
WITHIN_S = 40


@dataclass(frozen=True, kw_only=True)
class Bus:
    cluster: Cluster
    forget: Callable[[], None]  # comes back with nothing in it
    group: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")


def delete_topics(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    for topic in (CANDIDATES.name, CANDIDATES.dead_letters):
        try:
            admin.delete_topics([topic])
        except UnknownTopicOrPartitionError:
            continue
        while topic in admin.list_topics():
            time.sleep(0.1)
    admin.close()


@pytest.fixture(params=["tansu", "apache kafka"])
def bus(request: pytest.FixtureRequest) -> Bus:
    if request.param == "tansu":
        broker: Broker = request.getfixturevalue("broker")
        return Bus(cluster=Cluster(bootstrap=broker.bootstrap, timeout_s=3), forget=broker.restart)
    address = os.environ.get("MASTWATCH_TEST_KAFKA")
    if not address:
        pytest.skip("MASTWATCH_TEST_KAFKA names no Apache Kafka to test with")
    delete_topics(address)
    return Bus(cluster=Cluster(bootstrap=address, timeout_s=10), forget=lambda: delete_topics(address))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def sender(bus: Bus) -> Iterator[EventSender]:
    opened = EventSender(bus.cluster)
    yield opened
    opened.close()


@pytest.fixture
def inbox(bus: Bus) -> Iterator[EventInbox]:
    opened = EventInbox(bus.cluster, bus.group, check_log_s=0.5)
    yield opened
    opened.close()


def release(outbox: Outbox, n: int) -> set[UUID]:
    events = [candidate() for _ in range(n)]
    for event in events:
        outbox.release(event)
    return {event.candidate_id for event in events}


def polled(inbox: EventInbox, n: int) -> list[Message]:
    """The next batch, or batches until there are `n`; the last of them is not committed."""
    messages: list[Message] = []
    deadline = time.monotonic() + WITHIN_S
    while len(messages) < n and time.monotonic() < deadline:
        if messages:
            inbox.commit()
        messages += inbox.poll(200)
    return messages


def ids(messages: list[Message]) -> set[UUID]:
    return {decode(message.value, CandidateRaised).candidate_id for message in messages}


def test_candidates_arrive_as_they_were_sent_and_those_of_one_camera_in_order(
    outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    events = [candidate() for _ in range(5)]
    for event in events:
        outbox.release(event)
    assert Delivery(outbox, sender).step() == 5
    messages = polled(inbox, 5)
    assert [decode(message.value, CandidateRaised) for message in messages] == events
    assert {message.key for message in messages} == {CAMERA.camera_id.encode()}
    assert outbox.depth() == 0


def test_cameras_are_spread_over_the_partitions(
    outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    for number in range(20):
        outbox.release(candidate(camera=replace(CAMERA, camera_id=f"camera-{number}")))
    Delivery(outbox, sender).step()
    assert len({message.partition for message in polled(inbox, 20)}) > 2


def test_topics_that_exist_are_left_as_they_are(bus: Bus) -> None:
    first = ensure_topics(replace(bus.cluster, n_partitions=3), CANDIDATES)
    assert ensure_topics(replace(bus.cluster, n_partitions=5), CANDIDATES) == first


def test_a_poll_without_a_commit_hands_the_same_messages_out_again(
    outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    release(outbox, 3)
    Delivery(outbox, sender).step()
    assert polled(inbox, 3) == polled(inbox, 3)


def test_what_was_committed_is_not_handed_out_again_to_the_same_group(
    bus: Bus, outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    release(outbox, 3)
    delivery = Delivery(outbox, sender)
    delivery.step()
    polled(inbox, 3)
    inbox.commit()
    inbox.close()
    later = release(outbox, 1)
    delivery.step()
    successor = EventInbox(bus.cluster, bus.group)
    assert ids(polled(successor, 1)) == later
    successor.close()


SEND_AND_BE_KILLED = """
import os, signal, sys
from pathlib import Path
from incidents.bus.sender import EventSender
from incidents.bus.topics import Cluster
from incidents.bus.outbox import Outbox

outbox = Outbox(Path(sys.argv[1]))
sender = EventSender(Cluster(bootstrap=sys.argv[2]))
sender.log_id()
acknowledged = sender.send(outbox.unsent(100))
print(len(acknowledged), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

POLL_WRITE_AND_BE_KILLED = """
import os, signal, sys
from incidents.bus.inbox import EventInbox
from incidents.bus.topics import Cluster

inbox = EventInbox(Cluster(bootstrap=sys.argv[1]), sys.argv[2])
while not (messages := inbox.poll(200)):
    pass
print(len(messages), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run_and_die(program: str, *arguments: object) -> int:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return int(done.stdout)


def test_a_sender_killed_between_acknowledgement_and_mark_loses_nothing_and_repeats_the_same_ids(
    bus: Bus, tmp_path: Path, inbox: EventInbox, sender: EventSender
) -> None:
    path = tmp_path / "worker" / "outbox.sqlite"
    outbox = Outbox(path)
    raised = release(outbox, 4)
    outbox.close()
    assert run_and_die(SEND_AND_BE_KILLED, path, bus.cluster.bootstrap) == 4

    outbox = Outbox(path)
    assert Delivery(outbox, sender).step() == 4
    outbox.close()
    messages = polled(inbox, 8)
    assert len(messages) == 8
    assert ids(messages) == raised


def test_a_consumer_killed_between_write_and_commit_gets_its_messages_again(
    bus: Bus, outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    raised = release(outbox, 3)
    Delivery(outbox, sender).step()
    assert run_and_die(POLL_WRITE_AND_BE_KILLED, bus.cluster.bootstrap, bus.group) == 3
    assert ids(polled(inbox, 3)) == raised


def test_a_consumer_that_loses_its_partitions_to_another_goes_on_without_error(
    bus: Bus, outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    raised = release(outbox, 3)
    delivery = Delivery(outbox, sender)
    delivery.step()
    seen = ids(polled(inbox, 3))
    other = EventInbox(bus.cluster, bus.group)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(other.poll, 8000).result()
    inbox.commit()
    raised |= release(outbox, 3)
    delivery.step()
    deadline = time.monotonic() + WITHIN_S
    while seen < raised and time.monotonic() < deadline:
        for consumer in (inbox, other):
            seen |= ids(consumer.poll(200))
            consumer.commit()
    other.close()
    assert seen == raised


def dead_letters(bus: Bus, n: int) -> list[Any]:
    consumer = KafkaConsumer(bootstrap_servers=bus.cluster.bootstrap)
    partitions = [
        TopicPartition(CANDIDATES.dead_letters, number)
        for number in consumer.partitions_for_topic(CANDIDATES.dead_letters)
    ]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    records: list[Any] = []
    deadline = time.monotonic() + WITHIN_S
    while len(records) < n and time.monotonic() < deadline:
        records += [record for batch in consumer.poll(500).values() for record in batch]
    consumer.close()
    return records


def test_what_cannot_be_read_is_put_aside_with_the_reason_and_the_rest_goes_on(
    bus: Bus, inbox: EventInbox
) -> None:
    ensure_topics(bus.cluster, CANDIDATES)
    whole = candidate()
    for_newer_readers = json.dumps(json.loads(encode(whole)) | {"min_reader_version": 3}).encode()
    producer = KafkaProducer(bootstrap_servers=bus.cluster.bootstrap)
    for value in (b"\xff not JSON", None, for_newer_readers, encode(whole)):
        producer.send(CANDIDATES.name, key=b"cho-da-lat", value=value).get(10)
    producer.close()

    read = []
    for message in polled(inbox, 4):
        try:
            read.append(decode(message.value, CandidateRaised))
        except Unreadable as error:
            inbox.dead_letter(message, error.reason)
    inbox.commit()

    assert read == [whole]
    letters = dead_letters(bus, 3)
    assert [letter.value for letter in letters] == [b"\xff not JSON", b"", for_newer_readers]
    assert [dict(letter.headers)["offset"] for letter in letters] == [b"0", b"1", b"2"]
    assert dict(letters[2].headers)["reason"].startswith(b"$.min_reader_version: needs a reader of version 3")


def test_a_message_as_large_as_a_broker_takes_is_put_aside_too_as_far_as_there_is_room(
    bus: Bus, inbox: EventInbox
) -> None:
    ensure_topics(bus.cluster, CANDIDATES)
    producer = KafkaProducer(bootstrap_servers=bus.cluster.bootstrap)
    for key, n_bytes in ((b"cho-da-lat", 1_048_300), (b"k" * 1_048_300, 1)):
        producer.send(CANDIDATES.name, key=key, value=b"{" * n_bytes).get(10)
    producer.close()

    for message in polled(inbox, 2):
        inbox.dead_letter(message, "no candidate")
    inbox.commit()

    assert {dict(letter.headers)["reason"] for letter in dead_letters(bus, 2)} == {b"no candidate"}


def test_a_log_that_lost_its_memory_is_filled_again_from_the_outbox_and_read_from_its_beginning(
    bus: Bus, outbox: Outbox, sender: EventSender, inbox: EventInbox
) -> None:
    delivery = Delivery(outbox, sender)
    consumed = release(outbox, 5)
    delivery.step()
    assert ids(polled(inbox, 5)) == consumed
    inbox.commit()
    acknowledged_but_unread = release(outbox, 3)
    delivery.step()

    bus.forget()

    # More than was there before, so that a consumer that kept its place would find something at it.
    raised_after = release(outbox, 20)
    sent = 0
    while sent < 28:
        sent += delivery.step()
    seen: set[UUID] = set()
    deadline = time.monotonic() + WITHIN_S
    while not seen >= acknowledged_but_unread | raised_after and time.monotonic() < deadline:
        try:
            seen |= ids(inbox.poll(200))
            inbox.commit()
        except BusUnavailable:
            continue
    assert seen == consumed | acknowledged_but_unread | raised_after


def test_without_a_broker_each_says_so_in_bounded_time_and_keeps_what_it_has(
    broker: Broker, outbox: Outbox
) -> None:
    cluster = Cluster(bootstrap=broker.bootstrap, timeout_s=1)
    sender, inbox = EventSender(cluster), EventInbox(cluster, "nobody")
    broker.stop()
    release(outbox, 1)
    started = time.monotonic()
    with pytest.raises(BusUnavailable, match=broker.bootstrap):
        Delivery(outbox, sender).step()
    with pytest.raises(BusUnavailable, match=broker.bootstrap):
        sender.send([Unsent(event_id=uuid4(), key="c", value=b"{}")])
    with pytest.raises(BusUnavailable, match=broker.bootstrap):
        inbox.poll(100)
    assert time.monotonic() - started < 15
    assert outbox.depth() == 1


def consume(inbox: EventInbox, seen: set[UUID], stop: Event) -> None:
    """As the consumer of incidents does: write, then commit; where the broker is away, wait and go on."""
    while not stop.is_set():
        try:
            seen |= ids(inbox.poll(200))
            inbox.commit()
        except BusUnavailable:
            stop.wait(0.2)


def test_a_broker_away_for_twenty_seconds_that_comes_back_empty_costs_nothing(
    broker: Broker, outbox: Outbox
) -> None:
    cluster = Cluster(bootstrap=broker.bootstrap, timeout_s=3)
    sender, inbox = EventSender(cluster), EventInbox(cluster, "desk", check_log_s=1)
    seen: set[UUID] = set()
    stop = Event()
    with ThreadPoolExecutor(2) as threads:
        delivering = threads.submit(Delivery(outbox, sender).run, stop, lambda n: None)
        consuming = threads.submit(consume, inbox, seen, stop)
        raised = release(outbox, 10)
        wait_until(lambda: len(seen) == 10)
        broker.stop()
        for _ in range(STOPPED_S):
            raised |= release(outbox, 1)
            time.sleep(1)
        broker.restart()
        raised |= release(outbox, 5)
        wait_until(lambda: seen == raised)
        stop.set()
        delivering.result(WITHIN_S)
        consuming.result(WITHIN_S)
    sender.close()
    inbox.close()
    assert seen == raised
    assert outbox.depth() == 0


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
