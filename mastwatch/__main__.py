"""The command `mastwatch`: finds the module of the command that is asked for, and says errors in one line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

# By the word on the command line: the module in mastwatch.commands.
COMMANDS = {
    "demo": "demo",
    "doctor": "doctor",
    "config": "config",
    "profile": "profile",
    "due": "due",
    "route": "route",
    "wards": "wards",
    "detect": "detect",
    "eval": "evaluate",
    "migrate": "migrate",
    "worker": "worker",
    "consume": "consume",
    "sweep": "sweep",
    "serve": "serve",
    "bus": "bus",
    "bench": "bench",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 it worked, 1 it did not, 2 it was called wrongly."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="mastwatch", description="From a city's high-mast cameras to a ward that has fixed it, on time."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # Only what is asked for is imported: OpenVINO alone takes longer to load than `mastwatch due` to run.
    asked = words[:1] if words and words[0] in COMMANDS else list(COMMANDS)
    with loading():
        modules = {name: import_module(f"mastwatch.commands.{COMMANDS[name]}") for name in asked}
        expected = import_module("mastwatch.expected").EXPECTED
    for module in modules.values():
        module.add_parser(subparsers)
    args = parser.parse_args(words)
    try:
        exit_code = int(modules[args.command].run(args))
        print(end="", flush=True)  # a reader that has gone is noticed here, not while Python ends
    except expected as error:
        print(f"mastwatch {args.command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered goes nowhere
        return 1
    except KeyboardInterrupt:
        return 130
    return exit_code


@contextmanager
def loading() -> Iterator[None]:
    """Libraries take a second to load: a Ctrl-C meanwhile ends us without a traceback, as any program."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main())
