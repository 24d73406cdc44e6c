"""`mastwatch sweep`: what happens by itself when time passes."""

from __future__ import annotations

import argparse
from datetime import timedelta

from incidents.usecases import sweep
from incidents.usecases.retention import KeepFor
from mastwatch import lifetime
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import evidence_of, load, need


def add_parser(subparsers: Subparsers) -> None:
    subparsers.add_parser("sweep", help="leases that ran out, candidates nobody looked at")


def run(_args: argparse.Namespace) -> int:
    settings = load()
    wanted = sweep.SweepSettings(
        database_url=need("database_url", settings.database_url),
        policy=load_profile(settings.city),
        metrics_port=settings.metrics_port,
        evidence=evidence_of(settings),
        keep=KeepFor(
            dismissed=timedelta(days=settings.evidence_keep_days),
            unknown=timedelta(days=settings.evidence_unknown_keep_days),
        ),
    )
    sweep.run(wanted, lifetime.begin(settings.metrics_port))
    return 0
