from __future__ import annotations

import os
import time as process_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incidents.errors import InvalidInput
from incidents.sla.calendar import Calendar, OfficeHours, parse_spans, same_hours
from incidents.sla.deadline import Interval, LimitUnit, due, elapsed, remaining
from mastwatch.config.profiles import load_profile

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NATIONAL = load_profile("da-lat").calendar
A = "07:30-11:30, 13:30-17:00"
HOUR, WORKING_DAY = LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY


def working(*hours: tuple[date, str]) -> Calendar:
    """The national days off with other office hours."""
    return Calendar(
        version="test",
        zone=ZONE,
        hours=tuple(
            OfficeHours(from_on=from_on, week=same_hours(parse_spans(text)), confirmed=True)
            for from_on, text in hours
        ),
        off=NATIONAL.off,
        working=NATIONAL.working,
        signed_years=NATIONAL.signed_years,
    )


SCHEDULE_A = working((date.min, A))


def ict(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# The fifteen examples of the regulation's study, in its order.
@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2025-03-03 08:00", 2, "2025-03-03 10:00"),
        ("2025-03-04 10:30", 2, "2025-03-04 14:30"),
        ("2025-03-06 16:30", 2, "2025-03-07 09:00"),
        ("2025-03-10 07:30", 8, "2025-03-11 08:00"),
        ("2025-01-24 16:00", 4, "2025-02-03 10:30"),
        ("2026-02-13 16:30", 2, "2026-02-23 09:00"),
        ("2026-04-24 16:00", 4, "2026-04-28 10:30"),
        ("2025-04-25 16:00", 4, "2025-04-26 10:30"),
        ("2025-08-29 15:30", 4, "2025-09-03 10:00"),
        ("2025-12-31 16:00", 4, "2026-01-05 10:30"),
        ("2025-03-07 16:30", 8, "2025-03-10 17:00"),
        ("2025-03-01 01:00", 2, "2025-03-03 09:30"),
    ],
    ids=[
        "1 within a morning",
        "2 over lunch",
        "3 over a night",
        "4 longer than a day",
        "5 over Tết 2025",
        "6 over Tết 2026",
        "7 a holiday on a Sunday moves",
        "8 on a working Saturday",
        "9 over the national day",
        "10 over the new year of 2026",
        "11 over a weekend",
        "14 from a night",
    ],
)
def test_working_hours_are_counted_as_in_the_examples(start: str, limit: float, expected: str) -> None:
    assert due(ict(start), limit, HOUR, SCHEDULE_A).due_at == ict(expected)


def test_example_11_plain_hours_run_through_the_evening() -> None:
    assert due(ict("2025-03-07 16:30"), 2, LimitUnit.CLOCK_HOUR, SCHEDULE_A).due_at == ict("2025-03-07 18:30")


def test_example_12_a_longer_afternoon_makes_eight_hours_one_day() -> None:
    longer = working((date.min, "07:30-11:30, 13:30-17:30"))
    assert due(ict("2025-03-10 07:30"), 8, HOUR, longer).due_at == ict("2025-03-10 17:30")


def test_example_13_hours_change_with_the_season() -> None:
    seasonal = working((date.min, A), (date(2025, 4, 16), "07:00-11:30, 13:30-17:00"))
    assert due(ict("2025-04-15 16:30"), 2, HOUR, seasonal).due_at == ict("2025-04-16 08:30")


def test_example_15_a_pause_is_not_counted() -> None:
    pause = Interval(ict("2025-03-04 09:00"), ict("2025-03-04 10:00"))
    deadline = due(ict("2025-03-04 08:00"), 4, HOUR, SCHEDULE_A, [pause])
    assert deadline.due_at == ict("2025-03-04 15:00")
    assert deadline.pauses == (pause,)


def test_a_due_at_the_end_of_the_morning_is_not_pushed_into_the_afternoon() -> None:
    assert due(ict("2025-03-04 09:30"), 2, HOUR, SCHEDULE_A).due_at == ict("2025-03-04 11:30")


def test_a_result_at_noon_is_on_time_for_a_due_at_the_end_of_the_morning() -> None:
    left = remaining(ict("2025-03-04 09:30"), ict("2025-03-04 12:00"), 2, HOUR, SCHEDULE_A)
    assert left == timedelta()


def test_late_is_counted_in_working_time_too() -> None:
    left = remaining(ict("2025-03-04 09:30"), ict("2025-03-04 13:55"), 2, HOUR, SCHEDULE_A)
    assert left == timedelta(minutes=-25)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(LimitUnit.CALENDAR_DAY, "2019-07-03 09:00"), (WORKING_DAY, "2019-07-05 09:00")],
)
def test_huế_seven_days_in_both_readings(unit: LimitUnit, expected: str) -> None:
    assert due(ict("2019-06-26 09:00"), 7, unit, SCHEDULE_A).due_at == ict(expected)


def test_a_year_that_nobody_signed_off_says_so() -> None:
    assert due(ict("2026-12-31 08:00"), 2, HOUR, SCHEDULE_A).calendar_confirmed
    assert not due(ict("2026-12-31 16:30"), 2, HOUR, SCHEDULE_A).calendar_confirmed
    assert not due(ict("2027-03-01 08:00"), 2, HOUR, SCHEDULE_A).calendar_confirmed
    assert due(ict("2027-03-01 08:00"), 2, LimitUnit.CLOCK_HOUR, SCHEDULE_A).calendar_confirmed


def test_hours_that_the_city_has_not_confirmed_say_so() -> None:
    assert not due(ict("2025-03-03 08:00"), 2, HOUR, NATIONAL).calendar_confirmed
    assert due(ict("2026-03-02 08:00"), 2, HOUR, NATIONAL).calendar_confirmed


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        due(ict("2025-03-03 08:00"), limit, HOUR, SCHEDULE_A)


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="zone"):
        due(datetime(2025, 3, 3, 8), 2, HOUR, SCHEDULE_A)  # noqa: DTZ001


FAR = datetime(9999, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_time_at_the_end_of_all_calendars_is_refused(unit: LimitUnit) -> None:
    with pytest.raises(InvalidInput, match=r"start: .* out of range: years 1900 to 2999"):
        due(FAR, 2, unit, SCHEDULE_A)
    with pytest.raises(InvalidInput, match=r"pause: .* out of range: years 1900 to 2999"):
        due(ict("2025-03-03 08:00"), 2, unit, SCHEDULE_A, [Interval(ict("2025-03-03 09:00"), FAR)])


def test_a_calendar_without_working_time_is_refused_and_does_not_run_for_ever() -> None:
    closed = Calendar(
        version="closed",
        zone=ZONE,
        hours=(OfficeHours(from_on=date.min, week=((),) * 7, confirmed=True),),
        off={},
        working={},
        signed_years=frozenset(),
    )
    with pytest.raises(InvalidInput, match="no working time"):
        due(ict("2025-03-03 08:00"), 2, HOUR, closed)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Ho_Chi_Minh", "Pacific/Kiritimati"])
def process_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    process_time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    process_time.tzset()


def test_the_process_may_run_in_any_time_zone(process_zone: str) -> None:
    start = datetime(2025, 2, 28, 18, 0, tzinfo=UTC)
    assert due(start, 2, HOUR, SCHEDULE_A).due_at == datetime(2025, 3, 3, 2, 30, tzinfo=UTC), process_zone


# Properties, over starts around holidays, swaps and seasons.
STARTS = st.datetimes(datetime(2024, 12, 1), datetime(2026, 11, 30)).map(  # noqa: DTZ001 (hypothesis adds the zone)
    lambda at: at.replace(second=0, microsecond=0, tzinfo=ZONE)
)
LIMITS = st.integers(1, 40 * 60).map(lambda minutes: minutes / 60)
UNITS = st.sampled_from(LimitUnit)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    opens, lunch = draw(st.integers(6, 8)), draw(st.sampled_from([11, 12]))
    closes = draw(st.integers(15, 18))
    usual = f"{opens:02d}:30-{lunch}:30, 13:30-{closes}:00"
    return working((date.min, usual), (date(2025, 4, 16), A))


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[Interval]:
    spans = draw(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 600)), max_size=3))
    return [
        Interval(start + timedelta(minutes=after), start + timedelta(minutes=after + length))
        for after, length in spans
    ]


@given(calendars(), STARTS, STARTS, LIMITS, UNITS)
def test_later_starts_are_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, limit: float, unit: LimitUnit
) -> None:
    first, second = sorted((one, other))
    assert due(first, limit, unit, calendar).due_at <= due(second, limit, unit, calendar).due_at


@given(calendars(), STARTS, LIMITS, LIMITS, UNITS)
def test_longer_limits_are_due_later(
    calendar: Calendar, start: datetime, one: float, other: float, unit: LimitUnit
) -> None:
    shorter, longer = sorted((one, other))
    assert due(start, shorter, unit, calendar).due_at <= due(start, longer, unit, calendar).due_at


@given(calendars(), st.data(), STARTS, LIMITS, UNITS)
def test_what_has_passed_at_the_due_is_the_limit_and_so_is_the_sum_of_the_trace(
    calendar: Calendar, data: st.DataObject, start: datetime, limit: float, unit: LimitUnit
) -> None:
    paused = data.draw(pauses(start))
    deadline = due(start, limit, unit, calendar, paused)
    length = limit * unit.length
    assert elapsed(start, deadline.due_at, unit, calendar, paused) == length
    assert sum((each.length for each in deadline.intervals), timedelta()) == length
    assert remaining(start, deadline.due_at, limit, unit, calendar, paused) == timedelta()


@given(calendars(), STARTS, LIMITS)
def test_a_due_never_lands_outside_working_time(calendar: Calendar, start: datetime, limit: float) -> None:
    at = due(start, limit, HOUR, calendar).due_at.astimezone(ZONE)
    spans = calendar.spans_on(at.date())
    assert any(span.start <= at.time() <= span.end for span in spans)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.data(), STARTS, st.integers(1, 20 * 60))
@example(SCHEDULE_A, None, ict("2026-02-13 16:30"), 120)
def test_it_agrees_with_a_walk_minute_by_minute(
    calendar: Calendar, data: st.DataObject | None, start: datetime, n_minutes: int
) -> None:
    paused = data.draw(pauses(start)) if data else []
    assert due(start, n_minutes / 60, HOUR, calendar, paused).due_at == minute_walk(
        calendar, start, n_minutes, paused
    )


def minute_walk(calendar: Calendar, start: datetime, n_minutes: int, paused: list[Interval]) -> datetime:
    """One minute after the other, each asked whether it is worked: slow, and plainly right."""
    at = start
    while n_minutes:
        if is_worked(calendar, at.date(), at.time()) and not any(
            pause.start_at <= at < pause.end_at for pause in paused
        ):
            n_minutes -= 1
        at += timedelta(minutes=1)
    return at


def is_worked(calendar: Calendar, day: date, at: time) -> bool:
    week = [hours for hours in calendar.hours if hours.from_on <= day][-1].week
    if day in calendar.working:
        spans = week[calendar.working[day].weekday()]
    elif day in calendar.off:
        spans = ()
    else:
        spans = week[day.weekday()]
    return any(span.start <= at < span.end for span in spans)
