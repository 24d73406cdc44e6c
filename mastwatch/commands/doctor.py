"""`mastwatch doctor`: what is missing on this machine, with the mend."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from mastwatch import checks
from mastwatch.checks import Check
from mastwatch.commands import Subparsers
from mastwatch.settings import Settings, load


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("doctor", help="what is missing on this machine, with the mend")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of weights (or MASTWATCH_MODELS)")
    parser.add_argument("--footage", type=Path, metavar="DIR", help="folder of clip folders")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 where nothing that is needed is missing."""
    found = tuple(examine(load(), args.models, args.footage))
    healthy = all(check.ok for check in found if check.needed)
    if args.json:
        print(json.dumps({"ok": healthy, "checks": [asdict(check) for check in found]}, ensure_ascii=False))
    else:
        show(found)
    return 0 if healthy else 1


def examine(settings: Settings, models: Path | None, footage: Path | None) -> Iterator[Check]:
    yield checks.python_version()
    yield checks.packages()
    yield from checks.programs()
    yield checks.weights(models or settings.models_dir)
    yield checks.footage(footage)
    yield checks.free_disk(settings.data_dir)
    yield checks.memory()
    yield checks.port(settings.http_port)


def show(found: tuple[Check, ...]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in found:
        mark = "[green]✓[/]" if check.ok else "[red]✗[/]" if check.needed else "[yellow]-[/]"
        console.print(f"{mark} {check.name:<9} {check.found}")
        if check.mend:
            console.print(f"  {'':<9} [bold]{check.mend}[/]")
