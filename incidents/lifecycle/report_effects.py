"""What each action does to a report beyond its state: a table of small steps by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from incidents.lifecycle import clocks
from incidents.lifecycle.clocks import ClockKind, SlaClock, Verdict
from incidents.lifecycle.reasons import Assigned, CancelReason, Ended
from incidents.lifecycle.records import Assignment, AssignmentRole, Report
from incidents.lifecycle.states import ReportAction
from incidents.lifecycle.step import Step
from incidents.procedure.policy import Unit

ReportEffect = Callable[[Report, Step[Report]], Report]


# Units


def _assign(how: Assigned) -> ReportEffect:
    """The given unit leads from now on; whoever led it before has it no longer."""

    def assign(report: Report, step: Step[Report]) -> Report:
        unit = step.given("unit")
        ends = (
            replace(each, ended_at=step.at, ended=Ended.TRANSFERRED)
            if each.live and (each.role is AssignmentRole.LEAD or each.unit == unit)
            else each
            for each in report.assignments
        )
        led = _with_unit(replace(report, assignments=tuple(ends)), step, unit, AssignmentRole.LEAD, how)
        return _coordinate(how)(led, step)

    return assign


def _coordinate(how: Assigned) -> ReportEffect:
    """The given units, but for those that have it already."""

    def coordinate(report: Report, step: Step[Report]) -> Report:
        for unit in dict.fromkeys(step.given("coordinating") or ()):
            if unit not in report.units:
                report = _with_unit(report, step, unit, AssignmentRole.COORDINATING, how)
        return report

    return coordinate


def _ask_unit(report: Report, step: Step[Report]) -> Report:
    return _with_unit(report, step, step.given("unit"), AssignmentRole.COORDINATING, Assigned.COORDINATION)


def _with_unit(report: Report, step: Step[Report], unit: Unit, role: AssignmentRole, how: Assigned) -> Report:
    assignment = Assignment(
        number=len(report.assignments) + 1,
        unit=unit,
        role=role,
        how=how,
        assigned_at=step.at,
        assigned_by=step.person,
    )
    return replace(report, assignments=(*report.assignments, assignment))


def _end_units(why: Ended) -> ReportEffect:
    def end(report: Report, step: Step[Report]) -> Report:
        assignments = (
            replace(each, ended_at=step.at, ended=why) if each.live else each for each in report.assignments
        )
        return replace(report, assignments=tuple(assignments))

    return end


def _deliver(report: Report, step: Step[Report]) -> Report:
    """Opened now, unless somebody of the unit opened it before."""
    assignments = (
        replace(each, opened_at=step.at, opened_by=step.person)
        if each == report.leading and each.opened_at is None
        else each
        for each in report.assignments
    )
    return replace(report, assignments=tuple(assignments))


# Clocks


def _change(kind: ClockKind | None, how: Callable[[SlaClock, Step[Report]], SlaClock]) -> ReportEffect:
    """The open clocks of that kind, or of all kinds."""

    def change(report: Report, step: Step[Report]) -> Report:
        changed = (
            how(clock, step) if clock.open and kind in (None, clock.kind) else clock
            for clock in report.clocks
        )
        return replace(report, clocks=tuple(changed))

    return change


def _stop(kind: ClockKind | None = None) -> ReportEffect:
    return _change(kind, lambda clock, step: clocks.stop(clock, step.at))


def _carry_on(kind: ClockKind) -> ReportEffect:
    return _change(kind, lambda clock, step: clocks.carry_on(clock))


def _judge(kind: ClockKind | None = None, verdict: Verdict | None = None) -> ReportEffect:
    return _change(kind, lambda clock, step: clocks.judge(clock, step.at, step.policy.calendar, verdict))


def _recompute(report: Report, step: Step[Report]) -> Report:
    return _change(None, lambda clock, step: clocks.computed(clock, step.policy.calendar))(report, step)


def _start(kind: ClockKind) -> ReportEffect:
    """One more of its kind. Only the unit's clock has a limit in the regulations so far."""

    def start(report: Report, step: Step[Report]) -> Report:
        return start_clock(report, step, kind)

    return start


def _restart(kind: ClockKind) -> ReportEffect:
    """It goes on without the time since it stopped; where it was judged, another one starts."""

    def restart(report: Report, step: Step[Report]) -> Report:
        clock = report.clock(kind)
        if clock is None or not clock.open:
            return start_clock(report, step, kind)
        return _change(kind, lambda each, step: clocks.resume(each, step.at, step.policy.calendar))(
            report, step
        )

    return restart


def start_clock(report: Report, step: Step[Report], kind: ClockKind) -> Report:
    policy, rule, started_at, unit_id = step.policy, None, step.at, None
    if kind is ClockKind.UNIT:
        category_key = policy.standing(report.category_key)
        rule = clocks.rule_of(policy, category_key)
        unit_id = report.lead.unit_id if report.lead else None
        if report.clock(kind) is None:
            begins = policy.rule(category_key).start
            started_at = begins.of(received_at=report.created_at, assigned_at=step.at)
    clock = clocks.start(
        kind, started_at, policy.calendar, number=len(report.clocks) + 1, rule=rule, unit_id=unit_id
    )
    return replace(report, clocks=(*report.clocks, clock))


# Everything else


def _take_category(report: Report, step: Step[Report]) -> Report:
    return replace(report, category_key=step.given("category").key)


def _take_result(report: Report, step: Step[Report]) -> Report:
    return replace(report, submitted_at=step.at, submitted_by=step.person, result_text=step.given("text"))


def _commit_to_date(report: Report, step: Step[Report]) -> Report:
    """The due by law stays as it is."""
    public_text = step.given("public_text") or report.public_text
    return replace(report, expected_on=step.given("expected_on"), public_text=public_text)


def _publish(report: Report, step: Step[Report]) -> Report:
    return replace(report, published_at=report.published_at or step.at)


def _merge(report: Report, step: Step[Report]) -> Report:
    return replace(report, merged_into=step.given("target").report_id)


def _cancel(reason: CancelReason | None = None) -> ReportEffect:
    def cancel(report: Report, step: Step[Report]) -> Report:
        return replace(report, cancel_reason=reason or step.given("reason_code"))

    return cancel


def _verified(passed: bool) -> ReportEffect:
    return lambda report, step: replace(report, verified=passed)


def _back(report: Report, step: Step[Report]) -> Report:
    """On the way again: what took it off it is over."""
    return replace(report, merged_into=None, cancel_reason=None)


def _reconsider(report: Report, step: Step[Report]) -> Report:
    return replace(report, reconsidered=True)


def _next_round(report: Report, step: Step[Report]) -> Report:
    return replace(report, round=report.round + 1)


_RA, _K = ReportAction, ClockKind
_INTAKE_AGAIN = (_back, _restart(_K.INTAKE), _restart(_K.END_TO_END))

REPORT_EFFECTS: Mapping[ReportAction, tuple[ReportEffect, ...]] = {
    _RA.TRIAGE: (_take_category, _assign(Assigned.TRIAGE), _judge(_K.INTAKE), _start(_K.UNIT)),
    _RA.REJECT: (_stop(),),
    _RA.ASK: (_stop(_K.INTAKE),),
    _RA.MERGE: (_merge, _stop()),
    _RA.SPLIT: (_assign(Assigned.SPLIT), _judge(_K.INTAKE), _start(_K.UNIT)),
    _RA.SUPPLY: (_restart(_K.INTAKE),),
    _RA.EXPIRE: (_cancel(CancelReason.NO_ANSWER), _stop()),
    _RA.ASK_DIRECTION: (),
    # Whoever asked for a transfer is rid of it: it is triaged again.
    _RA.INSTRUCT: (_end_units(Ended.CALLED_BACK), _judge(_K.UNIT), _restart(_K.INTAKE)),
    _RA.INSTRUCT_UNIT: (
        _judge(_K.INTAKE),
        _judge(_K.UNIT),
        _assign(Assigned.INSTRUCTION),
        _start(_K.UNIT),
    ),
    _RA.OPEN: (_deliver,),
    _RA.ACCEPT: (_deliver,),
    _RA.SUBMIT: (_take_result, _stop(_K.UNIT)),
    _RA.DEFER: (_commit_to_date, _coordinate(Assigned.COORDINATION)),
    _RA.NEW_DATE: (_commit_to_date,),
    _RA.RESUME: (),
    # While the Office decides, the time is the Office's: refused, the unit's clock has never stopped.
    _RA.REQUEST_TRANSFER: (_stop(_K.UNIT),),
    _RA.COORDINATE: (_ask_unit,),
    _RA.APPROVE_TRANSFER: (_judge(_K.UNIT), _assign(Assigned.TRANSFER), _start(_K.UNIT)),
    _RA.REFUSE_TRANSFER: (_carry_on(_K.UNIT),),
    # Judged at the result that is approved: the clock stands since then.
    _RA.PUBLISH: (_publish, _judge(_K.UNIT), _judge(_K.END_TO_END)),
    _RA.RETURN: (_restart(_K.UNIT),),
    _RA.DISSATISFY: (),
    _RA.INTERACT: (_start(_K.INTERACTION),),
    _RA.START_RECHECK: (_start(_K.RECHECK),),
    _RA.PASS_RECHECK: (_verified(True), _judge(_K.RECHECK)),
    _RA.FAIL_RECHECK: (_verified(False), _judge(_K.RECHECK)),
    _RA.REOPEN: (_next_round, _start(_K.UNIT)),
    _RA.UNMERGE: _INTAKE_AGAIN,
    _RA.RECONSIDER: (_reconsider, *_INTAKE_AGAIN),
    _RA.CANCEL: (_cancel(), _stop()),
    _RA.WITHDRAW: (
        _cancel(CancelReason.WITHDRAWN),
        _end_units(Ended.WITHDRAWN),
        _judge(None, Verdict.VOID),
    ),
    _RA.RESTORE: _INTAKE_AGAIN,
    _RA.ARCHIVE: (_judge(None, Verdict.VOID),),
    _RA.RECOMPUTE_DUE: (_recompute,),
}
