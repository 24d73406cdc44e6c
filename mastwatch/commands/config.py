"""`mastwatch config`: check what is configured, and the JSON Schemas of the files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from mastwatch.commands import Subparsers
from mastwatch.config.checking import Checked, check_file, check_installation
from mastwatch.config.schemas import DOCUMENTS, schema_of


def add_parser(subparsers: Subparsers) -> None:
    verbs = subparsers.add_parser("config", help="check settings, cameras and profile").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    check = verbs.add_parser("check", help="every fault with its line; exit code 0 only where all is fine")
    check.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="of any kind; without one: the settings in force, and the files that they name",
    )
    check.add_argument("--json", action="store_true", help="one JSON object")
    check.set_defaults(run_verb=run_check)
    schema = verbs.add_parser("schema", help="the JSON Schema of a kind of file, for editors")
    schema.add_argument("kind", choices=list(DOCUMENTS), metavar="KIND", help=", ".join(DOCUMENTS))
    schema.set_defaults(run_verb=run_schema)


def run(args: argparse.Namespace) -> int:
    return int(args.run_verb(args))


def run_check(args: argparse.Namespace) -> int:
    if args.files:
        found = [checked for path in args.files for checked in check_file(path)]
    else:
        found = list(check_installation())
    return report(found, as_json=args.json)


def run_schema(args: argparse.Namespace) -> int:
    print(json.dumps(schema_of(args.kind), ensure_ascii=False, indent=2))
    return 0


def report(found: Iterable[Checked], *, as_json: bool) -> int:
    """One fault a line. Returns the exit code."""
    found = list(found)
    is_fine = not any(checked.faults for checked in found)
    if as_json:
        print(json.dumps({"ok": is_fine, "checked": [asdict(each) for each in found]}, ensure_ascii=False))
        return 0 if is_fine else 1
    for checked in found:
        if not checked.faults:
            print(f"{checked.place}: {checked.kind}: no faults")
        for fault in checked.faults:
            print(fault)
    return 0 if is_fine else 1
