"""The clocks of a report: each is one promise, kept as it was given. Pure.

A clock starts, stops and is judged. Until it is judged it may run on: as if it had never stopped, or with the
time since its stop cut out as a pause. Its due, and the intervals that lead there, are those of the calendar
by which they were computed; another calendar changes them only where somebody recomputes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.procedure.policy import Policy
from incidents.sla.calendar import Calendar
from incidents.sla.deadline import Interval, LimitUnit, due, elapsed


class ClockKind(StrEnum):
    INTAKE = "intake"  # K1: received until assigned
    UNIT = "unit"  # K2: assigned until the result that is approved was submitted
    INTERACTION = "interaction"  # K3: from a citizen's question
    END_TO_END = "end_to_end"  # K4: as the citizen sees it
    RECHECK = "recheck"


class Verdict(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"
    NO_LIMIT = "no_limit"  # measured only: the regulation sets no limit
    VOID = "void"  # the report ended for another reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRule:
    """The rule of a category as it was when the clock started: a later policy changes no promise."""

    policy: str
    clause: str
    limit: float  # in `unit`s
    unit: LimitUnit
    to_confirm: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaClock:
    number: int  # within its report, in the order of their starts
    kind: ClockKind
    unit_id: str | None  # whose clock it is; None where nobody's in particular
    started_at: datetime
    pauses: tuple[Interval, ...] = ()
    stopped_at: datetime | None = None
    verdict: Verdict | None = None
    left_s: float | None = None  # of the limit, by the calendar that judged it; negative when it was late
    # The promise; all of it is missing where the regulation sets no limit.
    rule: SlaRule | None = None
    due_at: datetime | None = None
    counted: tuple[Interval, ...] = ()  # what counts up to the due; their lengths sum to the limit
    calendar_version: str | None = None  # None: of before it was noted, and nothing is in `counted`
    calendar_confirmed: bool = True

    @property
    def open(self) -> bool:
        return self.verdict is None

    @property
    def running(self) -> bool:
        return self.stopped_at is None


def rule_of(policy: Policy, category_key: str) -> SlaRule:
    """Raises InvalidInput where the city has no such category."""
    rule = policy.rule(category_key)
    return SlaRule(
        policy=policy.version,
        clause=rule.clause,
        limit=rule.limit,
        unit=rule.unit,
        to_confirm=rule.to_confirm,
    )


def start(
    kind: ClockKind,
    started_at: datetime,
    calendar: Calendar,
    *,
    number: int = 1,
    rule: SlaRule | None = None,
    unit_id: str | None = None,
) -> SlaClock:
    """Raises InvalidInput: no hours are known for a day that counts."""
    clock = SlaClock(number=number, kind=kind, unit_id=unit_id, started_at=started_at, rule=rule)
    return computed(clock, calendar)


def computed(clock: SlaClock, calendar: Calendar) -> SlaClock:
    """With the due of that calendar."""
    if clock.rule is None:
        return clock
    deadline = due(clock.started_at, clock.rule.limit, clock.rule.unit, calendar, clock.pauses)
    return replace(
        clock,
        due_at=deadline.due_at,
        counted=deadline.intervals,
        calendar_version=calendar.version,
        calendar_confirmed=deadline.calendar_confirmed,
    )


def explained(clock: SlaClock, calendar: Calendar) -> SlaClock:
    """With what counts by this calendar, where nothing was noted when the promise was made. The due stays."""
    if clock.calendar_version is not None or clock.rule is None:
        return clock
    return replace(computed(clock, calendar), due_at=clock.due_at, calendar_version=None)


def stop(clock: SlaClock, at: datetime) -> SlaClock:
    return replace(clock, stopped_at=at) if clock.running else clock


def carry_on(clock: SlaClock) -> SlaClock:
    """As if it had never stopped."""
    return replace(clock, stopped_at=None) if clock.open else clock


def resume(clock: SlaClock, at: datetime, calendar: Calendar) -> SlaClock:
    """The time since it stopped does not count: the due moves by it."""
    if clock.stopped_at is None or not clock.open:
        return clock
    pauses = (*clock.pauses, Interval(clock.stopped_at, at))
    return computed(replace(clock, pauses=pauses, stopped_at=None), calendar)


def judge(clock: SlaClock, at: datetime, calendar: Calendar, verdict: Verdict | None = None) -> SlaClock:
    """Stopped, now where it still ran, and judged once and for all; `verdict` where it is not the clock's."""
    if not clock.open:
        return clock
    stopped = stop(clock, at)
    if verdict or clock.rule is None:
        return replace(stopped, verdict=verdict or Verdict.NO_LIMIT)
    left = remaining(stopped, stopped.stopped_at or at, calendar)
    verdict = Verdict.LATE if left < timedelta() else Verdict.ON_TIME
    return replace(stopped, verdict=verdict, left_s=left.total_seconds())


def remaining(clock: SlaClock, at: datetime, calendar: Calendar) -> timedelta:
    """What is left of the limit at `at`, in the rule's own time; negative when it is late.

    On time means not negative: a result at noon for a due of 11:30 is on time when nobody works at noon.
    """
    if clock.left_s is not None:
        return timedelta(seconds=clock.left_s)
    if clock.rule is None or clock.due_at is None:
        return timedelta()
    if at <= clock.due_at:
        counted = explained(clock, calendar).counted
        return sum((_after(interval, at) for interval in counted), timedelta())
    return -elapsed(clock.due_at, at, clock.rule.unit, calendar, clock.pauses)


def _after(interval: Interval, at: datetime) -> timedelta:
    return max(interval.end_at - max(interval.start_at, at), timedelta())
