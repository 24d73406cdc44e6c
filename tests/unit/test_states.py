from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import pytest

from incidents.contract.events import Family
from incidents.contract.older_versions import V1_LABELS
from incidents.errors import IllegalTransition, NotAllowed
from incidents.lifecycle.reasons import CancelReason, DismissReason, RejectReason, Source
from incidents.lifecycle.states import CandidateAction, CandidateState, Guard, ReportAction, ReportState
from incidents.lifecycle.tables import (
    CANDIDATE_TRANSITIONS,
    REPORT_TRANSITIONS,
    after_candidate,
    after_report,
)
from incidents.people.roles import Role
from incidents.read.views import Tab, TimeFlag
from incidents.sla.deadline import LimitUnit
from incidents.texts import labels
from incidents.texts.catalogue import Language, Message, texts_in


def test_every_state_of_a_candidate_can_be_reached() -> None:
    assert {CandidateState.NEW, *(move.to for move in CANDIDATE_TRANSITIONS.values())} == set(CandidateState)


def test_every_state_of_a_report_can_be_reached() -> None:
    assert {ReportState.RECEIVED, *(move.to for move in REPORT_TRANSITIONS.values())} == set(ReportState)


def test_every_action_moves_something_but_the_first_of_each_life() -> None:
    assert set(CandidateAction) - {action for _, action in CANDIDATE_TRANSITIONS} == {CandidateAction.RAISE}
    assert set(ReportAction) - {action for _, action in REPORT_TRANSITIONS} == {ReportAction.RECEIVE}


def test_only_an_archived_report_and_a_merged_candidate_are_final() -> None:
    assert set(ReportState) - {state for state, _ in REPORT_TRANSITIONS} == {ReportState.ARCHIVED}
    assert set(CandidateState) - {state for state, _ in CANDIDATE_TRANSITIONS} == {CandidateState.MERGED}


@pytest.mark.parametrize("state", CandidateState)
@pytest.mark.parametrize("action", CandidateAction)
@pytest.mark.parametrize("role", Role)
def test_what_is_not_in_the_table_of_candidates_does_not_happen(
    state: CandidateState, action: CandidateAction, role: Role
) -> None:
    move = CANDIDATE_TRANSITIONS.get((state, action))
    if move and role in move.roles:
        assert after_candidate(state, action, role) == move
        return
    with pytest.raises(NotAllowed if move else IllegalTransition):
        after_candidate(state, action, role)


def test_an_illegal_move_says_what_is_possible() -> None:
    with pytest.raises(
        IllegalTransition, match=r"cannot confirm a candidate that is new; from here: claim, mute, expire"
    ):
        after_candidate(CandidateState.NEW, CandidateAction.CONFIRM, Role.DUTY_OFFICER)


def test_who_may_not_do_it_learns_whose_turn_it_is() -> None:
    with pytest.raises(
        NotAllowed, match="a report that is review waits for duty_officer, ioc_head, shift_lead"
    ):
        after_report(ReportState.REVIEW, ReportAction.PUBLISH, Role.WARD)


def test_the_unit_that_did_the_work_never_judges_it() -> None:
    judging = (
        ReportAction.PUBLISH,
        ReportAction.RETURN,
        ReportAction.PASS_RECHECK,
        ReportAction.FAIL_RECHECK,
    )
    assert all(
        Guard.OTHER_UNIT in move.needs
        for (_, action), move in REPORT_TRANSITIONS.items()
        if action in judging
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (labels.candidate_state, CandidateState),
        (labels.candidate_action, CandidateAction),
        (labels.report_state, ReportState),
        (labels.report_action, ReportAction),
        (labels.reason, [*DismissReason, *RejectReason, *CancelReason]),
        (labels.role, Role),
        (labels.time_flag, TimeFlag),
        (labels.limit, LimitUnit),
        (labels.source, Source),
        (labels.family, Family),
        (labels.tab, Tab),
    ],
)
def test_every_word_is_said_in_both_languages(
    said: Callable[[StrEnum], Message], words: list[StrEnum]
) -> None:
    vi = [texts_in(Language.VI).template(said(word)) for word in words]
    en = [texts_in(Language.EN).template(said(word)) for word in words]
    assert all(vi) and all(en)
    assert not set(vi) & set(en)


def test_before_a_person_confirms_nothing_is_called_a_violation() -> None:
    messages = [*map(labels.family, Family), *map(labels.candidate_state, CandidateState)]
    shown = [texts_in(Language.VI).say(message) for message in messages]
    shown += [vi for vi, _en in V1_LABELS.values()]
    assert not [text for text in shown if "vi phạm" in text.casefold()]
