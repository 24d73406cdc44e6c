"""`mastwatch consume`: candidates from Kafka into the queue."""

from __future__ import annotations

import argparse
from datetime import timedelta

from incidents.bus.dead_letter_limit import DeadLetterLimit
from incidents.bus.topics import Cluster
from incidents.usecases import consume
from mastwatch import lifetime
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import load, need


def add_parser(subparsers: Subparsers) -> None:
    subparsers.add_parser("consume", help="candidates from Kafka into the queue")


def run(_args: argparse.Namespace) -> int:
    settings = load()
    consumer = consume.ConsumeSettings(
        database_url=need("database_url", settings.database_url),
        cluster=Cluster(bootstrap=need("kafka_bootstrap", settings.kafka_bootstrap)),
        policy=load_profile(settings.city),
        metrics_port=settings.metrics_port,
        dead_letter_limit=DeadLetterLimit(
            n_max=settings.dead_letters_max,
            share_max=settings.dead_letters_share,
            window=timedelta(seconds=settings.dead_letters_window_s),
        ),
    )
    consume.run(consumer, lifetime.begin(settings.metrics_port))
    return 0
