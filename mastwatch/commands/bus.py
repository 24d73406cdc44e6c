"""`mastwatch bus dead list|show|replay`: the messages that no consumer could read."""

from __future__ import annotations

import argparse
import json

from incidents.bus.dead_letters import DeadLetter, DeadLetters, NoDeadLetter
from incidents.bus.topics import CANDIDATES, Cluster
from incidents.contract.events import CandidateRaised
from incidents.usecases.replay import Replay, replay
from mastwatch.commands import Subparsers
from mastwatch.settings import load, need


def add_parser(subparsers: Subparsers) -> None:
    bus = subparsers.add_parser("bus", help="what lies in Kafka")
    dead = bus.add_subparsers(metavar="WHAT", required=True).add_parser(
        "dead", help="messages that no consumer could read"
    )
    actions = dead.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="which there are, and why; the newest last")
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="only the newest (default: 50)")
    listing.set_defaults(act=list_them)

    showing = actions.add_parser("show", help="one of them, with its body")
    showing.add_argument("id", metavar="ID", help="as `list` shows it, such as 3-17")
    showing.set_defaults(act=show)

    replaying = actions.add_parser("replay", help="put them back, after the cause is corrected")
    chosen = replaying.add_mutually_exclusive_group(required=True)
    chosen.add_argument("ids", nargs="*", default=[], metavar="ID", help="as `list` shows it")
    chosen.add_argument("--all", action="store_true", help="all that were not replayed yet")
    replaying.set_defaults(act=replay_them)

    for action in (listing, showing, replaying):
        action.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    settings = load()
    cluster = Cluster(bootstrap=need("kafka_bootstrap", settings.kafka_bootstrap))
    return int(args.act(DeadLetters(cluster, CANDIDATES), args))


def list_them(dead_letters: DeadLetters, args: argparse.Namespace) -> int:
    letters = dead_letters.list_all()
    shown = letters[max(0, len(letters) - args.limit) :]
    if args.json:
        document = {"n_dead_letters": len(letters), "dead_letters": [as_document(each) for each in shown]}
        print(json.dumps(document, ensure_ascii=False))
        return 0
    for letter in shown:
        print(line(letter))
    print(f"{len(letters)} dead letters in {CANDIDATES.dead_letters}, {len(shown)} shown")
    return 0


def show(dead_letters: DeadLetters, args: argparse.Namespace) -> int:
    letter = dead_letters.get(args.id)
    try:
        body, problem = dead_letters.whole(letter).value, None
    except NoDeadLetter as error:
        body, problem = letter.value, str(error)
    text = body.decode(errors="backslashreplace")
    if args.json:
        print(json.dumps(as_document(letter) | {"body": text, "problem": problem}, ensure_ascii=False))
        return 0
    print(line(letter))
    if problem:
        print(problem)
    print(text)
    return 0


def replay_them(dead_letters: DeadLetters, args: argparse.Namespace) -> int:
    """Exit code 1 where one could not be replayed; the others are."""
    ids = args.ids or [each.letter_id for each in dead_letters.list_all() if not each.replayed_at]
    replays = [replay(dead_letters, letter_id, CandidateRaised) for letter_id in ids]
    n_replayed = sum(each.problem is None for each in replays)
    if args.json:
        document = {
            "n_replayed": n_replayed,
            "replays": [as_document(each.letter) | {"problem": each.problem} for each in replays],
        }
        print(json.dumps(document, ensure_ascii=False))
    else:
        for each in replays:
            print(outcome(each))
        print(f"{n_replayed} of {len(replays)} replayed")
    return 0 if n_replayed == len(replays) else 1


def line(letter: DeadLetter) -> str:
    """Everything about one but its body."""
    key = (letter.key or b"").decode(errors="backslashreplace")
    parts = [f"{letter.letter_id:>8}  {letter.at:%Y-%m-%d %H:%M:%S}Z  {key}  {letter.n_bytes} bytes"]
    if letter.replay_of:
        parts.append(f"came back from the replay of {letter.replay_of}")
    if letter.replayed_at:
        parts.append(before(letter))
    return ", ".join(parts) + f"\n          {letter.reason}"


def outcome(each: Replay) -> str:
    letter = each.letter
    if each.problem:
        return f"{letter.letter_id}: not replayed: {each.problem}"
    again = f"; {before(letter)}, which makes no second candidate" if letter.replayed_at else ""
    return f"{letter.letter_id}: replayed{again}"


def before(letter: DeadLetter) -> str:
    times = ", ".join(f"{at:%Y-%m-%d %H:%M:%S}Z" for at in letter.replayed_at)
    return f"was replayed before at {times}"


def as_document(letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.letter_id,
        "at": letter.at.isoformat(),
        "reason": letter.reason,
        "key": letter.key and letter.key.decode(errors="backslashreplace"),
        "partition": letter.partition,
        "offset": letter.offset,
        "n_bytes": letter.n_bytes,
        "truncated": letter.cut,
        "replay_of": letter.replay_of,
        "replayed_at": [at.isoformat() for at in letter.replayed_at],
    }
