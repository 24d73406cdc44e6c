"""`mastwatch migrate`: bring the database to this version."""

from __future__ import annotations

import argparse
import json

from incidents.store.migrate import migrate
from mastwatch.commands import Subparsers
from mastwatch.settings import load, need


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("migrate", help="bring the database to this version")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    applied = migrate(need("database_url", load().database_url))
    if args.json:
        print(json.dumps({"applied": applied}))
    else:
        print("\n".join(f"applied {name}" for name in applied) or "nothing to do")
    return 0
