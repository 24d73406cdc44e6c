"""The command `mastwatch`: finds the module of the command that is asked for, and says errors in one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from detectors.runtimes.errors import DetectorFailed
from detectors.truth import TruthError
from incidents.bus.kafka import BusUnavailable
from incidents.bus.outbox import OutboxError
from incidents.errors import IncidentError
from ingest.camera import CameraConfigError
from ingest.errors import StreamError
from mastwatch.settings import SettingsError
from mastwatch.stack.errors import StackError
from models.registry import WeightsError

# By the word on the command line: the module in mastwatch.commands.
COMMANDS = {
    "demo": "demo",
    "doctor": "doctor",
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
    "bench": "bench",
}

# What a user can mend: said in one line. Anything else is a defect of ours and keeps its traceback.
EXPECTED = (
    SettingsError,
    StackError,
    CameraConfigError,
    StreamError,
    WeightsError,
    DetectorFailed,
    TruthError,
    IncidentError,
    OutboxError,
    BusUnavailable,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 it worked, 1 it did not, 2 it was called wrongly."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="mastwatch", description="From a city's high-mast cameras to a ward that has fixed it, on time."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # Only what is asked for is imported: OpenVINO alone takes longer to load than `mastwatch due` to run.
    asked = words[:1] if words and words[0] in COMMANDS else list(COMMANDS)
    modules = {name: import_module(f"mastwatch.commands.{COMMANDS[name]}") for name in asked}
    for module in modules.values():
        module.add_parser(subparsers)
    args = parser.parse_args(words)
    try:
        return int(modules[args.command].run(args))
    except EXPECTED as error:
        print(f"mastwatch {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
