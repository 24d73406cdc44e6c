"""Candidates through outbox, broker and inbox, against plain kafka-python with the same messages and broker.

Ours does more: each candidate is on the disk before it counts, is checked against its schema at both ends,
and counts as sent only once the log acknowledged it. `ratio_vs_plain` says what that costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from benchmarks.machine import machine
from incidents.bus.connection import ensure_topics
from incidents.bus.delivery import Delivery
from incidents.bus.inbox import EventInbox
from incidents.bus.outbox import Outbox
from incidents.bus.sender import EventSender
from incidents.bus.topics import CANDIDATES, Cluster
from incidents.contract.codec import decode, encode
from incidents.contract.events import CandidateRaised
from mastwatch.stack.broker import Broker
from tests.events import candidate

PLAIN_TOPIC = "plain"
WITHIN_S = 120.0
# A burst is 50 a second; a city on a usual day has a few a minute.
STEADY_PER_S = 20


class Ours:
    def __init__(self, broker: Broker, folder: Path) -> None:
        cluster = Cluster(bootstrap=broker.bootstrap)
        self.outbox = Outbox(folder / "outbox.sqlite")
        self._sender, self._inbox = EventSender(cluster), EventInbox(cluster, "bench")

    def hand_over(self, event: CandidateRaised) -> None:
        self.outbox.release(event)

    def deliver(self, stop: Event) -> None:
        Delivery(self.outbox, self._sender).run(stop, lambda n_sent: None)

    def receive(self) -> list[str]:
        """The ids that came, read, checked and committed."""
        ids = [str(decode(message.value, CandidateRaised).candidate_id) for message in self._inbox.poll(100)]
        self._inbox.commit()
        return ids

    def close(self) -> None:
        self._sender.close()
        self._inbox.close()
        self.outbox.close()


class Plain:
    def __init__(self, broker: Broker, _folder: Path) -> None:
        self._producer: Any = KafkaProducer(bootstrap_servers=broker.bootstrap)
        self._consumer: Any = KafkaConsumer(
            PLAIN_TOPIC,
            bootstrap_servers=broker.bootstrap,
            group_id="bench-plain",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6000,
            fetch_max_wait_ms=100,
        )

    def hand_over(self, event: CandidateRaised) -> None:
        self._producer.send(PLAIN_TOPIC, key=event.camera.camera_id.encode(), value=encode(event))

    def deliver(self, stop: Event) -> None:
        self._producer.flush()
        stop.wait()

    def receive(self) -> list[str]:
        fetched = self._consumer.poll(100).values()
        ids = [json.loads(record.value)["candidate_id"] for records in fetched for record in records]
        self._consumer.commit()
        return ids

    def close(self) -> None:
        self._producer.close()
        self._consumer.close()


Way = Ours | Plain


def received(way: Way, wanted: set[str], at: Callable[[str], None] = lambda _: None) -> None:
    """Until all have come."""
    missing, deadline = set(wanted), time.perf_counter() + WITHIN_S
    while missing:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{len(missing)} of {len(wanted)} have not come within {WITHIN_S:.0f} s")
        for candidate_id in way.receive():
            at(candidate_id)
            missing.discard(candidate_id)


def throughput(way: Way, n_events: int) -> dict[str, float]:
    """A backlog, as after a broker was away: how fast it is taken in, and how fast it arrives."""
    events = [candidate() for _ in range(n_events)]
    started = time.perf_counter()
    for event in events:
        way.hand_over(event)
    taken_in = time.perf_counter()
    stop = Event()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(way.deliver, stop)
        try:
            received(way, {str(event.candidate_id) for event in events})
        finally:
            stop.set()  # or the thread would be waited for without end
        arrived = time.perf_counter()
    return {
        "taken_in_per_s": round(n_events / (taken_in - started)),
        "arrived_per_s": round(n_events / (arrived - taken_in)),
    }


def latency(way: Way, seconds: float) -> dict[str, float]:
    """One after another at a steady pace: from handing over to being read."""
    events = [candidate() for _ in range(round(seconds * STEADY_PER_S))]
    handed: dict[str, float] = {}
    took_ms: list[float] = []
    stop = Event()

    def hand_over_all() -> None:
        for event in events:
            handed[str(event.candidate_id)] = time.perf_counter()
            way.hand_over(event)
            time.sleep(1 / STEADY_PER_S)

    with ThreadPoolExecutor(2) as threads:
        threads.submit(way.deliver, stop)
        threads.submit(hand_over_all)
        try:
            received(
                way,
                {str(event.candidate_id) for event in events},
                lambda candidate_id: took_ms.append(1000 * (time.perf_counter() - handed[candidate_id])),
            )
        finally:
            stop.set()
    return {"p50_ms": round(median(took_ms), 1), "p95_ms": round(quantiles(took_ms, n=20)[-1], 1)}


def measure(make: type[Ours] | type[Plain], n_events: int, seconds: float) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        broker = Broker(Path(folder) / "broker.log")
        ensure_topics(Cluster(bootstrap=broker.bootstrap), CANDIDATES)
        way = make(broker, Path(folder))
        throughput(way, 1)  # the group forms, the code is warm
        measured = {**throughput(way, n_events), **latency(way, seconds)}
        way.close()
        broker.stop()
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(prog="mastwatch bench bus", description=__doc__)
    parser.add_argument("--events", type=int, default=2000, metavar="N", help="in the backlog")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long latency is measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one line")
    args = parser.parse_args()
    rounds = [
        {way.__name__.lower(): measure(way, args.events, args.seconds) for way in (Ours, Plain)}
        for _ in range(args.rounds)
    ]
    middle = {
        way: {name: median(one[way][name] for one in rounds) for name in rounds[0][way]}
        for way in ("ours", "plain")
    }
    ratio = median(one["ours"]["arrived_per_s"] / one["plain"]["arrived_per_s"] for one in rounds)
    document = {**middle, "ratio_vs_plain": round(ratio, 2), "n_events": args.events, **machine()}
    print(json.dumps(document, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
