"""Which hours of which days an office works. A calendar is data with a version: no date stands in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from incidents.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) of one day in the office's own time."""

    start: time
    end: time


Week = tuple[tuple[Span, ...], ...]  # Monday first, seven days


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """The weekly hours in force from a date until the next ones."""

    from_on: date
    week: Week
    confirmed: bool  # False: no source says so; the city has to confirm it


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    version: str
    zone: ZoneInfo
    hours: tuple[OfficeHours, ...]  # by from_on, oldest first
    off: Mapping[date, str]  # days off, with their names
    working: Mapping[date, date]  # a day worked instead of another: day -> the day whose hours it takes
    signed_years: frozenset[int]  # years whose days off somebody signed off

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The office's hours on a date, in order.

        Raises:
            InvalidInput: no hours are known as early as that.
        """
        week = self._hours_on(day).week
        if day in self.working:
            return week[self.working[day].weekday()]
        return () if day in self.off else week[day.weekday()]

    def confirmed_on(self, day: date) -> bool:
        """Whether both the hours and the days off of that date have been signed off."""
        return day.year in self.signed_years and self._hours_on(day).confirmed

    def on(self, at: datetime) -> date:
        """The date in the office's time zone. Raises InvalidInput where the calendar of the world ends."""
        try:
            return at.astimezone(self.zone).date()
        except OverflowError as error:
            raise InvalidInput("time", f"{at.isoformat()} is out of range: check the clock") from error

    def instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _hours_on(self, day: date) -> OfficeHours:
        for hours in reversed(self.hours):
            if hours.from_on <= day:
                return hours
        raise InvalidInput(
            "start", f"{day}: no working hours are known before {self.hours[0].from_on} ({self.version})"
        )


def parse_spans(text: str) -> tuple[Span, ...]:
    """`07:30-11:30, 13:30-17:00` -> spans in order, not touching backwards.

    Raises:
        InvalidInput: not hours of one day in order.
    """
    spans = tuple(_parse_span(part.strip()) for part in text.split(","))
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            raise InvalidInput(
                "hours", f"{text!r}: {later.start:%H:%M} begins before {earlier.end:%H:%M} ends"
            )
    return spans


def _parse_span(text: str) -> Span:
    start_text, dash, end_text = text.partition("-")
    try:
        start, end = time.fromisoformat(start_text.strip()), time.fromisoformat(end_text.strip())
    except ValueError as error:
        raise InvalidInput("hours", f"{text!r} is not HH:MM-HH:MM") from error
    if not dash or start >= end or start.tzinfo or end.tzinfo:
        raise InvalidInput("hours", f"{text!r} is not HH:MM-HH:MM with the end after the start")
    return Span(start, end)


def same_hours(spans: tuple[Span, ...]) -> Week:
    """Those hours from Monday to Friday, none at the weekend."""
    return (spans,) * 5 + ((),) * 2
