"""`.ci/setup`, which makes .venv for `make demo` and `make test`, in a checkout of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Stands where the python of .venv would; pip can install the project itself but not what the lock names.
PYTHON = """#!/bin/sh
case "$*" in *" -r "*) echo "ERROR: no connection"; exit 1 ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in (".ci", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "setup", tmp_path / ".ci")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "lock.txt").write_text("numpy==2.4.0\n", encoding="utf-8")
    (tmp_path / ".venv" / "made-in").write_text(f"{tmp_path}\n", encoding="utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    return tmp_path


def setup(checkout: Path) -> subprocess.CompletedProcess[str]:
    argv = [str(checkout / ".ci" / "setup"), "lock.txt"]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def test_an_installation_that_failed_is_told_and_tried_again_the_next_time(checkout: Path) -> None:
    for _ in range(2):
        done = setup(checkout)
        assert done.returncode == 1
        assert "The installation failed" in done.stderr
        assert "ERROR: no connection" in done.stderr
