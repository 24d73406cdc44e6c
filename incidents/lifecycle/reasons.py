"""Reasons and origins that are chosen from a list, so that they can be counted."""

from __future__ import annotations

from enum import StrEnum


class DismissReason(StrEnum):
    FALSE_ALARM = "false_alarm"
    NO_VIOLATION = "no_violation"
    PERMITTED = "permitted"
    NOT_ENOUGH_GROUNDS = "not_enough_grounds"
    DRILL = "drill"


class RejectReason(StrEnum):
    OUT_OF_SCOPE = "out_of_scope"
    COMPLAINT = "complaint"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    LANGUAGE = "language"
    UNTRUE = "untrue"


class CancelReason(StrEnum):
    WITHDRAWN = "withdrawn"  # the officer took the confirmation back
    NO_ANSWER = "no_answer"  # five days after a question
    BY_REPORTER = "by_reporter"


class Source(StrEnum):
    CAMERA = "camera"
    CITIZEN_APP = "citizen_app"
    PHONE = "phone"
    OFFICER = "officer"


class Assigned(StrEnum):
    """How a unit came to a report."""

    TRIAGE = "triage"
    INSTRUCTION = "instruction"  # of a leader
    TRANSFER = "transfer"
    COORDINATION = "coordination"  # the lead unit asked for it
    SPLIT = "split"


class Ended(StrEnum):
    """Why a unit no longer has a report."""

    TRANSFERRED = "transferred"
    CALLED_BACK = "called_back"  # to be triaged again, by a leader's instruction
    WITHDRAWN = "withdrawn"
