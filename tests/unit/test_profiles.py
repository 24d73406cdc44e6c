from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize

import pytest

from incidents.contract.older_versions import V1_LABELS
from incidents.procedure.policy import ClockStart
from incidents.procedure.profiles import FOLDER
from incidents.sla.deadline import LimitUnit, due
from mastwatch.config.faults import ConfigError
from mastwatch.config.profiles import load_profile

DA_LAT = (FOLDER / "da-lat.yaml").read_text(encoding="utf-8")

# Working hours in the regulation of 2020; `other` is in plain hours, as it is written there.
LIMITS = {
    "attitude": 8,
    "traffic": 2,
    "construction_order": 2,
    "food_safety": 2,
    "urban_order": 2,
    "market_prices": 4,
    "culture_tourism": 4,
    "forest": 4,
    "environment": 4,
    "other": 4,
}


def test_đà_lạt_has_the_ten_categories_of_its_regulation() -> None:
    rules = load_profile("da-lat").rules
    assert {key: rule.limit for key, rule in rules.items()} == LIMITS
    assert {key for key, rule in rules.items() if rule.unit is not LimitUnit.WORKING_HOUR} == {"other"}
    assert all(rule.clause for rule in rules.values())


def test_other_suggestions_run_in_plain_hours_from_receipt_until_the_city_says_otherwise() -> None:
    other = load_profile("da-lat").rule("other")
    assert (other.unit, other.start) == (LimitUnit.CLOCK_HOUR, ClockStart.RECEIVED)
    assert other.to_confirm


def test_every_kind_that_a_camera_raises_has_its_category_and_severity_with_a_reason() -> None:
    policy = load_profile("da-lat")
    assert set(policy.kinds) == set(V1_LABELS)
    assert all(kind.why for kind in policy.kinds.values())


def test_a_kind_that_the_profile_does_not_know_waits_under_other() -> None:
    kind = load_profile("da-lat").kind("red_light")
    assert (kind.category_key, kind.severity) == ("other", 2)


def test_boundaries_are_as_exact_as_their_layer() -> None:
    policy = load_profile("da-lat")
    assert policy.near_m(date(2019, 9, 11)) == 150
    assert policy.near_m(date(2025, 7, 1)) == 25


@pytest.mark.parametrize(
    "name", ["da-lat", "Đà Lạt", "đà lạt", normalize("NFD", "Đà Lạt"), str(FOLDER / "da-lat.yaml")]
)
def test_a_city_is_found_by_key_name_or_file(name: str) -> None:
    assert load_profile(name).city_key == "da-lat"


def test_the_studys_oldest_example_is_within_the_hours_that_are_known() -> None:
    start = datetime(2019, 6, 26, 2, tzinfo=UTC)
    seven_days = due(start, 7, LimitUnit.WORKING_DAY, load_profile("da-lat").calendar)
    assert (seven_days.due_at, seven_days.calendar_confirmed) == (datetime(2019, 7, 5, 2, tzinfo=UTC), False)


def test_an_unknown_city_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match=r"known: da-lat \(Đà Lạt\)"):
        load_profile("Atlantis")


@pytest.mark.parametrize(
    ("find", "put", "fault"),
    [
        ("    limit: 8\n", "", "categories.attitude.limit: missing; give a number from 0.25 to 10000"),
        (
            "    limit: 8\n",
            "    limit: eight\n",
            "categories.attitude.limit: wanted a number from 0.25 to 10000, found 'eight'",
        ),
        (
            "    limit: 8\n",
            "    limit: 0\n",
            "categories.attitude.limit: wanted a number from 0.25 to 10000, found '0'",
        ),
        (
            "    limit: 8\n",
            "    limit: 8\n    fine: 100\n",
            "categories.attitude.fine: unknown key; one of: name, name_en",
        ),
        ("    limit: 8\n", "    limit: 8\n    limit: 9\n", "'limit' is given twice here"),
        (
            "unit: clock_hour",
            "unit: hours",
            "categories.other.unit: unknown unit of the limit 'hours'; one of: working_hour",
        ),
        (
            "lead: home_affairs",
            "lead: nobody",
            "categories.attitude.lead: unknown unit 'nobody'; one of: ward, ward_police, ioc",
        ),
        (
            "category: urban_order, severity: 2",
            "category: order, severity: 2",
            "unknown category 'order'; one of: attitude",
        ),
        (
            "severity: 3, why",
            "severity: 5, why",
            "kinds.wrong_way.severity: wanted a whole number from 1 to 3, found '5'",
        ),
        ("07:30-11:30, 13:30-17:30", "07:30-11:30, 11:00-17:30", "11:00 begins before 11:30 ends"),
        ("07:30-11:30, 13:30-17:30", "half past seven", "is not HH:MM-HH:MM"),
        ('mon-fri: "07:30-11:30, 13:30-17:00"', 'mo-fr: "07:30-11:30"', "wanted a day or a range of days"),
        ('mon-fri: "07:30-11:30, 13:30-17:00"', 'fri-mon: "07:30-11:30"', "wanted a day or a range of days"),
        ("city: da-lat", "[da, lat]: da-lat", "a key must be a word"),
        ("lead: home_affairs", "lead: ioc", "categories.attitude.lead: 'ioc' cannot work on reports"),
        ("unknown_ward: office", "unknown_ward: ioc", "unknown_ward: 'ioc' cannot work on reports"),
        ("from: 2025-11-01", "from: 2018-11-01", "hours[1].from: 2018-11-01 does not come after 2019-01-01"),
        ("from: 2025-11-01", "from: tomorrow", "hours[1].from: wanted a date, YYYY-MM-DD, found 'tomorrow'"),
        ("time_zone: Asia/Ho_Chi_Minh", "time_zone: Dalat", "time_zone: unknown time zone 'Dalat'"),
        ("unknown_ward: office", "unknown_ward: nobody", "unknown_ward: unknown unit 'nobody'"),
        (
            "  ioc: {",
            "  ward: {name: x, role: ward}\n  ioc: {",
            "units.ward: stands for each ward's own unit",
        ),
        ("\n  other:\n", "\n  others:\n", "the category `other` is missing"),
        ("soon_share: 0.25", "soon_share: [", "not YAML"),
        ("soon_share: 0.25", "soon_share: " + "[" * 5000, "too many lists or mappings inside each other"),
        (
            "confirmed: false",
            "confirmed: perhaps",
            "hours[0].confirmed: wanted true or false, found 'perhaps'",
        ),
    ],
)
def test_a_profile_with_a_fault_is_refused_with_its_line(
    tmp_path: Path, find: str, put: str, fault: str
) -> None:
    assert find in DA_LAT
    (tmp_path / "vn-calendar.yaml").write_bytes((FOLDER / "vn-calendar.yaml").read_bytes())
    broken = tmp_path / "broken.yaml"
    broken.write_text(DA_LAT.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(fault)) as refused:
        load_profile(str(broken))
    assert re.match(rf"{re.escape(str(broken))}:\d+: ", str(refused.value))


def test_the_line_is_the_line_of_the_fault(tmp_path: Path) -> None:
    (tmp_path / "vn-calendar.yaml").write_bytes((FOLDER / "vn-calendar.yaml").read_bytes())
    broken = tmp_path / "broken.yaml"
    broken.write_text(DA_LAT.replace("unit: clock_hour", "unit: hours"), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_profile(str(broken))
    assert (
        broken.read_text(encoding="utf-8").splitlines()[refused.value.faults[0].line - 1] == "    unit: hours"
    )


def test_a_day_is_worked_only_instead_of_a_day_off(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(DA_LAT, encoding="utf-8")
    calendar = (FOLDER / "vn-calendar.yaml").read_text(encoding="utf-8")
    slip = calendar.replace("2025-04-26: 2025-05-02", "2025-04-26: 2025-05-20")
    (tmp_path / "vn-calendar.yaml").write_text(slip, encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"vn-calendar\.yaml:\d+: working\.2025-04-26: 2025-05-20 is not a day off"
    ):
        load_profile(str(tmp_path / "city.yaml"))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"city: \x00")
    with pytest.raises(ConfigError, match=r"binary\.yaml:1: not YAML"):
        load_profile(str(binary))


def test_a_calendar_that_is_not_there_is_named(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.yaml"
    lonely.write_text(DA_LAT, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"vn-calendar\.yaml: cannot be read"):
        load_profile(str(lonely))


def test_every_fault_of_a_profile_is_named_at_once(tmp_path: Path) -> None:
    text = DA_LAT.replace("lead: home_affairs", "lead: nobody").replace(
        "unknown_ward: office", "unknown_ward: x"
    )
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_profile(str(tmp_path / "city.yaml"))
    assert [fault.problem.split(":")[0] for fault in refused.value.faults] == [
        "unknown_ward",
        "categories.attitude.lead",
    ]


def test_a_day_off_that_is_not_a_date_is_named(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(DA_LAT, encoding="utf-8")
    calendar = (FOLDER / "vn-calendar.yaml").read_text(encoding="utf-8")
    (tmp_path / "vn-calendar.yaml").write_text(calendar.replace("2022-01-03:", "Monday:"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"off\.Monday: wanted a date, YYYY-MM-DD, found 'Monday'"):
        load_profile(str(tmp_path / "city.yaml"))
