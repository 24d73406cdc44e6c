"""The commands as a service manager starts them: told everything by the environment, errors in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mastwatch.__main__ import COMMANDS, loading, main

CAMERAS = """
cameras:
  - id: gate
    name: Cổng chợ
    address: 4 Nguyễn Thị Minh Khai
    source: rtsp://127.0.0.1/{zone_type}
    location: {{lon: 108.4371, lat: 11.9429}}
    zones:
      - {{id: kerb, name: Lề đường, type: {zone_type}, polygon: [[0, 0], [1, 0], [1, 1]]}}
"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Settings of a city whose servers are all away."""
    monkeypatch.setenv("MASTWATCH_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("MASTWATCH_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("MASTWATCH_DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


def cameras_file(folder: Path, zone_type: str) -> str:
    path = folder / "cameras.yaml"
    path.write_text(CAMERAS.format(zone_type=zone_type), encoding="utf-8")
    return str(path)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said; one line, and exit code 1."""
    assert main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"mastwatch {words[0]}: ")
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.parametrize("command", ["worker", "consume", "sweep", "serve", "migrate"])
def test_a_missing_setting_is_asked_for_by_name(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is missing: set it in the settings file or in MASTWATCH_" in refused(capsys, command)


def test_an_unknown_zone_type_stops_the_worker_with_its_line(
    told: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setenv("MASTWATCH_CAMERAS_FILE", cameras_file(tmp_path, "pavement"))
    said = refused(capsys, "worker")
    assert "cameras.yaml:9: cameras[0].zones[0].type: unknown zone type 'pavement'; one of: sidewalk" in said


def test_missing_weights_stop_the_worker_by_their_name(
    told: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setenv("MASTWATCH_CAMERAS_FILE", cameras_file(tmp_path, "sidewalk"))
    told.setenv("MASTWATCH_MODELS", str(tmp_path))
    assert f"{tmp_path}" in refused(capsys, "worker")


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        ("serve", "MASTWATCH_HTTP_PORT"),
        ("consume", "MASTWATCH_METRICS_PORT"),
        ("sweep", "MASTWATCH_METRICS_PORT"),
    ],
)
def test_a_port_in_use_is_named_with_the_setting(
    told: pytest.MonkeyPatch, command: str, variable: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told.setenv(variable, str(port))
        said = refused(capsys, command)
    assert f"127.0.0.1:{port} is in use by another program; set another one in {variable}" in said


def test_an_address_that_is_not_this_machines_is_named(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setenv("MASTWATCH_HTTP_HOST", "192.0.2.1")  # RFC 5737: of documents, of no machine
    assert "cannot listen on 192.0.2.1:8080: Cannot assign" in refused(capsys, "serve")


def test_a_database_that_is_away_is_named(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "the database does not answer" in refused(capsys, "migrate")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"mastwatch {command}" in capsys.readouterr().out


def test_a_ctrl_c_while_libraries_load_ends_the_program_without_a_traceback() -> None:
    before = signal.getsignal(signal.SIGINT)
    with loading():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


def test_a_reader_that_has_gone_ends_a_command_without_a_traceback() -> None:
    argv = [sys.executable, "-m", "mastwatch", "doctor", "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as doctor:
        assert doctor.stdout and doctor.stderr
        doctor.stdout.close()
        assert doctor.stderr.read() == b""
    assert doctor.returncode == 1


def test_a_wrong_call_is_not_a_failure_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["fly"])
    assert "invalid choice: 'fly'" in capsys.readouterr().err
