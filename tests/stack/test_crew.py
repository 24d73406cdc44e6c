import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mastwatch.stack.crew import MAX_RESTARTS, Crew
from mastwatch.stack.errors import DidNotStart, NotInstalled, PartDied
from mastwatch.stack.process import Process, Program


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def crew(said: list[str]) -> Iterator[Crew]:
    started = Crew(said.append)
    yield started
    started.stop()


def program(folder: Path, code: str, name: str = "worker") -> Program:
    log_path = folder / f"{name}.log"
    return Program(name=name, argv=[sys.executable, "-uc", code], log_path=log_path, stop_within_s=1)


def sleeper(folder: Path) -> Program:
    return program(folder, "import time; time.sleep(60)")


def kill(process: Process) -> None:
    process.send(signal.SIGKILL)
    wait_until_ended(process)


def wait_until_ended(process: Process) -> None:
    deadline = time.monotonic() + 10
    while process.exit_code is None and time.monotonic() < deadline:
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether it still does something: a process that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_part_that_was_killed_is_started_again_and_said(
    crew: Crew, said: list[str], tmp_path: Path
) -> None:
    worker = crew.start(sleeper(tmp_path), restart_when_killed=True)
    pid = worker.pid
    kill(worker)
    crew.check()
    assert said == ["worker was killed (SIGKILL); started again"]
    assert worker.pid != pid
    assert worker.exit_code is None


def test_a_part_that_is_killed_again_and_again_is_given_up(crew: Crew, tmp_path: Path) -> None:
    worker = crew.start(sleeper(tmp_path), restart_when_killed=True)
    for _ in range(MAX_RESTARTS):
        kill(worker)
        crew.check()
    kill(worker)
    with pytest.raises(PartDied, match="worker ended with SIGKILL"):
        crew.check()


def test_a_part_that_fails_by_itself_is_named_with_its_last_words(crew: Crew, tmp_path: Path) -> None:
    worker = crew.start(program(tmp_path, "raise SystemExit('no weights')"), restart_when_killed=True)
    wait_until_ended(worker)
    with pytest.raises(PartDied, match=r"(?s)worker ended with exit code 1 .*worker\.log.*no weights"):
        crew.check()


def test_a_part_whose_log_was_removed_is_named_all_the_same(crew: Crew, tmp_path: Path) -> None:
    worker = crew.start(program(tmp_path, "raise SystemExit('no weights')"))
    wait_until_ended(worker)
    worker.program.log_path.unlink()
    with pytest.raises(PartDied, match="worker ended with exit code 1"):
        crew.check()


def test_a_log_begins_with_the_start_and_goes_on_when_a_part_is_started_again(
    crew: Crew, tmp_path: Path
) -> None:
    (tmp_path / "worker.log").write_text("of a former start\n", encoding="utf-8")
    worker = crew.start(program(tmp_path, "print('here')"))
    wait_until_ended(worker)
    worker.start_again()
    wait_until_ended(worker)
    assert worker.last_lines(8) == "here\nhere"


def test_without_setpriv_nothing_is_started_and_its_package_is_named(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="setpriv is not installed; apt install util-linux"):
        crew.start(sleeper(tmp_path))


def test_parts_are_stopped_last_first_and_none_is_left(crew: Crew, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys\n"
        "def stop(*_):\n    open({order!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); print('ready'); signal.pause()"
    )
    for name in ("first", "second"):
        process = crew.start(program(tmp_path, code.format(order=str(order), name=name), name))
        process.wait_until(lambda part=process: part.last_lines(1) == "ready", within_s=10)  # type: ignore[misc]
    pids = [process.pid for process in crew.processes]
    crew.stop()
    assert order.read_text() == "second first "
    assert not any(is_running(pid) for pid in pids)


def test_a_part_that_does_not_listen_is_ended(crew: Crew, tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); signal.pause()"
    process = crew.start(program(tmp_path, deaf))
    process.wait_until(lambda: process.last_lines(1) == "ready", within_s=10)
    crew.stop()
    assert process.exit_code == -signal.SIGKILL


def test_what_is_not_ready_in_time_is_ended_and_named(tmp_path: Path) -> None:
    process = Process.start(sleeper(tmp_path))
    with pytest.raises(DidNotStart, match=r"worker did not start: not ready after 0\.1 s"):
        process.wait_until(lambda: False, within_s=0.1)
    assert not is_running(process.pid)


def test_a_part_dies_with_its_starter_even_by_kill_9(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from mastwatch.stack.process import Process, Program\n"
        "argv = [sys.executable, '-uc', 'import time; print(1); time.sleep(60)']\n"
        "process = Process.start(Program(name='part', argv=argv, log_path=Path('part.log')))\n"
        "process.wait_until(lambda: process.last_lines(1) == '1', within_s=30)\n"
        "print(process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        os.kill(starter.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)
