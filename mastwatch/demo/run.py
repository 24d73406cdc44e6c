"""Starts the parts of the demo in the order in which each needs the one before, and watches them."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from mastwatch.config.settings_sources import PREFIX
from mastwatch.demo.ledger import prepare_ledger
from mastwatch.demo.plan import CITY, Plan
from mastwatch.demo.screen import Screen
from mastwatch.lifetime import uninterrupted
from mastwatch.stack.broker import Broker
from mastwatch.stack.cameras import VirtualCameras, prepare
from mastwatch.stack.crew import Crew
from mastwatch.stack.postgres import Postgres
from mastwatch.stack.process import Process, Program, free_port

SERVE_WITHIN_S = 60  # on a machine that is busy with everything else that starts
LIVE_WITHIN_S = 60
WATCH_EVERY_S = 0.2
# A candidate goes out when its clip is whole: a shorter one than a city's, so that it is seen to arrive.
CLIP = {"evidence_before_s": 6, "evidence_after_s": 4}
LIVE = re.compile(r'^mastwatch_stream_state\{.*state="live".*\} 1\.0$', re.MULTILINE)


@contextmanager
def running(plan: Plan, screen: Screen) -> Iterator[Demo]:
    """A demo that has started; whatever happens, nothing of it is left running.

    Raises:
        StackError: a part did not start, or has ended.
    """
    crew = Crew(screen.say)
    try:
        yield Demo(plan, screen, crew)
    finally:
        # A second Ctrl-C changes nothing: every part ends in bounded time.
        with uninterrupted(), screen.step("stopping"):
            crew.stop()


class Demo:
    def __init__(self, plan: Plan, screen: Screen, crew: Crew) -> None:
        self._plan = plan
        self._crew = crew
        self._logs = plan.data_dir / "logs"
        self._metrics_port = free_port()
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._settings(city=CITY, data_dir=plan.data_dir, models_dir=plan.models_dir)
        self._settings(http_port=plan.http_port, secure_cookies="false", **CLIP)
        with screen.step("database, with the city's wards, units and accounts"):
            self.database = self._start_database()
            self.database_url = self.database.create_once("mastwatch")
            self.accounts = prepare_ledger(self.database_url, plan)
        with screen.step("broker"):
            self.broker = self._start_broker()
        self._settings(database_url=self.database_url, kafka_bootstrap=self.broker.bootstrap)
        with screen.step(f"{len(plan.show.cameras)} cameras (their clips are made ready the first time)"):
            self._start_cameras()
        with screen.step("consumer, sweeper, console"):
            self._start_part("consume", restart_when_killed=True)
            self._start_part("sweep")
            self._start_part("serve").wait_until(self._serves, SERVE_WITHIN_S, WATCH_EVERY_S)
        with screen.step("worker, until every camera is live"):
            self._settings(metrics_port=self._metrics_port)
            worker = self._start_part("worker", restart_when_killed=True)
            worker.wait_until(self._sees, LIVE_WITHIN_S, WATCH_EVERY_S)

    def watch(self, until: Callable[[], bool]) -> None:
        """Returns when `until` says so. Raises PartDied where a part has ended."""
        while not until():
            self._crew.check()
            time.sleep(WATCH_EVERY_S)

    def part(self, name: str) -> Process:
        return next(process for process in self._crew.processes if process.program.name == name)

    def _start_database(self) -> Postgres:
        database = Postgres(self._plan.data_dir / "postgres", self._log("database"))
        self._crew.add(database.process)
        return database

    def _start_broker(self) -> Broker:
        broker = Broker(self._log("broker"))
        self._crew.add(broker.process)
        return broker

    def _start_cameras(self) -> None:
        served = self._plan.data_dir / "cameras"
        prepare(self._plan.show.clips, served)
        cameras = VirtualCameras(served, self._log("cameras"))
        self._crew.add(cameras.process)
        cameras_file = self._plan.data_dir / "cameras.yaml"
        cameras_file.write_text(self._plan.show.written(cameras.url), encoding="utf-8")
        self._settings(cameras_file=cameras_file)

    def _start_part(self, command: str, *, restart_when_killed: bool = False) -> Process:
        """One of our own commands, as a city would start it: told everything by its environment."""
        program = Program(
            name=command,
            argv=[sys.executable, "-m", "mastwatch", command],
            log_path=self._log(command),
            env=dict(self._environment),  # as it is now: a part that is started again is told the same
        )
        return self._crew.start(program, restart_when_killed=restart_when_killed)

    def _settings(self, **settings: object) -> None:
        self._environment |= {PREFIX + name.upper(): str(value) for name, value in settings.items()}

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _serves(self) -> bool:
        return page(self._plan.address + "/readyz") is not None

    def _sees(self) -> bool:
        metrics = page(f"http://127.0.0.1:{self._metrics_port}/metrics") or ""
        return len(LIVE.findall(metrics)) == len(self._plan.show.cameras)


def page(address: str) -> str | None:
    """None where nobody answers there, or not with 200."""
    try:
        response = httpx.get(address, timeout=2, trust_env=False)  # a proxy has no way to our loopback
    except httpx.TransportError:
        return None
    return response.text if response.status_code == httpx.codes.OK else None
