from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from mastwatch import checks
from mastwatch.__main__ import main


def doctor(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the checks by name."""
    exit_code = main(["doctor", "--json", *options])
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] == (exit_code == 0)
    return exit_code, {check["name"]: check for check in told["checks"]}


def test_a_machine_with_everything_is_healthy(shared_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--models", str(shared_dir / "models"), "--footage", str(shared_dir / "footage")]
    _, found = doctor(capsys, *where)
    assert [name for name in ("python", "packages", "models", "footage") if not found[name]["ok"]] == []


def test_missing_weights_are_named_with_the_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code, found = doctor(capsys, "--models", str(tmp_path))
    assert exit_code == 1
    assert str(tmp_path) in found["models"]["found"]
    assert found["models"]["mend"]


def test_a_folder_without_clips_is_named_with_the_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, found = doctor(capsys, "--footage", str(tmp_path))
    assert exit_code == 1
    assert found["footage"]["found"] == f"0 clips in {tmp_path}"


def test_footage_is_not_missed_by_those_who_do_not_name_it(
    shared_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = doctor(capsys, "--models", str(shared_dir / "models"))
    assert not found["footage"]["ok"]
    assert not found["footage"]["needed"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_data_folder_behind_a_closed_one_is_looked_at_as_far_as_we_come(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert checks.free_disk(tmp_path / "closed" / "data").found.endswith(f"free at {tmp_path / 'closed'}")


def test_a_taken_port_is_named_with_the_mend() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        check = checks.port(number)
    assert (check.ok, check.found) == (False, f"{number} is taken")
    assert check.mend


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ("numpy>=2", ""),
        ("numpy>=99", "numpy .* is too old"),
        ("no-such-thing-anywhere", "no-such-thing-anywhere is missing"),
        ("no-such-thing-anywhere; extra == 'gpu'", ""),
        ("no-such-thing-anywhere; extra == 'demo'", "no-such-thing-anywhere is missing"),
    ],
)
def test_a_package_is_held_to_what_the_project_asks_for(requirement: str, problem: str) -> None:
    assert re.fullmatch(problem, checks.problem_of(requirement) or "")
