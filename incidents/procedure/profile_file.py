"""A city's profile and calendar as documents, and the policy they describe. Format: docs/city-profile.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from incidents.errors import InvalidInput
from incidents.people.roles import UNIT, Role
from incidents.procedure.policy import PER_WARD, BoundaryQuality, ClockStart, KindRule, Policy, Rule, Unit
from incidents.sla.calendar import Calendar, OfficeHours, Span, Week, parse_spans
from incidents.sla.deadline import LimitUnit

Loc = tuple[int | str, ...]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
OTHER = "other"  # the category of what fits nowhere else
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


def refuse(faults: Iterable[tuple[Loc, str]]) -> None:
    """Raises ValidationError with every fault at its own place."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("fault", "{problem}", {"problem": problem}), loc=loc, input=""
        )
        for loc, problem in faults
    ]
    if details:
        raise ValidationError.from_exception_data("profile", details)


class UnitDocument(Document):
    name: Text = Field(title="Name", description="In full, as one addresses it.")
    role: Role = Field(title="Role", description="Of the people in it.")


class CategoryDocument(Document):
    name: Text = Field(title="Name", description="In Vietnamese.")
    name_en: Text = Field(title="Name in English", description="For the English pages.")
    clause: Text = Field(title="Clause", description="The words of the regulation that set the limit.")
    limit: float = Field(ge=0.25, le=10_000, title="Limit", description="In units of `unit`.")
    unit: LimitUnit = Field(title="Unit of the limit", description="What the limit counts.")
    start: ClockStart = Field(title="Start", description="When the unit's clock starts.")
    lead: Text = Field(title="Lead", description="A unit, or `ward` or `ward_police` of the place.")
    coordinating: tuple[Text, ...] = Field(
        default=(), title="Coordinating units", description="Who helps; named as the lead is."
    )
    to_confirm: tuple[Text, ...] = Field(
        default=(), title="To confirm", description="What the city has yet to confirm, in words."
    )


class KindDocument(Document):
    category: Text = Field(title="Category", description="Where such a report falls.")
    severity: int = Field(ge=1, le=3, title="Severity", description="3: a life is in danger now.")
    why: Text = Field(title="Why", description="Why that severity, as officers read it.")


class BoundaryDocument(Document):
    from_on: date = Field(alias="from", title="From", description="Boundaries valid since then.")
    near_m: float = Field(
        ge=0, le=5000, title="Near", description="Closer than this to an edge a person confirms the ward."
    )


class HoursDocument(Document):
    from_on: date = Field(alias="from", title="From", description="The first day with these hours.")
    week: dict[str, str] = Field(
        title="Week", description='By day or range of days: {mon-fri: "07:30-11:30, 13:30-17:00"}.'
    )
    confirmed: bool = Field(title="Confirmed", description="Whether a document of the city says so.")

    @field_validator("week")
    @classmethod
    def _days_with_hours(cls, week: dict[str, str]) -> dict[str, str]:
        refuse(((key,), problem) for key, spans in week.items() if (problem := problem_of_day(key, spans)))
        return week


class ProfileDocument(Document):
    """How a city handles field reports: its regulation, calendar and units."""

    city: Text = Field(title="City", description="Its key, as `da-lat`.")
    name: Text = Field(title="Name", description="Of the city.")
    time_zone: Text = Field(title="Time zone", description="As `Asia/Ho_Chi_Minh`.")
    policy: Text = Field(title="Version", description="Of this file: a report keeps that of its promise.")
    policy_name: Text = Field(title="Name of the regulation", description="As within a sentence.")
    policy_name_en: Text = Field(title="Name in English", description="As within a sentence.")
    calendar: Text = Field(title="Calendar", description="The file of days off, beside this one.")
    hours: tuple[HoursDocument, ...] = Field(
        min_length=1, title="Working hours", description="The oldest first."
    )
    soon_share: float = Field(
        ge=0, le=1, title="Due soon", description="When less than this share of the limit is left."
    )
    stale_after_min: float = Field(
        ge=1, le=1440, title="Missed after", description="Minutes in which nobody verified a candidate."
    )
    boundaries: tuple[BoundaryDocument, ...] = Field(
        min_length=1, title="Boundaries", description="How exactly they are drawn; the oldest first."
    )
    units: dict[str, UnitDocument] = Field(title="Units", description="By their keys.")
    unknown_ward: Text = Field(title="Where no ward is known", description="The unit that leads then.")
    categories: dict[str, CategoryDocument] = Field(
        title="Categories", description="By their keys; `other` must be there."
    )
    kinds: dict[str, KindDocument] = Field(title="Kinds", description="What cameras see, and where it falls.")

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, time_zone: str) -> str:
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {time_zone!r}; write it as Asia/Ho_Chi_Minh") from error
        return time_zone

    @model_validator(mode="after")
    def _fits_together(self) -> ProfileDocument:
        refuse(
            (
                *_out_of_order("hours", [each.from_on for each in self.hours]),
                *_out_of_order("boundaries", [each.from_on for each in self.boundaries]),
                *self._wrong_units(),
                *self._wrong_categories(),
            )
        )
        return self

    def _wrong_units(self) -> Iterator[tuple[Loc, str]]:
        for key in PER_WARD.keys() & self.units.keys():
            yield ("units", key), "stands for each ward's own unit; give this unit another key"
        yield from self._wrong_lead(("unknown_ward",), self.unknown_ward, self.units)
        known = (*PER_WARD, *self.units)
        for key, rule in self.categories.items():
            yield from self._wrong_lead(("categories", key, "lead"), rule.lead, known)
            for i, unit in enumerate(rule.coordinating):
                if unit not in known:
                    yield ("categories", key, "coordinating", i), _unknown("unit", unit, known)

    def _wrong_lead(self, loc: Loc, unit: str, known: Iterable[str]) -> Iterator[tuple[Loc, str]]:
        """A report must not go to a unit whose people may not accept it."""
        if unit not in known:
            yield loc, _unknown("unit", unit, known)
        elif unit in self.units and self.units[unit].role not in UNIT:
            yield loc, f"{unit!r} cannot work on reports: its role is none of {', '.join(sorted(UNIT))}"

    def _wrong_categories(self) -> Iterator[tuple[Loc, str]]:
        if OTHER not in self.categories:
            yield ("categories",), f"the category `{OTHER}` is missing: what fits nowhere else falls there"
        for key, kind in self.kinds.items():
            if kind.category not in self.categories:
                yield ("kinds", key, "category"), _unknown("category", kind.category, self.categories)


class CalendarDocument(Document):
    """Days off and swapped working days of a country."""

    calendar: Text = Field(title="Version", description="Of this file: each due time keeps it.")
    signed_years: tuple[Annotated[int, Field(ge=1900, le=2999)], ...] = Field(
        title="Signed years", description="Years whose notice a person has read."
    )
    off: dict[date, Text] = Field(title="Days off", description="With their names.")
    working: dict[date, date] = Field(
        title="Swapped days", description="A day that is worked: the day off that it replaces."
    )

    @model_validator(mode="after")
    def _are_swapped(self) -> CalendarDocument:
        refuse(
            (
                ("working", day.isoformat()),
                f"{instead} is not a day off that {day} could be worked instead of",
            )
            for day, instead in self.working.items()
            if instead not in self.off
        )
        return self


def _out_of_order(key: str, days: list[date]) -> Iterator[tuple[Loc, str]]:
    for i, (earlier, later) in enumerate(pairwise(days), start=1):
        if later <= earlier:
            yield (key, i, "from"), f"{later} does not come after {earlier}: the oldest comes first"


def _unknown(what: str, word: str, known: Iterable[str]) -> str:
    return f"unknown {what} {word!r}; one of: {', '.join(known)}"


def problem_of_day(key: str, spans: str) -> str | None:
    if days_of(key) is None:
        return f"wanted a day or a range of days of {', '.join(DAYS)}"
    try:
        parse_spans(spans)
    except InvalidInput as error:
        return error.problem
    return None


def days_of(key: str) -> range | None:
    """`mon-fri` as positions in a week; None where it is no such thing."""
    first, _, last = key.partition("-")
    last = last or first
    if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
        return None
    return range(DAYS.index(first), DAYS.index(last) + 1)


def policy_of(profile: ProfileDocument, calendar: CalendarDocument) -> Policy:
    units = {key: Unit(unit_id=key, name=each.name, role=each.role) for key, each in profile.units.items()}
    return Policy(
        city_key=profile.city,
        city_name=profile.name,
        version=profile.policy,
        name=profile.policy_name,
        name_en=profile.policy_name_en,
        calendar=_calendar(profile, calendar),
        soon_share=profile.soon_share,
        stale_after=timedelta(minutes=profile.stale_after_min),
        boundaries=tuple(
            BoundaryQuality(from_on=each.from_on, near_m=each.near_m) for each in profile.boundaries
        ),
        units=units,
        unknown_ward=units[profile.unknown_ward],
        rules={key: _rule(key, each) for key, each in profile.categories.items()},
        kinds={
            key: KindRule(kind=key, category_key=each.category, severity=each.severity, why=each.why)
            for key, each in profile.kinds.items()
        },
    )


def _rule(key: str, document: CategoryDocument) -> Rule:
    return Rule(
        category_key=key,
        name=document.name,
        name_en=document.name_en,
        clause=document.clause,
        limit=document.limit,
        unit=document.unit,
        start=document.start,
        lead=document.lead,
        coordinating=document.coordinating,
        to_confirm=document.to_confirm,
    )


def _calendar(profile: ProfileDocument, days: CalendarDocument) -> Calendar:
    return Calendar(
        version=days.calendar,
        zone=ZoneInfo(profile.time_zone),
        hours=tuple(
            OfficeHours(from_on=each.from_on, week=_week(each.week), confirmed=each.confirmed)
            for each in profile.hours
        ),
        off=days.off,
        working=days.working,
        signed_years=frozenset(days.signed_years),
    )


def _week(by_days: Mapping[str, str]) -> Week:
    week: list[tuple[Span, ...]] = [()] * len(DAYS)
    for key, spans in by_days.items():
        for day in days_of(key) or ():
            week[day] = parse_spans(spans)
    return tuple(week)
