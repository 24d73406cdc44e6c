"""`mastwatch profile check`: whether a city's profile and its calendar can be used."""

from __future__ import annotations

import argparse
from pathlib import Path

from mastwatch.commands import Subparsers
from mastwatch.commands.config import report
from mastwatch.config.checking import Checked
from mastwatch.config.faults import ConfigError
from mastwatch.config.profiles import read_profile


def add_parser(subparsers: Subparsers) -> None:
    verbs = subparsers.add_parser("profile", help="check a city's profile").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    check = verbs.add_parser("check", help="every fault of a profile and its calendar, with its line")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    try:
        read_profile(args.file)
    except ConfigError as error:
        return report([Checked(kind="profile", place=str(args.file), faults=error.faults)], as_json=args.json)
    return report([Checked(kind="profile", place=str(args.file), faults=())], as_json=args.json)
