"""The demo as a user has it: every part a real process, in front of real clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from mastwatch.demo.plan import Plan, make_plan
from mastwatch.demo.run import Demo, running
from mastwatch.demo.screen import Screen


@pytest.fixture(scope="module")
def plan(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make_plan(
        footage=shared_dir / "footage",
        models=shared_dir / "models",
        boundaries=(),
        data_dir=tmp_path_factory.mktemp("demo"),
        http_port=0,
    )


@pytest.fixture(scope="module")
def demo(plan: Plan) -> Iterator[Demo]:
    with running(plan, Screen(Console(stderr=True))) as started:
        yield started
