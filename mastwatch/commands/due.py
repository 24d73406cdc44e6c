"""`mastwatch due`: when something is due, and why."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from incidents.errors import InvalidInput
from incidents.sla.calendar import Calendar, OfficeHours, parse_spans, same_hours
from incidents.sla.deadline import Deadline, Interval, LimitUnit, due
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What counts, and why; `clause` and `policy` are None where the limit was given by hand."""

    limit: float
    unit: LimitUnit
    calendar: Calendar
    clause: str | None
    policy: str | None
    to_confirm: tuple[str, ...]


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("due", help="when something is due, and why")
    parser.add_argument(
        "--start", required=True, metavar="ISO", help="without a zone it is the city's own time"
    )
    parser.add_argument("--city", metavar="NAME", help="key, name or profile of the city")
    parser.add_argument("--category", metavar="KEY", help="by the city's rule for it")
    parser.add_argument("--limit", type=float, metavar="N")
    parser.add_argument("--unit", type=LimitUnit, choices=list(LimitUnit), metavar="UNIT")
    parser.add_argument("--hours", metavar="SPANS", help='Monday to Friday, as in "07:30-11:30,13:30-17:00"')
    parser.add_argument("--pause", action="append", default=[], metavar="ISO/ISO")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    asked = what_is_asked(args)
    start_at = instant("start", args.start, asked.calendar)
    pauses = [pause(text, asked.calendar) for text in args.pause]
    deadline = due(start_at, asked.limit, asked.unit, asked.calendar, pauses)
    document = as_document(asked, start_at, deadline)
    if args.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        show(asked, deadline)
    return 0


def what_is_asked(args: argparse.Namespace) -> Asked:
    """By the city's rule, or by hand over the calendar of the city."""
    by_hand = args.category is None and args.limit is not None and args.unit is not None
    by_rule = args.category is not None and args.limit is None and args.unit is None
    if not (by_hand or by_rule):
        args.refuse("give either --city and --category, or --limit and --unit")
    policy = load_profile(load().city if args.city is None else args.city)
    calendar = with_hours(policy.calendar, args.hours) if args.hours is not None else policy.calendar
    if by_hand:
        return Asked(
            limit=args.limit, unit=args.unit, calendar=calendar, clause=None, policy=None, to_confirm=()
        )
    rule = policy.rule(args.category)
    return Asked(
        limit=rule.limit,
        unit=rule.unit,
        calendar=calendar,
        clause=rule.clause,
        policy=policy.version,
        to_confirm=rule.to_confirm,
    )


def with_hours(calendar: Calendar, spans: str) -> Calendar:
    """With those hours at all times. Who gives them answers for them."""
    hours = OfficeHours(from_on=date.min, week=same_hours(parse_spans(spans)), confirmed=True)
    return replace(calendar, hours=(hours,))


def instant(field: str, text: str, calendar: Calendar) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            field, f"{text!r} is not an ISO 8601 time, as in 2026-03-02T08:00+07:00"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=calendar.zone)


def pause(text: str, calendar: Calendar) -> Interval:
    start, _, end = text.partition("/")
    return Interval(instant("pause", start, calendar), instant("pause", end, calendar))


def as_document(asked: Asked, start_at: datetime, deadline: Deadline) -> dict[str, object]:
    zone = asked.calendar.zone

    def local(at: datetime) -> str:
        return at.astimezone(zone).isoformat()

    def spans(intervals: tuple[Interval, ...]) -> list[dict[str, str]]:
        return [{"start_at": local(each.start_at), "end_at": local(each.end_at)} for each in intervals]

    return {
        "due_at": local(deadline.due_at),
        "started_at": local(start_at),
        "limit": asked.limit,
        "unit": asked.unit,
        "clause": asked.clause,
        "policy": asked.policy,
        "to_confirm": asked.to_confirm,
        "calendar": asked.calendar.version,
        "calendar_confirmed": deadline.calendar_confirmed,
        "intervals": spans(deadline.intervals),
        "pauses": spans(deadline.pauses),
    }


def show(asked: Asked, deadline: Deadline) -> None:
    zone = asked.calendar.zone
    print(f"Hạn xử lý: {deadline.due_at.astimezone(zone):%H:%M %d/%m/%Y}")
    if asked.clause:
        print(f"Căn cứ:    {asked.clause}")
    if asked.to_confirm:
        print(f"Thành phố cần xác nhận: {', '.join(asked.to_confirm)}")
    for each in deadline.intervals:
        start, end = each.start_at.astimezone(zone), each.end_at.astimezone(zone)
        print(f"  tính {start:%d/%m/%Y %H:%M} - {end:%d/%m/%Y %H:%M}")
    if not deadline.calendar_confirmed:
        print("Lịch làm việc của thời gian này chưa được xác nhận.")
