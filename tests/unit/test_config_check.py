"""`mastwatch config check` and `profile check` name every fault, one a line, before anything starts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from incidents.procedure.profiles import FOLDER
from mastwatch.__main__ import main
from mastwatch.config.schemas import DOCUMENTS, schema_of
from mastwatch.config.settings_sources import PREFIX

CAMERAS = """\
cameras:
  - id: cho
    name: Chợ
    address: Phố
    source: rtsp://10.0.0.7/main
    location: {lon: 108.4, lat: 11.9}
    zones: [{id: z, name: Lề, type: sidewalk, polygon: [[0, 0], [1, 0], [1, 1]]}]
"""


@pytest.fixture(autouse=True)
def bare_environment() -> Iterator[None]:
    """Nothing of ours is set, and what a check sets is undone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        patch.setenv("MASTWATCH_SETTINGS", "")
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cameras.yaml").write_text(CAMERAS, encoding="utf-8")
    (tmp_path / "mastwatch.yaml").write_text("city: da-lat\ncameras_file: cameras.yaml\n", encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, list[str]]:
    exit_code = main([str(word) for word in words])
    return exit_code, capsys.readouterr().out.splitlines()


def test_settings_are_checked_with_the_profile_and_the_cameras_they_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, lines = said(capsys, "config", "check", folder / "mastwatch.yaml")
    assert exit_code == 0
    assert lines == [
        f"{folder}/mastwatch.yaml: settings: no faults",
        f"{FOLDER}/da-lat.yaml: profile: no faults",
        f"{folder}/cameras.yaml: cameras: no faults",
    ]


def test_a_fault_in_a_named_file_is_found_from_the_settings_in_force(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "cameras.yaml").write_text(CAMERAS.replace("lat: 11.9", "lat: 119"), encoding="utf-8")
    monkeypatch.setenv("MASTWATCH_SETTINGS", str(folder / "mastwatch.yaml"))
    exit_code, lines = said(capsys, "config", "check")
    assert exit_code == 1
    assert lines[-1] == (
        f"{folder}/cameras.yaml:6: cameras[0].location.lat: wanted a number from -90 to 90, found '119'"
    )


def test_a_city_that_is_not_known_is_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTWATCH_CITY", "Atlantis")
    exit_code, lines = said(capsys, "config", "check")
    assert (exit_code, lines[-1].split(";")[0]) == (1, "Atlantis: no such city")


def test_files_are_known_by_their_keys_and_every_fault_of_all_is_listed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mastwatch.yaml").write_text("http_prt: 80\nmetrics_port: many\n", encoding="utf-8")
    (folder / "days.yaml").write_text(
        "calendar: vn\nsigned_years: [2026]\noff: {}\nworking: {2026-01-03: 2026-01-02}\n", encoding="utf-8"
    )
    files = [folder / name for name in ("mastwatch.yaml", "cameras.yaml", "days.yaml", "none.yaml")]
    exit_code, lines = said(capsys, "config", "check", *files)
    assert exit_code == 1
    starts = [
        "mastwatch.yaml:1: http_prt: unknown key; did you mean 'http_port'?",
        "mastwatch.yaml:2: metrics_port: wanted a whole number from 0 to 65535, found 'many'",
        "cameras.yaml: cameras: no faults",
        "days.yaml:4: working.2026-01-03: 2026-01-02 is not a day off",
        "none.yaml: cannot be read: No such file",
    ]
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"{folder}/{start}")


def test_faults_can_be_had_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cameras.yaml").write_text(CAMERAS.replace("type: sidewalk", "type: x"), encoding="utf-8")
    exit_code, lines = said(capsys, "config", "check", "--json", folder / "cameras.yaml")
    document = json.loads("\n".join(lines))
    (checked,) = document["checked"]
    assert (exit_code, document["ok"], checked["kind"]) == (1, False, "cameras")
    assert checked["faults"][0]["line"] == 7


def test_a_profile_is_checked_with_its_calendar(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = (FOLDER / "da-lat.yaml").read_text(encoding="utf-8")
    (folder / "city.yaml").write_text(profile.replace("limit: 8", "limit: eight"), encoding="utf-8")
    assert said(capsys, "profile", "check", FOLDER / "da-lat.yaml")[0] == 0
    exit_code, (line,) = said(capsys, "profile", "check", folder / "city.yaml")
    assert exit_code == 1
    assert "categories.attitude.limit: wanted a number from 0.25 to 10000, found 'eight'" in line
    (folder / "city.yaml").write_text(profile, encoding="utf-8")
    exit_code, (line,) = said(capsys, "profile", "check", folder / "city.yaml")
    assert (exit_code, line.split(":")[0]) == (1, f"{folder}/vn-calendar.yaml")


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_schema_is_printed_for_each_kind_and_describes_every_key(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, lines = said(capsys, "config", "schema", kind)
    schema = json.loads("\n".join(lines))
    jsonschema_rs.meta.validate(schema)
    assert (exit_code, schema) == (0, schema_of(kind))


@pytest.mark.parametrize(("wrong", "is_valid"), [("sidewalk", True), ("pavement", False)])
def test_an_editor_finds_by_the_schema_what_we_find(wrong: str, is_valid: bool) -> None:
    zone = {"id": "z", "name": "Lề", "type": wrong, "polygon": [[0, 0], [1, 0], [1, 1]]}
    camera = {
        "id": "cho",
        "name": "Chợ",
        "address": "Phố",
        "source": "rtsp://10.0.0.7/main",
        "location": {"lon": 108.4, "lat": 11.9},
        "zones": [zone],
    }
    assert jsonschema_rs.is_valid(schema_of("cameras"), {"cameras": [camera]}) is is_valid
