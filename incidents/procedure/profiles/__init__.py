"""Reads a city's profile: the regulation, the calendar, the units, as YAML beside this file or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incidents.errors import InvalidInput, ProfileError
from incidents.people.roles import UNIT, Role
from incidents.procedure.policy import (
    PER_WARD,
    BoundaryQuality,
    ClockStart,
    KindRule,
    Policy,
    Rule,
    Unit,
    same_name,
)
from incidents.procedure.profiles.tables import Table, read_table
from incidents.sla.calendar import Calendar, OfficeHours, Span, Week, parse_spans
from incidents.sla.deadline import LimitUnit

FOLDER = Path(__file__).parent
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PROFILE_KEYS = (
    "city",
    "name",
    "time_zone",
    "policy",
    "policy_name",
    "policy_name_en",
    "calendar",
    "hours",
    "soon_share",
    "stale_after_min",
    "boundaries",
    "units",
    "unknown_ward",
    "categories",
    "kinds",
)


def load_profile(city: str) -> Policy:
    """The policy of a city, by its key (`da-lat`), its name (`Đà Lạt`), or the path of a YAML file.

    Raises:
        ProfileError: no such city, or a profile that cannot be used: with the file and the line.
    """
    if city.endswith((".yaml", ".yml")):
        return read_profile(Path(city))
    known: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        table = read_table(path)
        if "city" not in table:
            continue  # a calendar, which the profiles name
        if same_name(city, table.text("city")) or same_name(city, table.text("name")):
            return read_profile(path)
        known[table.text("city")] = table.text("name")
    names = ", ".join(f"{key} ({name})" for key, name in known.items())
    raise ProfileError(city, None, f"no such city; known: {names}, or the path of a profile ending in .yaml")


def read_profile(path: Path) -> Policy:
    """Raises ProfileError with the line of whatever is missing, unknown or out of range."""
    table = read_table(path).only(_PROFILE_KEYS)
    units = dict(_units(table.table("units")))
    rules = {rule.category_key: rule for rule in _rules(table.table("categories"), units)}
    if "other" not in rules:
        raise table.wrong("categories", "the category `other` is missing: what fits nowhere else falls there")
    unknown_ward = table.text("unknown_ward")
    if unknown_ward not in units:
        raise table.wrong("unknown_ward", f"`{unknown_ward}` is not one of the units")
    _refuse_idle(table, "unknown_ward", units)
    return Policy(
        city_key=table.text("city"),
        city_name=table.text("name"),
        version=table.text("policy"),
        name=table.text("policy_name"),
        name_en=table.text("policy_name_en"),
        calendar=_calendar(table),
        soon_share=table.number("soon_share", 0, 1),
        stale_after=timedelta(minutes=table.number("stale_after_min", 1, 1440)),
        boundaries=tuple(_boundaries(table)),
        units=units,
        unknown_ward=units[unknown_ward],
        rules=rules,
        kinds={kind.kind: kind for kind in _kinds(table.table("kinds"), rules)},
    )


def _units(table: Table) -> Iterator[tuple[str, Unit]]:
    for key in table:
        if key in PER_WARD:
            raise table.wrong(key, f"`{key}` stands for each ward's own unit and cannot be one")
        unit = table.table(key).only(("name", "role"))
        yield key, Unit(unit_id=key, name=unit.text("name"), role=unit.choice("role", Role))


def _rules(table: Table, units: Mapping[str, Unit]) -> Iterator[Rule]:
    for key in table:
        rule = table.table(key).only(
            ("name", "name_en", "clause", "limit", "unit", "start", "lead"), ("coordinating", "to_confirm")
        )
        for unit_key in (rule.text("lead"), *rule.texts("coordinating")):
            if unit_key not in units and unit_key not in PER_WARD:
                allowed = ", ".join((*PER_WARD, *units))
                where = "lead" if unit_key == rule.text("lead") else "coordinating"
                raise rule.wrong(where, f"`{unit_key}` is no unit; known: {allowed}")
        if rule.text("lead") in units:
            _refuse_idle(rule, "lead", units)
        yield Rule(
            category_key=key,
            name=rule.text("name"),
            name_en=rule.text("name_en"),
            clause=rule.text("clause"),
            limit=rule.number("limit", 0.25, 10_000),
            unit=rule.choice("unit", LimitUnit),
            start=rule.choice("start", ClockStart),
            lead=rule.text("lead"),
            coordinating=rule.texts("coordinating"),
            to_confirm=rule.texts("to_confirm"),
        )


def _refuse_idle(table: Table, key: str, units: Mapping[str, Unit]) -> None:
    """A report must not go to a unit whose people may not accept it."""
    unit = units[table.text(key)]
    if unit.role not in UNIT:
        roles = ", ".join(sorted(UNIT))
        raise table.wrong(key, f"`{unit.unit_id}` cannot work on reports: its role is none of {roles}")


def _kinds(table: Table, rules: Mapping[str, Rule]) -> Iterator[KindRule]:
    for key in table:
        kind = table.table(key).only(("category", "severity", "why"))
        category = kind.text("category")
        if category not in rules:
            raise kind.wrong("category", f"`{category}` is no category; known: {', '.join(rules)}")
        severity = int(kind.number("severity", 1, 3))
        yield KindRule(kind=key, category_key=category, severity=severity, why=kind.text("why"))


def _boundaries(table: Table) -> Iterator[BoundaryQuality]:
    earlier = date.min
    for entry in table.tables("boundaries"):
        entry.only(("from", "near_m"))
        from_on = _after(entry, earlier)
        yield BoundaryQuality(from_on=from_on, near_m=entry.number("near_m", 0, 5000))
        earlier = from_on


def _calendar(profile: Table) -> Calendar:
    days = read_table(profile.path.parent / profile.text("calendar"))
    days.only(("calendar", "signed_years", "off", "working"))
    off, working = days.table("off"), days.table("working")
    for key in working:
        if working.text(key) not in off:
            raise working.wrong(
                key, f"{working.text(key)} is no day off that {key} could be worked instead of"
            )
    return Calendar(
        version=days.text("calendar"),
        zone=_zone(profile),
        hours=tuple(_hours(profile)),
        off={off.as_day(key, key): off.text(key) for key in off},
        working={working.as_day(key, key): working.day(key) for key in working},
        signed_years=frozenset(_years(days)),
    )


def _zone(profile: Table) -> ZoneInfo:
    try:
        return ZoneInfo(profile.text("time_zone"))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise profile.wrong("time_zone", f"`{profile.text('time_zone')}` is no time zone") from error


def _years(days: Table) -> Iterator[int]:
    for text in days.texts("signed_years"):
        if not text.isdecimal():
            raise days.wrong("signed_years", f"`{text}` is not a year")
        yield int(text)


def _hours(profile: Table) -> Iterator[OfficeHours]:
    earlier = date.min
    for entry in profile.tables("hours"):
        entry.only(("from", "week", "confirmed"))
        from_on = _after(entry, earlier)
        yield OfficeHours(from_on=from_on, week=_week(entry.table("week")), confirmed=entry.flag("confirmed"))
        earlier = from_on


def _week(table: Table) -> Week:
    week: list[tuple[Span, ...]] = [()] * len(_DAYS)
    for key in table:
        first, _, last = key.partition("-")
        if not {first, last or first} <= set(_DAYS) or _DAYS.index(first) > _DAYS.index(last or first):
            raise table.wrong(key, f"`{key}`: wanted a day or a range of days of {', '.join(_DAYS)}")
        try:
            spans = parse_spans(table.text(key))
        except InvalidInput as error:
            raise table.wrong(key, error.problem) from error
        for day in range(_DAYS.index(first), _DAYS.index(last or first) + 1):
            week[day] = spans
    return tuple(week)


def _after(entry: Table, earlier: date) -> date:
    from_on = entry.day("from")
    if from_on <= earlier:
        raise entry.wrong("from", f"{from_on} does not come after {earlier}: the oldest stands first")
    return from_on
