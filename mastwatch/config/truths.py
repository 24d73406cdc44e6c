"""Reads what is true of clips."""

from __future__ import annotations

from pathlib import Path

from detectors.evaluation.truth import Truth
from detectors.evaluation.truth_file import TruthDocument, truth_of
from mastwatch.config.faults import one_fault
from mastwatch.config.reading import read

TRUTH_FILE = "truth.yaml"


def load_truth(path: Path) -> Truth:
    """Raises ConfigError."""
    return truth_of(read(path, TruthDocument), path.parent)


def load_truths(folder: Path) -> list[Truth]:
    """Of every folder in it that holds a clip and its truth, by name.

    Raises:
        ConfigError: there is none, or one cannot be read.
    """
    truths = [load_truth(path) for path in sorted(folder.glob(f"*/{TRUTH_FILE}"))]
    if not truths:
        raise one_fault(folder, 0, f"no folder in it holds a {TRUTH_FILE}")
    return truths
