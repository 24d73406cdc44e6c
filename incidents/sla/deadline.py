"""When something is due, and why: an interval walk over a timeline of the time that counts.

Every unit is the same walk over a timeline of its own: working hours over the office's intervals, working
days over whole working days of 24 h, clock hours and calendar days over all time. Pauses are cut out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from incidents.errors import InvalidInput
from incidents.sla.calendar import Calendar

_DAY = timedelta(days=1)
# No office closes for longer: a calendar with a longer gap is wrong, and a walk over it might never end.
_LONGEST_CLOSURE = timedelta(days=60)
# Room for the longest limit on both sides of what Python's dates can hold.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class LimitUnit(StrEnum):
    WORKING_HOUR = "working_hour"
    CLOCK_HOUR = "clock_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"

    @property
    def length(self) -> timedelta:
        """How much of its own timeline one unit takes."""
        return _DAY if self in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY) else timedelta(hours=1)

    @property
    def needs_calendar(self) -> bool:
        return self in (LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY)


@dataclass(frozen=True, slots=True)
class Interval:
    """[start_at, end_at), UTC."""

    start_at: datetime
    end_at: datetime

    def __post_init__(self) -> None:
        if self.start_at.tzinfo is None or self.end_at.tzinfo is None or self.end_at < self.start_at:
            raise InvalidInput(
                "interval", f"{self.start_at}/{self.end_at} are not two times with a zone, in order"
            )

    @property
    def length(self) -> timedelta:
        return self.end_at - self.start_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    due_at: datetime  # UTC
    intervals: tuple[Interval, ...]  # what was counted; their lengths sum to the limit
    pauses: tuple[Interval, ...]
    calendar_confirmed: bool


def due(
    start_at: datetime, limit: float, unit: LimitUnit, calendar: Calendar, pauses: Sequence[Interval] = ()
) -> Deadline:
    """The earliest instant at which `limit` units have passed since `start_at`.

    Raises:
        InvalidInput: a limit that is not above 0, a start without a time zone, a start or pause outside the
            years 1900 to 2999, no hours known for a day.
    """
    left = _length(limit, unit)
    counted: list[Interval] = []
    for interval in _timeline(start_at, unit, calendar, pauses):
        taken = Interval(interval.start_at, min(interval.end_at, interval.start_at + left))
        counted.append(taken)
        left -= taken.length
        if not left:
            break
    due_at = counted[-1].end_at
    return Deadline(
        due_at=due_at,
        intervals=tuple(counted),
        pauses=tuple(pauses),
        calendar_confirmed=not unit.needs_calendar or _confirmed(start_at, due_at, calendar),
    )


def elapsed(
    start_at: datetime,
    until: datetime,
    unit: LimitUnit,
    calendar: Calendar,
    pauses: Sequence[Interval] = (),
) -> timedelta:
    """How much of the unit's own time has passed in [start_at, until)."""
    passed = timedelta()
    for interval in _timeline(start_at, unit, calendar, pauses):
        if interval.start_at >= until:
            break
        passed += min(interval.end_at, until) - interval.start_at
    return passed


def remaining(
    start_at: datetime,
    at: datetime,
    limit: float,
    unit: LimitUnit,
    calendar: Calendar,
    pauses: Sequence[Interval] = (),
) -> timedelta:
    """What is left of the limit at `at`, in the unit's own time; negative when it is late.

    On time means not negative: a result at noon for a due of 11:30 is on time when nobody works at noon.
    """
    return _length(limit, unit) - elapsed(start_at, at, unit, calendar, pauses)


def _length(limit: float, unit: LimitUnit) -> timedelta:
    if not 0 < limit <= 10_000:
        raise InvalidInput("limit", f"{limit} {unit} is out of range: more than 0, at most 10000")
    return limit * unit.length


def _timeline(
    start_at: datetime, unit: LimitUnit, calendar: Calendar, pauses: Sequence[Interval]
) -> Iterator[Interval]:
    """The time that counts from `start_at` on, in order, without pauses and without end."""
    if start_at.tzinfo is None:
        raise InvalidInput("start", f"{start_at.isoformat()}: a time needs its zone, as in +07:00")
    _refuse_far("start", start_at)
    for pause in pauses:
        _refuse_far("pause", pause.end_at)
    start_at = start_at.astimezone(UTC)
    for interval in _open_time(start_at, unit, calendar):
        if interval.end_at > start_at:
            yield from _without(Interval(max(interval.start_at, start_at), interval.end_at), pauses)


def _refuse_far(field: str, at: datetime) -> None:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise InvalidInput(field, f"{at.isoformat()} is out of range: years {_FIRST_YEAR} to {_LAST_YEAR}")


def _open_time(start_at: datetime, unit: LimitUnit, calendar: Calendar) -> Iterator[Interval]:
    """What the unit counts, from the day of `start_at` on, before start and pauses are cut off."""
    if not unit.needs_calendar:
        yield Interval(start_at, datetime.max.replace(tzinfo=UTC))
        return
    day = last_open = calendar.on(start_at)
    while day - last_open <= _LONGEST_CLOSURE:
        for interval in _working_time(day, unit, calendar):
            last_open = day
            yield interval
        day += _DAY
    raise InvalidInput("calendar", f"{calendar.version} has no working time in 60 days after {last_open}")


def _working_time(day: date, unit: LimitUnit, calendar: Calendar) -> Iterator[Interval]:
    spans = calendar.spans_on(day)
    if unit is LimitUnit.WORKING_DAY and spans:
        yield Interval(calendar.instant(day, time()), calendar.instant(day + _DAY, time()))
        return
    for span in spans if unit is LimitUnit.WORKING_HOUR else ():
        yield Interval(calendar.instant(day, span.start), calendar.instant(day, span.end))


def _without(interval: Interval, pauses: Sequence[Interval]) -> Iterator[Interval]:
    """The parts of the interval outside every pause, in order."""
    start_at = interval.start_at
    for pause in sorted(pauses, key=lambda pause: pause.start_at):
        if pause.end_at <= start_at or pause.start_at >= interval.end_at:
            continue
        if pause.start_at > start_at:
            yield Interval(start_at, pause.start_at.astimezone(UTC))
        start_at = pause.end_at.astimezone(UTC)
    if start_at < interval.end_at:
        yield Interval(start_at, interval.end_at)


def _confirmed(start_at: datetime, due_at: datetime, calendar: Calendar) -> bool:
    day, last = calendar.on(start_at), calendar.on(due_at)
    while day <= last:
        if not calendar.confirmed_on(day):
            return False
        day += _DAY
    return True
