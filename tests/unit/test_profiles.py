from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize

import pytest

from incidents.contract.older_versions import V1_LABELS
from incidents.errors import ProfileError
from incidents.procedure.policy import ClockStart
from incidents.procedure.profiles import FOLDER, load_profile
from incidents.sla.deadline import LimitUnit, due

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
    with pytest.raises(ProfileError, match=r"known: da-lat \(Đà Lạt\)"):
        load_profile("Atlantis")


@pytest.mark.parametrize(
    ("find", "put", "fault"),
    [
        ("    limit: 8\n", "", "`limit` is missing"),
        ("    limit: 8\n", "    limit: eight\n", "`limit: eight` is not a number"),
        ("    limit: 8\n", "    limit: 0\n", "`limit: 0`: wanted 0.25 to 10000"),
        ("    limit: 8\n", "    limit: 8\n    fine: 100\n", "unknown key `fine`"),
        ("    limit: 8\n", "    limit: 8\n    limit: 9\n", "`limit` stands here twice"),
        ("unit: clock_hour", "unit: hours", "`unit: hours`: wanted working_hour or clock_hour"),
        ("lead: home_affairs", "lead: nobody", "`nobody` is no unit; known: ward, ward_police, ioc"),
        ("category: urban_order, severity: 2", "category: order, severity: 2", "`order` is no category"),
        ("severity: 3, why", "severity: 5, why", "`severity: 5`: wanted 1 to 3"),
        ("07:30-11:30, 13:30-17:30", "07:30-11:30, 11:00-17:30", "11:00 begins before 11:30 ends"),
        ("07:30-11:30, 13:30-17:30", "half past seven", "is not HH:MM-HH:MM"),
        ('mon-fri: "07:30-11:30, 13:30-17:00"', 'mo-fr: "07:30-11:30"', "wanted a day or a range of days"),
        ('mon-fri: "07:30-11:30, 13:30-17:00"', 'fri-mon: "07:30-11:30"', "wanted a day or a range of days"),
        ("city: da-lat", "[da, lat]: da-lat", "wanted a name before the colon"),
        ("lead: home_affairs", "lead: ioc", "`ioc` cannot work on reports"),
        ("unknown_ward: office", "unknown_ward: ioc", "`ioc` cannot work on reports"),
        ("from: 2025-11-01", "from: 2018-11-01", "does not come after 2019-01-01"),
        ("from: 2025-11-01", "from: tomorrow", "`tomorrow` is not a date"),
        ("time_zone: Asia/Ho_Chi_Minh", "time_zone: Dalat", "`Dalat` is no time zone"),
        ("unknown_ward: office", "unknown_ward: nobody", "`nobody` is not one of the units"),
        ("  ioc: {", "  ward: {name: x, role: ward}\n  ioc: {", "`ward` stands for each ward's own unit"),
        ("\n  other:\n", "\n  others:\n", "the category `other` is missing"),
        ("soon_share: 0.25", "soon_share: [", "not YAML"),
        ("soon_share: 0.25", "soon_share: " + "[" * 5000, "lie in one another"),
        ("confirmed: false", "confirmed: perhaps", "wanted true or false"),
    ],
)
def test_a_profile_with_a_fault_is_refused_with_its_line(
    tmp_path: Path, find: str, put: str, fault: str
) -> None:
    assert find in DA_LAT
    (tmp_path / "vn-calendar.yaml").write_bytes((FOLDER / "vn-calendar.yaml").read_bytes())
    broken = tmp_path / "broken.yaml"
    broken.write_text(DA_LAT.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=re.escape(fault)) as refused:
        load_profile(str(broken))
    assert re.match(rf"{re.escape(str(broken))}:\d+: ", str(refused.value))


def test_the_line_is_the_line_of_the_fault(tmp_path: Path) -> None:
    (tmp_path / "vn-calendar.yaml").write_bytes((FOLDER / "vn-calendar.yaml").read_bytes())
    broken = tmp_path / "broken.yaml"
    broken.write_text(DA_LAT.replace("unit: clock_hour", "unit: hours"), encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_profile(str(broken))
    assert broken.read_text(encoding="utf-8").splitlines()[(refused.value.line or 0) - 1] == "    unit: hours"


def test_a_day_is_worked_only_instead_of_a_day_off(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(DA_LAT, encoding="utf-8")
    calendar = (FOLDER / "vn-calendar.yaml").read_text(encoding="utf-8")
    slip = calendar.replace("2025-04-26: 2025-05-02", "2025-04-26: 2025-05-20")
    (tmp_path / "vn-calendar.yaml").write_text(slip, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"vn-calendar\.yaml:\d+: 2025-05-20 is no day off"):
        load_profile(str(tmp_path / "city.yaml"))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"city: \x00")
    with pytest.raises(ProfileError, match=r"binary\.yaml: not YAML"):
        load_profile(str(binary))


def test_a_calendar_that_is_not_there_is_named(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.yaml"
    lonely.write_text(DA_LAT, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"vn-calendar\.yaml: cannot be read"):
        load_profile(str(lonely))
