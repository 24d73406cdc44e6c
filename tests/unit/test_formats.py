from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_api.formats import (
    HOUR_S,
    MINUTE_S,
    ago,
    clock,
    date,
    date_time,
    day_and_time,
    duration,
    number,
    time_of_day,
)
from incidents.texts.catalogue import Language

VI, EN = Language.VI, Language.EN
NOW = datetime(2026, 11, 23, 7, 32, 5, tzinfo=UTC)  # 14:32:05 in Đà Lạt


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(1234.5, 1, "1.234,5"), (0.87, 2, "0,87"), (12, 0, "12"), (1e6, 0, "1.000.000")],
)
def test_a_vietnamese_number_has_a_decimal_comma(value: float, decimals: int, said: str) -> None:
    assert number(value, VI, decimals) == said


def test_an_english_number_has_a_decimal_point() -> None:
    assert number(1234.5, EN, 1) == "1,234.5"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 giây"),
        (48, "48 giây"),
        (59.6, "1 phút"),
        (132, "2 phút 12 giây"),
        (3900, "1 giờ 5 phút"),
        (7200, "2 giờ"),
        (90_000, "1 ngày 1 giờ"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert duration(seconds, VI) == said


def test_a_short_length_has_short_units() -> None:
    assert duration(132, VI, short=True) == "2 ph 12 s"


def test_working_hours_are_not_made_into_days() -> None:
    assert duration(30 * HOUR_S, VI, largest_s=HOUR_S) == "30 giờ"


def test_below_the_smallest_unit_nothing_is_said() -> None:
    assert duration(2099, VI, smallest_s=MINUTE_S) == "34 phút"
    assert duration(20, VI, smallest_s=MINUTE_S) == "0 phút"


def test_one_has_no_plural_in_english() -> None:
    assert duration(61, EN) == "1 minute 1 second"
    assert duration(122, EN) == "2 minutes 2 seconds"


@given(st.integers(0, 10**7))
def test_no_length_says_sixty_of_a_unit(seconds: int) -> None:
    assert not {"60 giây", "60 phút", "24 giờ"} & {duration(seconds, VI)}


def test_a_clock_has_two_digits_of_seconds() -> None:
    assert clock(132) == "2:12"
    assert clock(5) == "0:05"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "vừa xong"),
        (48, "48 giây trước"),
        (150, "2 phút trước"),
        (3 * 3600, "3 giờ trước"),
        (2e5, "2 ngày trước"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_unit(seconds: float, said: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW, VI) == said


def test_times_are_the_citys() -> None:
    assert time_of_day(NOW) == "14:32"
    assert date(NOW) == "23/11/2026"
    assert date_time(NOW) == "14:32:05 23/11/2026"


@pytest.mark.parametrize(
    ("hours", "said"),
    [(2, "16:32 hôm nay"), (24, "14:32 ngày mai"), (-24, "14:32 hôm qua"), (240, "14:32 ngày 03/12/2026")],
)
def test_a_near_day_has_a_name(hours: int, said: str) -> None:
    assert day_and_time(NOW + timedelta(hours=hours), NOW, VI) == said


def test_the_day_changes_at_the_citys_midnight_not_at_greenwichs() -> None:
    late = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)  # 23:59
    assert day_and_time(late + timedelta(minutes=2), late, VI) == "00:01 ngày mai"
