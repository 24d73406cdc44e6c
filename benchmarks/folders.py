"""Where the weights and clips are that are measured with."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared"


def add_folders(parser: argparse.ArgumentParser) -> None:
    """--models and --footage, as the tests find them: beside the checkout, or where the environment says."""
    shared = Path(os.environ.get("MASTWATCH_SHARED", BESIDE_THE_CHECKOUT))
    models = Path(os.environ.get("MASTWATCH_MODELS", shared / "models"))
    parser.add_argument("--models", type=Path, default=models, metavar="DIR", help="folder of weights")
    parser.add_argument("--footage", type=Path, default=shared / "footage", metavar="DIR", help="clips")
