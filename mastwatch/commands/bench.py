"""`mastwatch bench`: the benchmarks of this checkout, each a program of its own."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = ("detect", "pictures", "robust", "bus", "desk", "demo")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "bench", help="measure, and print JSON", epilog="`mastwatch bench NAME --help` says what it takes"
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="for that benchmark")


def run(args: argparse.Namespace) -> int:
    if not (ROOT / "benchmarks").is_dir():
        print("mastwatch bench: runs from a checkout, and this is an installed copy", file=sys.stderr)
        return 1
    argv = [sys.executable, "-m", f"benchmarks.{args.name}", *args.arguments]
    return subprocess.run(argv, cwd=ROOT, env={**os.environ}, check=False).returncode
