"""`mastwatch due`, `route`, `wards import` and `migrate`, called as people and scripts call them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from incidents.store.migrate import FOLDER

ALL = sorted(FOLDER.glob("*.sql"))
LANDMARK = ("--lon", "108.4765", "--lat", "11.9575")  # Hồ Than Thở, beside an old boundary


def mastwatch(*words: str, database_url: str = "") -> subprocess.CompletedProcess[str]:
    env = {"MASTWATCH_DATABASE_URL": database_url} if database_url else {}
    return subprocess.run(
        [sys.executable, "-m", "mastwatch", *words], env=env, capture_output=True, text=True, check=False
    )


def answer(*words: str, database_url: str = "") -> dict[str, Any]:
    done = mastwatch(*words, "--json", database_url=database_url)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def test_due_by_the_citys_rule_says_why() -> None:
    due = answer("due", "--city", "Đà Lạt", "--category", "urban_order", "--start", "2026-03-02T10:30")
    assert due["due_at"] == "2026-03-02T14:30:00+07:00"
    assert (due["unit"], due["limit"], due["calendar_confirmed"]) == ("working_hour", 2, True)
    assert "trật tự đô thị" in due["clause"]
    assert due["intervals"] == [
        {"start_at": "2026-03-02T10:30:00+07:00", "end_at": "2026-03-02T11:30:00+07:00"},
        {"start_at": "2026-03-02T13:30:00+07:00", "end_at": "2026-03-02T14:30:00+07:00"},
    ]


def test_due_by_hand_takes_hours_and_pauses() -> None:
    due = answer(
        *("due", "--start", "2025-03-04T08:00+07:00", "--limit", "4", "--unit", "working_hour"),
        *("--hours", "07:30-11:30,13:30-17:00", "--pause", "2025-03-04T09:00/2025-03-04T10:00"),
    )
    assert due["due_at"] == "2025-03-04T15:00:00+07:00"
    assert len(due["pauses"]) == 1


def test_due_in_a_year_that_nobody_signed_off_says_so() -> None:
    due = answer("due", "--city", "da-lat", "--category", "other", "--start", "2027-02-05T08:00")
    assert due["calendar_confirmed"]  # plain hours need no calendar
    due = answer("due", "--city", "da-lat", "--category", "traffic", "--start", "2027-02-05T08:00")
    assert not due["calendar_confirmed"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("due", "--start", "now", "--city", "da-lat", "--category", "other"),
            "'now' is not an ISO 8601 time",
        ),
        (("due", "--start", "2026-03-02", "--city", "da-lat", "--category", "noise"), "has no 'noise'"),
        (("due", "--start", "2026-03-02", "--city", "Atlantis", "--category", "other"), "no such city"),
        (
            ("due", "--start", "2026-03-02", "--limit", "0", "--unit", "clock_hour"),
            "0.0 clock_hour is out of range",
        ),
        (
            ("due", "--start", "2026-03-02", "--limit", "1", "--unit", "working_hour", "--hours", "8-5"),
            "is not HH:MM-HH:MM",
        ),
        (
            ("due", "--start", "2026-03-02", "--limit", "1", "--unit", "working_hour", "--hours", ""),
            "'' is not HH:MM-HH:MM",
        ),
        (("due", "--start", "2026-03-02", "--city", "", "--category", "other"), "no such city"),
        (("due", "--start", "9999-12-31", "--city", "da-lat", "--category", "other"), "out of range: years"),
        (("route", "--city", "da-lat", "--category", "other", *LANDMARK), "`database_url` is missing"),
        (
            ("route", "--city", "da-lat", "--category", "other", "--lon", "11.9575", "--lat", "108.4765"),
            "wanted degrees east, then north",
        ),
    ],
)
def test_what_cannot_be_answered_is_one_line_on_stderr(words: tuple[str, ...], says: str) -> None:
    done = mastwatch(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--limit", "2"),
        ("--category", "other", "--limit", "2"),
        ("--category", "other", "--limit", "2", "--unit", "clock_hour"),
    ],
)
def test_neither_or_both_ways_to_ask_is_a_wrong_call(asked: tuple[str, ...]) -> None:
    done = mastwatch("due", "--start", "2026-03-02T08:00", *asked)
    assert done.returncode == 2
    assert "give either --city and --category, or --limit and --unit" in done.stderr


def test_route_by_files_follows_the_date(shared_dir: Path) -> None:
    layers = [str(shared_dir / "geo" / f"da-lat-wards-{year}.geojson") for year in (2022, 2025)]
    asked = ("route", "--city", "da-lat", "--category", "urban_order", *LANDMARK, "--boundaries", *layers)
    before = answer(*asked, "--on", "2022-11-24")
    assert (before["ward"], before["lead"], before["near_boundary"]) == ("Phường 9", "UBND Phường 9", True)
    after = answer(*asked, "--on", "2025-07-01")
    assert (after["ward"], after["near_boundary"]) == ("Phường Lâm Viên - Đà Lạt", False)
    assert after["coordinating"] == ["Công an phường Lâm Viên - Đà Lạt"]


def test_boundaries_are_imported_once_and_routed_by(postgres_url: str, shared_dir: Path) -> None:
    layers = [str(shared_dir / "geo" / f"da-lat-wards-{year}.geojson") for year in (2022, 2025)]
    for layer in (*layers, layers[1]):  # a second import mends, it does not double
        assert answer("wards", "import", layer, "--city", "Đà Lạt", database_url=postgres_url)["wards"]
    asked = ("route", "--city", "da-lat", "--category", "traffic", *LANDMARK, "--on", "2026-01-01")
    assert answer(*asked, database_url=postgres_url)["lead"] == "Công an phường Lâm Viên - Đà Lạt"


def test_broken_boundaries_are_refused_and_nothing_is_imported(postgres_url: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', encoding="utf-8")
    done = mastwatch("wards", "import", str(broken), "--city", "da-lat", database_url=postgres_url)
    assert done.returncode == 1
    assert "broken.geojson: feature 1: " in done.stderr


@pytest.mark.parametrize(
    "command", [("migrate",), ("route", "--city", "da-lat", "--category", "other", *LANDMARK)]
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(command: tuple[str, ...]) -> None:
    done = mastwatch(*command, database_url="postgresql//mai:hidden@db/mastwatch")
    assert done.returncode == 1
    assert "database_url: is not postgresql://user:password@host:port/database" in done.stderr
    assert "hidden" not in done.stderr


def test_a_process_asks_for_the_migration_that_its_database_lacks(
    empty_postgres_url: str,
) -> None:
    done = mastwatch("sweep", database_url=empty_postgres_url)
    assert done.returncode == 1
    assert "run `mastwatch migrate`" in done.stderr


def test_migrate_says_what_it_did(empty_postgres_url: str) -> None:
    assert answer("migrate", database_url=empty_postgres_url)["applied"] == [path.name for path in ALL]
    assert mastwatch("migrate", database_url=empty_postgres_url).stdout == "nothing to do\n"
