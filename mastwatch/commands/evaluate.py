"""`mastwatch eval`: what is found, missed and invented on clips whose truth is known."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from detectors.evaluation.evaluate import ClipResult, evaluate
from detectors.evaluation.matching import Figures, Judged, figures
from detectors.runtimes.router import ModelRouter
from incidents.contract.events import Family
from mastwatch.commands import Subparsers
from mastwatch.config.truths import load_truths
from mastwatch.settings import load, need, writable

Numbers = dict[str, float | int | None]
GROUPS = {"all": tuple(Family), **{family.value: (family,) for family in Family}}
SHORT = {"precision": "prec.", "false_per_hour": "false/h", "duplicates": "twice"}


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("eval", help="measure detections on clips whose truth is known")
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds one folder a clip")
    parser.add_argument(
        "--alarms", type=Path, metavar="OUT.jsonl", help="write every event raised, one a line"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of weights (MASTWATCH_MODELS)")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(args: argparse.Namespace) -> int:
    models_dir = args.models or need("models_dir", load().models_dir)
    truths = load_truths(args.folder)
    alarms_path = writable("--alarms", args.alarms) if args.alarms else None
    console = Console(stderr=True)
    results: list[ClipResult] = []
    with closing(ModelRouter(models_dir)) as detector:
        for result in evaluate(truths, detector):
            results.append(result)
            console.print(f"{result.truth.name}: {_verdict(result.judged)}", highlight=False)
    if alarms_path:
        _write_alarms(alarms_path, results)
    document = _document(results)
    if args.json:
        print(json.dumps(document))
    else:
        _print_tables(document, Console())
    return 0


def _document(results: Sequence[ClipResult]) -> dict[str, Any]:
    return {
        "overall": _by_family(results),
        "probable": _probable(results),
        "clips": {result.truth.name: _by_family([result]) for result in results},
    }


def _by_family(results: Sequence[ClipResult]) -> dict[str, Numbers]:
    clips = [(result.truth, result.judged) for result in results]
    return {name: _numbers(figures(clips, families)) for name, families in GROUPS.items()}


def _probable(results: Sequence[ClipResult]) -> dict[str, Numbers]:
    """Events that the truth is not sure of: found or not, and no word on what else was raised."""
    clips = [(result.truth, result.judged) for result in results]
    found = {name: figures(clips, families, certain=False) for name, families in GROUPS.items()}
    return {
        name: {"n_true": one.n_true, "n_found": one.n_found, "recall": _rounded(one.recall)}
        for name, one in found.items()
    }


def _numbers(found: Figures) -> Numbers:
    return {
        "n_true": found.n_true,
        "n_found": found.n_found,
        "n_alarms": found.n_alarms,
        "false": found.n_false,
        "duplicates": found.n_duplicates,
        "precision": _rounded(found.precision),
        "recall": _rounded(found.recall),
        "f1": _rounded(found.f1),
        "delay_s": _rounded(found.delay_s),
        "false_per_hour": _rounded(found.false_per_hour),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _verdict(judged: Sequence[Judged]) -> str:
    if not judged:
        return "nothing raised"
    return ", ".join(
        f"{one.raised.kind} at {one.raised.raised_at_s:.1f} s ({_outcome(one)})" for one in judged
    )


def _outcome(one: Judged) -> str:
    if one.event is not None:
        return f"{one.event.event_id} again" if one.is_duplicate else one.event.event_id
    return "ignored" if one.is_ignored else "false"


def _write_alarms(path: Path, results: Sequence[ClipResult]) -> None:
    lines = [
        json.dumps(
            {
                "clip": one.raised.clip,
                "family": one.raised.family,
                "kind": one.raised.kind,
                "started_at_s": round(one.raised.started_at_s, 3),
                "raised_at_s": round(one.raised.raised_at_s, 3),
                "box": [round(value, 1) for value in one.raised.box],
                "outcome": _outcome(one),
            }
        )
        for result in results
        for one in result.judged
    ]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _print_tables(document: dict[str, Any], console: Console) -> None:
    for title, rows in (
        ("Certain events, by family", document["overall"]),
        ("Probable events, by family", document["probable"]),
        ("Certain events, by clip", {name: clip["all"] for name, clip in document["clips"].items()}),
    ):
        console.print(_table(title, rows))


def _table(title: str, rows: dict[str, Numbers]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    columns = list(next(iter(rows.values())))
    for column in columns:
        table.add_column(SHORT.get(column, column.removeprefix("n_")), justify="right", no_wrap=True)
    for name, numbers in rows.items():
        table.add_row(name, *("-" if numbers[column] is None else str(numbers[column]) for column in columns))
    return table
