"""`mastwatch demo`: the whole stack on this machine."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Event

from rich.console import Console

from mastwatch.commands import Subparsers
from mastwatch.demo.officer import Delivered, until_report
from mastwatch.demo.plan import Plan, make_plan
from mastwatch.demo.run import Demo, running
from mastwatch.demo.screen import Screen
from mastwatch.lifetime import interruptible
from mastwatch.settings import load, port


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("demo", help="the whole stack on this machine, in front of real clips")
    parser.add_argument("--footage", type=Path, metavar="DIR", help="folder of clip folders")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of weights (or MASTWATCH_MODELS)")
    parser.add_argument(
        "--boundaries",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="ward boundaries, may be repeated (default: the folder geo beside the footage)",
    )
    parser.add_argument("--port", type=port, metavar="P", help="of the console; 0 takes a free one (8080)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="kept from one start to the next (.data)")
    parser.add_argument(
        "--until-report", action="store_true", help="play two officers until a ward has accepted a report"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object last, with --until-report")


def run(args: argparse.Namespace) -> int:
    settings = load()
    plan = make_plan(
        footage=args.footage,
        models=args.models or settings.models_dir,
        boundaries=args.boundaries,
        data_dir=args.data or settings.data_dir,
        http_port=settings.http_port if args.port is None else args.port,
    )
    # What is said goes to stderr where stdout is for the JSON.
    screen = Screen(Console(stderr=args.json))
    try:
        with interruptible(), running(plan, screen) as demo:
            if args.until_report:
                delivered = play(demo, plan)
            else:
                screen.ready(plan.address, demo.accounts)
                demo.watch(until=lambda: False)
    except KeyboardInterrupt:
        return 130 if args.until_report else 0  # without it, to be interrupted is how a demo ends
    show(delivered, screen, as_json=args.json)
    return 0


def play(demo: Demo, plan: Plan) -> Delivered:
    """The officers in a thread of their own: whatever dies meanwhile is noticed here."""
    given_up = Event()
    with ThreadPoolExecutor(1, "officers") as pool:
        playing: Future[Delivered] = pool.submit(until_report, plan.address, demo.accounts, given_up)
        try:
            demo.watch(until=playing.done)
        finally:
            given_up.set()
        return playing.result()


def show(delivered: Delivered, screen: Screen, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(delivered), ensure_ascii=False))
    else:
        screen.delivered(delivered)
