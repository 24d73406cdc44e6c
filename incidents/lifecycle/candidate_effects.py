"""What each action does to a candidate beyond its state: a table of small steps by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from incidents.lifecycle.records import Candidate
from incidents.lifecycle.states import CandidateAction
from incidents.lifecycle.step import Step

LEASE = timedelta(minutes=5)  # report-lifecycle: held for 5 minutes, renewed by activity

CandidateEffect = Callable[[Candidate, Step[Candidate]], Candidate]


def _hold(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    return replace(candidate, holder=step.person, lease_until=step.at + LEASE)


def _let_go(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    return replace(candidate, holder=None, lease_until=None)


def correct(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    """With what the officer knows better."""
    category, ward, severity = (step.given(field) for field in ("category", "ward", "severity"))
    return replace(
        candidate,
        category_key=category.key if category else step.policy.standing(candidate.category_key),
        ward=ward or candidate.ward,
        severity=severity or candidate.severity,
    )


def _decide(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    return replace(
        candidate,
        holder=None,
        lease_until=None,
        decided_by=step.person,
        decided_at=step.at,
        dismiss_reason=step.given("reason_code"),
    )


def _undecide(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    return replace(
        candidate, decided_by=None, decided_at=None, dismiss_reason=None, report_id=None, report_code=None
    )


def _join(candidate: Candidate, step: Step[Candidate]) -> Candidate:
    target = step.given("target")
    return replace(candidate, report_id=target.report_id, report_code=target.code)


_CA = CandidateAction

CANDIDATE_EFFECTS: Mapping[CandidateAction, tuple[CandidateEffect, ...]] = {
    _CA.CLAIM: (_hold,),
    _CA.RELEASE: (_let_go,),
    _CA.TAKE_OVER: (_hold,),
    _CA.LEASE_END: (_let_go,),
    _CA.CONFIRM: (correct, _decide),
    _CA.DISMISS: (_decide,),
    _CA.ATTACH: (_join, _decide),
    _CA.MUTE: (),
    _CA.EXPIRE: (),
    # Back in the hands of the officer who took the decision back.
    _CA.UNDO: (_undecide, _hold),
}
