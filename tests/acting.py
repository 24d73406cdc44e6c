"""Every row of the tables of the lifecycle, asked for with all guards satisfied; and each guard, violated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from incidents.lifecycle import clocks, payloads
from incidents.lifecycle.clocks import ClockKind
from incidents.lifecycle.payloads import CANDIDATE_PAYLOADS, REPORT_PAYLOADS, Category, Child, Payload, Target
from incidents.lifecycle.reasons import Assigned, CancelReason, DismissReason, RejectReason
from incidents.lifecycle.records import Assignment, AssignmentRole, Candidate, Photo, Report
from incidents.lifecycle.states import CandidateAction, CandidateState, Guard, ReportAction, ReportState
from incidents.lifecycle.tables import CANDIDATE_TRANSITIONS, REPORT_TRANSITIONS
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.procedure.policy import Policy, Unit
from mastwatch.config.profiles import load_profile
from tests.events import candidate as event
from tests.reports import citizens_report

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, 10:00 in Đà Lạt
POLICY: Policy = load_profile("da-lat")
WARD = Unit(unit_id="ward-1", name="UBND phường Một", role=Role.WARD)
POLICE = Unit(unit_id="police-1", name="Công an phường Một", role=Role.WARD_POLICE)
OTHER = Unit(unit_id="ward-2", name="UBND phường Hai", role=Role.WARD)
CATEGORY = Category(key="environment", name="Môi trường", name_en="Environment")
PHOTO = Photo(path="photos/1.jpg", sha256="0" * 64, n_bytes=1, width_px=4, height_px=3)
TARGET = Target(report_id=uuid4(), code="PA-2211-0001", state=ReportState.PROCESSING)
# Nobody works on these yet, or no longer.
WITHOUT_UNIT = {
    ReportState.RECEIVED,
    ReportState.NEED_INFO,
    ReportState.MERGED,
    ReportState.REJECTED,
    ReportState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The arguments of `act_candidate` or `act_report`."""

    seen: Any
    action: Any
    payload: Payload
    by: Account | None
    at: datetime = NOW
    policy: Policy = POLICY

    def changed(self, **different: Any) -> Asked:
        return replace(self, **different)

    def given(self, **different: Any) -> Asked:
        return replace(self, payload=replace(self.payload, **different))

    def standing(self, **different: Any) -> Asked:
        return replace(self, seen=replace(self.seen, **different))


def account(role: Role, unit_id: str = "ioc", number: int | None = None) -> Account:
    """Somebody in that role; by default of each role another person."""
    number = list(Role).index(role) if number is None else number
    return Account(
        account_id=number,
        username=f"a{number}",
        full_name=f"Cán bộ {number}",
        role=role,
        unit_id=unit_id,
        unit_name=unit_id,
    )


def child(number: int) -> Child:
    return Child(report_id=uuid4(), number=number, category=CATEGORY, unit=OTHER)


WHOLE: Mapping[type[Payload], Payload] = {
    Payload: Payload(),
    payloads.Confirm: payloads.Confirm(category=CATEGORY, severity=3),
    payloads.Dismiss: payloads.Dismiss(reason_code=DismissReason.FALSE_ALARM),
    payloads.TakeOver: payloads.TakeOver(reason="Hết ca"),
    payloads.Attach: payloads.Attach(target=TARGET),
    payloads.Mute: payloads.Mute(reason="Thi công", until=NOW + timedelta(hours=24)),
    payloads.Undo: payloads.Undo(),
    payloads.Triage: payloads.Triage(category=CATEGORY, unit=WARD, coordinating=(POLICE,)),
    payloads.Reject: payloads.Reject(reason_code=RejectReason.UNTRUE),
    payloads.Cancel: payloads.Cancel(reason_code=CancelReason.BY_REPORTER),
    payloads.Question: payloads.Question(question="Ở đâu?"),
    payloads.Merge: payloads.Merge(target=TARGET),
    payloads.Split: payloads.Split(children=(child(2), child(3)), unit=WARD),
    payloads.Supply: payloads.Supply(text="Trước số 38"),
    payloads.Instruct: payloads.Instruct(instruction="Xử lý ngay"),
    payloads.InstructUnit: payloads.InstructUnit(instruction="Giao phường Hai", unit=OTHER),
    payloads.SubmitResult: payloads.SubmitResult(text="Đã dọn", photos=(PHOTO,)),
    payloads.Defer: payloads.Defer(
        reason="Chờ vật tư",
        expected_on=date(2026, 12, 1),
        public_text="Xong trước 01/12",
        coordinating=(OTHER,),
    ),
    payloads.NewDate: payloads.NewDate(reason="Mưa", expected_on=date(2026, 12, 5)),
    payloads.RequestTransfer: payloads.RequestTransfer(reason="Ngoài địa bàn", suggested=OTHER),
    payloads.ToUnit: payloads.ToUnit(reason="Đúng địa bàn", unit=OTHER),
    payloads.Because: payloads.Because(reason="Chưa đạt"),
    payloads.Publish: payloads.Publish(checklist=("photo_shows_it",)),
    payloads.FromCitizen: payloads.FromCitizen(text="Vẫn còn"),
    payloads.Recheck: payloads.Recheck(note="Đã kiểm tra", photos=(PHOTO,)),
}


def asked_of_candidate(state: CandidateState, action: CandidateAction, role: Role | None = None) -> Asked:
    rule = CANDIDATE_TRANSITIONS[state, action]
    role = role or min(rule.roles)
    by = None if role is Role.SYSTEM else account(role)
    return Asked(
        seen=candidate_in(state, by), action=action, payload=WHOLE[CANDIDATE_PAYLOADS[action]], by=by
    )


def asked_of_report(state: ReportState, action: ReportAction, role: Role | None = None) -> Asked:
    rule = REPORT_TRANSITIONS[state, action]
    role = role or min(rule.roles)
    unit_id = WARD.unit_id if Guard.LEAD_UNIT in rule.needs else "ioc"
    by = None if role is Role.SYSTEM else account(role, unit_id)
    return Asked(seen=report_in(state, by), action=action, payload=WHOLE[REPORT_PAYLOADS[action]], by=by)


def candidate_in(state: CandidateState, by: Account | None) -> Candidate:
    """Held or decided by who is going to act, long enough ago for every timer."""
    verifying = state is CandidateState.VERIFYING
    decided = state in (CandidateState.CONFIRMED, CandidateState.DISMISSED)
    person = by.person if by else account(Role.DUTY_OFFICER).person
    seen = event()
    return Candidate(
        candidate_id=seen.candidate_id,
        event=seen,
        state=state,
        version=3,
        queued_at=NOW - POLICY.stale_after,
        holder=person if verifying else None,
        lease_until=NOW if verifying else None,
        ward=None,
        near_boundary=False,
        category_key="urban_order",
        severity=2,
        decided_by=person if decided else None,
        decided_at=NOW - timedelta(minutes=5) if decided else None,
        dismiss_reason=None,
        report_id=None,
        report_code=None,
    )


def report_in(state: ReportState, by: Account | None) -> Report:
    """With the clocks and the unit that it has there; created by who is going to act."""
    since = NOW - (timedelta(days=5) if state is ReportState.NEED_INFO else timedelta(hours=24))
    started = [
        clocks.start(kind, NOW - timedelta(days=6), POLICY.calendar, number=number)
        for number, kind in enumerate((ClockKind.INTAKE, ClockKind.END_TO_END), 1)
    ]
    report = replace(
        citizens_report(created_by=by.person if by else None), state=state, version=3, since=since
    )
    if state in WITHOUT_UNIT:
        return replace(report, clocks=tuple(started))
    rule = clocks.rule_of(POLICY, report.category_key)
    of_unit = clocks.start(ClockKind.UNIT, since, POLICY.calendar, number=3, rule=rule, unit_id=WARD.unit_id)
    if state in (ReportState.REVIEW, ReportState.TRANSFER_REQ):
        of_unit = clocks.stop(of_unit, since)
    leads = assignment(1, WARD, AssignmentRole.LEAD, since)
    helps = assignment(2, POLICE, AssignmentRole.COORDINATING, since)
    return replace(report, assignments=(leads, helps), clocks=(*started, of_unit))


def assignment(number: int, unit: Unit, role: AssignmentRole, at: datetime) -> Assignment:
    return Assignment(
        number=number, unit=unit, role=role, how=Assigned.TRIAGE, assigned_at=at, assigned_by=None
    )


STRANGER = account(Role.DUTY_OFFICER, "elsewhere", 99)
Violation = Callable[[Asked], Asked]


def _by_other_unit(asked: Asked) -> Asked:
    assert asked.by
    return asked.changed(by=replace(asked.by, unit_id=OTHER.unit_id))


def _by_who_worked(asked: Asked) -> Asked:
    assert asked.by
    return asked.standing(submitted_by=asked.by.person)


def _opened(asked: Asked) -> Asked:
    first, *others = asked.seen.assignments
    opened = replace(first, opened_at=NOW, opened_by=STRANGER.person)
    return asked.standing(assignments=(opened, *others))


def _without_picture(asked: Asked) -> Asked:
    evidence = asked.seen.event.evidence
    image = replace(evidence.image, path="")
    return asked.standing(event=replace(asked.seen.event, evidence=replace(evidence, image=image)))


def _nowhere(asked: Asked) -> Asked:
    camera = replace(asked.seen.event.camera, lon_deg=0.0, lat_deg=0.0)
    return asked.standing(event=replace(asked.seen.event, camera=camera))


VIOLATIONS_OF_CANDIDATE: Mapping[Guard, Violation] = {
    Guard.HOLDER: lambda asked: asked.standing(holder=STRANGER.person),
    Guard.OWN_DECISION: lambda asked: asked.standing(decided_by=STRANGER.person),
    Guard.LEASE_OVER: lambda asked: asked.standing(lease_until=NOW + timedelta(seconds=1)),
    Guard.WAITED: lambda asked: asked.changed(at=NOW - timedelta(seconds=1)),
    Guard.UNDO_TIME: lambda asked: asked.changed(at=NOW + timedelta(seconds=1)),
    Guard.UNDELIVERED: lambda asked: asked.given(delivered=True),
    Guard.REASON: lambda asked: asked.given(reason=" "),
    Guard.REASON_CODE: lambda asked: asked.given(reason_code=None),
    Guard.CATEGORY: lambda asked: asked.given(category=replace(CATEGORY, key="parking")),
    Guard.LOCATION: _nowhere,
    Guard.IMAGE: _without_picture,
    Guard.SEVERITY: lambda asked: asked.given(severity=4),
    Guard.TARGET: lambda asked: asked.given(target=replace(TARGET, state=ReportState.CANCELLED)),
    Guard.EXPIRY: lambda asked: asked.given(until=NOW + timedelta(hours=24, seconds=1)),
}
VIOLATIONS_OF_REPORT: Mapping[Guard, Violation] = {
    Guard.OWN_DECISION: lambda asked: asked.standing(created_by=STRANGER.person),
    Guard.LEAD_UNIT: _by_other_unit,
    Guard.OWN_REPORT: lambda asked: asked.standing(created_by=STRANGER.person),
    Guard.OTHER_UNIT: _by_who_worked,
    Guard.RESTORE_TIME: lambda asked: asked.changed(at=NOW + timedelta(seconds=1)),
    Guard.WAITED: lambda asked: asked.changed(at=NOW - timedelta(seconds=1)),
    Guard.ONCE: lambda asked: asked.standing(reconsidered=True),
    Guard.UNDELIVERED: _opened,
    Guard.NOT_WITHDRAWN: lambda asked: asked.standing(cancel_reason=CancelReason.WITHDRAWN),
    Guard.CHILDREN_CLOSED: lambda asked: asked.given(n_open_children=1),
    Guard.REASON: lambda asked: asked.given(reason=""),
    Guard.REASON_CODE: lambda asked: asked.given(reason_code=None),
    Guard.CATEGORY: lambda asked: asked.given(category=None),
    Guard.TARGET: lambda asked: asked.given(target=replace(TARGET, report_id=asked.seen.report_id)),
    Guard.QUESTION: lambda asked: asked.given(question=""),
    Guard.INSTRUCTION: lambda asked: asked.given(instruction=""),
    Guard.UNIT: lambda asked: asked.given(unit=None),
    Guard.EXPECTED_DATE: lambda asked: asked.given(expected_on=date(2026, 11, 23)),
    Guard.PUBLIC_TEXT: lambda asked: asked.given(public_text=""),
    Guard.TEXT: lambda asked: asked.given(text="x" * 4001),
    Guard.PHOTO: lambda asked: asked.given(photos=()),
    Guard.CHECKLIST: lambda asked: asked.given(checklist=()),
    Guard.NOTE: lambda asked: asked.given(note=""),
    Guard.CHILDREN: lambda asked: asked.given(children=(child(2),)),
}
