"""`mastwatch demo` as a command: what it prints, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ENDS_WITHIN_S = 60
STARTS_WITHIN_S = 180
OURS = ("worker", "consume", "sweep", "serve")
PARTS = ("postgres -D", "tansu", "rtsp_server", *(f"mastwatch {command}" for command in OURS))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: the clips are made ready once."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def command(shared_dir: Path, data_dir: Path) -> list[str]:
    options = ["--footage", str(shared_dir / "footage"), "--models", str(shared_dir / "models")]
    return [sys.executable, "-m", "mastwatch", "demo", *options, "--port", "0", "--data", str(data_dir)]


def parts_of(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def command_line(part: psutil.Process) -> str:
    try:
        return " ".join(part.cmdline())
    except psutil.Error:  # it has ended since it was listed
        return ""


def all_started(pid: int) -> bool:
    lines = [command_line(part) for part in parts_of(pid)]
    return all(any(name in line for line in lines) for name in PARTS)


@contextmanager
def started(command: list[str], log_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo whose parts all run; ended with the test, however that ends."""
    with log_path.open("w") as log:
        demo = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, text=True)
    try:
        wait_until(lambda: all_started(demo.pid), STARTS_WITHIN_S)
        yield demo
    finally:
        demo.kill()
        demo.wait()


def test_until_report_prints_the_report_that_a_ward_accepted(command: list[str]) -> None:
    done = subprocess.run(
        [*command, "--until-report", "--json"], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["state"] == "processing"
    assert report["ward"].endswith("Đà Lạt")
    assert 0 < report["latency_s"] < 120
    assert set(report["evidence"]["sha256"]) == {"image", "clip"}
    assert report["seen_at"] < report["queued_at"] < report["due_at"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_part_is_left_running(command: list[str], number: signal.Signals, tmp_path: Path) -> None:
    with started(command, tmp_path / "said") as demo:
        parts = parts_of(demo.pid)
        demo.send_signal(number)
        exit_code = demo.wait(ENDS_WITHIN_S)
        assert psutil.wait_procs(parts, timeout=ENDS_WITHIN_S)[1] == []
    assert exit_code == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_a_part_that_dies_stops_the_demo_and_is_named(
    command: list[str], data_dir: Path, tmp_path: Path
) -> None:
    with started(command, tmp_path / "said") as demo:
        parts = parts_of(demo.pid)
        next(part for part in parts if part.name() == "tansu").kill()
        exit_code = demo.wait(ENDS_WITHIN_S)
        assert psutil.wait_procs(parts, timeout=ENDS_WITHIN_S)[1] == []
    assert exit_code == 1
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert f"broker ended with SIGKILL (log: {data_dir / 'logs' / 'broker.log'})" in said


def refused(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_a_port_in_use_is_refused_by_its_number(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused([*command, "--port", str(port)])
    assert f"127.0.0.1:{port} is in use by another program; name another one with --port" in said


def test_without_footage_one_line_says_what_to_pass() -> None:
    said = refused([sys.executable, "-m", "mastwatch", "demo"])
    assert "pass --footage DIR" in said


def test_a_folder_without_weights_is_named(command: list[str], tmp_path: Path) -> None:
    said = refused([*command, "--models", str(tmp_path)])
    assert f"{tmp_path}" in said
    assert "is not there" in said
