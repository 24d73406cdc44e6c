"""`mastwatch worker`: cameras -> candidates in the outbox -> Kafka."""

from __future__ import annotations

import argparse
import os

from detectors.worker.process import NotAStream, WorkerSettings
from detectors.worker.process import run as run_worker
from incidents.bus.topics import Cluster
from mastwatch import lifetime
from mastwatch.commands import Subparsers
from mastwatch.config.cameras import load_cameras
from mastwatch.settings import SettingsError, evidence_of, load, need


def add_parser(subparsers: Subparsers) -> None:
    subparsers.add_parser("worker", help="analyse live cameras and send candidates to Kafka")


def run(_args: argparse.Namespace) -> int:
    settings = load()
    worker_settings = WorkerSettings(
        cameras=load_cameras(need("cameras_file", settings.cameras_file), os.environ),
        models_dir=need("models_dir", settings.models_dir),
        weights=settings.weights,
        data_dir=settings.data_dir,
        evidence=evidence_of(settings),
        cluster=Cluster(bootstrap=need("kafka_bootstrap", settings.kafka_bootstrap)),
        evidence_before_s=settings.evidence_before_s,
        evidence_after_s=settings.evidence_after_s,
        metrics_port=settings.metrics_port,
        analysis_processes=settings.analysis_processes,
    )
    try:
        run_worker(worker_settings, lifetime.begin(settings.metrics_port))
    except NotAStream as error:
        raise SettingsError(f"{settings.cameras_file}: {error}") from error
    return 0
