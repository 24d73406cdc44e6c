"""`mastwatch bus dead list|show|replay`, called as people and scripts call it, over a real broker."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaProducer

from incidents.bus.inbox import EventInbox
from incidents.bus.topics import CANDIDATES, Cluster, Message
from incidents.contract.codec import encode
from incidents.contract.events import CandidateRaised
from tests.store.city import event
from tests.store.consumer import Send, consuming, until, until_queued

KEY = b"cho-da-lat"


def dead(cluster: Cluster, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mastwatch", "bus", "dead", *words],
        env={"MASTWATCH_KAFKA_BOOTSTRAP": cluster.bootstrap},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(cluster: Cluster, *words: str, exit_code: int = 0) -> Any:
    done = dead(cluster, *words, "--json")
    assert done.returncode == exit_code, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def listed(cluster: Cluster) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = answer(cluster, "list")["dead_letters"]
    return letters


@pytest.fixture
def inbox(cluster: Cluster) -> Iterator[EventInbox]:
    opened = EventInbox(cluster, "test")
    opened.poll(0)  # makes the topics
    yield opened
    opened.close()


def message(value: bytes, offset: int = 7) -> Message:
    return Message(value=value, key=KEY, partition=2, offset=offset)


def put_aside(inbox: EventInbox, cluster: Cluster, value: bytes, reason: str = "$: of no use") -> str:
    """Returns its id."""
    inbox.dead_letter(message(value), reason)
    letter_id: str = listed(cluster)[-1]["id"]
    return letter_id


def test_the_list_says_which_when_and_why_the_newest_last(inbox: EventInbox, cluster: Cluster) -> None:
    began_at = datetime.now(UTC)
    for number in range(3):
        inbox.dead_letter(message(b"{}" * number, offset=number), f"$: reason {number}")
    document = answer(cluster, "list", "--limit", "2")
    assert document["n_dead_letters"] == 3
    assert [letter["reason"] for letter in document["dead_letters"]] == ["$: reason 1", "$: reason 2"]
    newest = document["dead_letters"][1]
    assert abs((datetime.fromisoformat(newest["at"]) - began_at).total_seconds()) < 60
    about = {"key": "cho-da-lat", "partition": 2, "offset": 2, "n_bytes": 4, "truncated": False}
    assert about.items() <= newest.items()


def test_the_body_is_shown_even_where_it_is_no_text(inbox: EventInbox, cluster: Cluster) -> None:
    letter_id = put_aside(inbox, cluster, "Chợ ".encode() + b"\xff", "$: not UTF-8")
    shown = dead(cluster, "show", letter_id)
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[-1] == "Chợ \\xff"
    assert "$: not UTF-8" in shown.stdout


async def test_a_replay_is_queued_and_a_second_one_says_so_and_makes_no_second_candidate(
    inbox: EventInbox, cluster: Cluster, postgres_url: str
) -> None:
    seen = event()
    letter_id = put_aside(inbox, cluster, encode(seen))
    async with consuming(cluster, postgres_url):
        first = await asyncio.to_thread(dead, cluster, "replay", letter_id)
        await until_queued(postgres_url, seen)
        second = await asyncio.to_thread(dead, cluster, "replay", letter_id)
        later = event()
        put_aside(inbox, cluster, encode(later))
        await asyncio.to_thread(dead, cluster, "replay", "--all")
        await until_queued(postgres_url, seen, later)
    assert first.stdout.splitlines() == [f"{letter_id}: replayed", "1 of 1 replayed"]
    assert f"{letter_id}: replayed; was replayed before at " in second.stdout
    assert [len(letter["replayed_at"]) for letter in listed(cluster)] == [2, 1]


def test_what_is_still_unreadable_is_not_replayed_and_says_why(inbox: EventInbox, cluster: Cluster) -> None:
    letter_id = put_aside(inbox, cluster, b"{}")
    document = answer(cluster, "replay", letter_id, exit_code=1)
    assert document["n_replayed"] == 0
    assert document["replays"][0]["problem"] == "$.schema: Field required"
    assert listed(cluster)[0]["replayed_at"] == []


async def test_a_replay_that_comes_back_says_what_it_was_a_replay_of(
    inbox: EventInbox, cluster: Cluster, postgres_url: str
) -> None:
    beyond_the_calendar = encode(event(seen_at=datetime.max.replace(tzinfo=UTC)))
    letter_id = put_aside(inbox, cluster, beyond_the_calendar)
    async with consuming(cluster, postgres_url):
        await asyncio.to_thread(dead, cluster, "replay", letter_id)

        async def came_back() -> bool:
            return len(await asyncio.to_thread(listed, cluster)) == 2

        await until(came_back)
    assert {letter["replay_of"] for letter in listed(cluster)} == {None, letter_id}


def large(seen: CandidateRaised) -> bytes:
    """More than a dead letter holds; a reader ignores the field that makes it so."""
    return json.dumps(json.loads(encode(seen)) | {"ignored": "x" * 950_000}).encode()


async def test_a_dead_letter_that_was_cut_is_replayed_whole_from_where_it_came(
    inbox: EventInbox, cluster: Cluster, postgres_url: str, send: Send
) -> None:
    seen = event()
    producer = KafkaProducer(bootstrap_servers=cluster.bootstrap)
    came = producer.send(CANDIDATES.name, key=KEY, value=large(seen)).get(10)
    producer.close()
    whole = Message(value=large(seen), key=KEY, partition=came.partition, offset=came.offset)
    inbox.dead_letter(whole, "$: of no use")
    (letter,) = listed(cluster)
    assert (letter["truncated"], letter["n_bytes"]) == (True, len(large(seen)))
    assert answer(cluster, "show", letter["id"])["body"].encode() == large(seen)
    assert answer(cluster, "replay", letter["id"])["n_replayed"] == 1
    async with consuming(cluster, postgres_url):
        await until_queued(postgres_url, seen)


def test_a_cut_dead_letter_whose_message_has_gone_says_so(inbox: EventInbox, cluster: Cluster) -> None:
    letter_id = put_aside(inbox, cluster, large(event()))
    (outcome,) = answer(cluster, "replay", letter_id, exit_code=1)["replays"]
    assert "no longer in candidates.v1 at partition 2, offset 7" in outcome["problem"]
    assert answer(cluster, "show", letter_id)["problem"] == outcome["problem"]


@pytest.mark.parametrize("wrong", ["0-99", "99-0", "seventeen", "-"])
def test_a_dead_letter_that_is_not_there_is_one_clear_line(
    inbox: EventInbox, cluster: Cluster, wrong: str
) -> None:
    shown = dead(cluster, "show", "--", wrong)
    assert shown.returncode == 1
    assert shown.stdout == ""
    assert shown.stderr.count("\n") == 1
    assert "dead letter" in shown.stderr
