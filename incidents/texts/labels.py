"""What people read for each word of the domain.

Sources: report-lifecycle and glossary of the design; the statuses are those of the cities' own systems.
"""

from __future__ import annotations

from collections.abc import Mapping

from incidents.contract.events import Family
from incidents.lifecycle.reasons import CancelReason, DismissReason, RejectReason, Source
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.roles import Role
from incidents.read.views import Tab, TimeFlag
from incidents.sla.deadline import LimitUnit
from incidents.texts.catalogue import Message, gettext_noop, ngettext_noop, pgettext_noop

_CANDIDATE_STATES: Mapping[CandidateState, Message] = {
    CandidateState.NEW: gettext_noop("Awaiting verification"),
    CandidateState.VERIFYING: gettext_noop("Being verified"),
    CandidateState.CONFIRMED: gettext_noop("Confirmed"),
    CandidateState.DISMISSED: gettext_noop("Dismissed"),
    CandidateState.MERGED: gettext_noop("Merged"),
    CandidateState.STALE: gettext_noop("Not verified in time"),
}

_CANDIDATE_ACTIONS: Mapping[CandidateAction, Message] = {
    CandidateAction.RAISE: gettext_noop("Seen by a camera"),
    CandidateAction.CLAIM: gettext_noop("Take for verification"),
    CandidateAction.RELEASE: gettext_noop("Put back"),
    CandidateAction.TAKE_OVER: gettext_noop("Take over"),
    CandidateAction.LEASE_END: gettext_noop("Hold ran out"),
    CandidateAction.CONFIRM: pgettext_noop("history", "Confirm"),
    CandidateAction.DISMISS: gettext_noop("Dismiss"),
    CandidateAction.ATTACH: gettext_noop("Merge into an existing case"),
    CandidateAction.MUTE: gettext_noop("Mute"),
    CandidateAction.EXPIRE: gettext_noop("Not verified in time"),
    CandidateAction.UNDO: pgettext_noop("history", "Undo"),
}

_REPORT_STATES: Mapping[ReportState, Message] = {
    ReportState.RECEIVED: gettext_noop("Received"),
    ReportState.NEED_INFO: gettext_noop("Awaiting information"),
    ReportState.DIRECTION: gettext_noop("Awaiting direction"),
    ReportState.ASSIGNED: gettext_noop("Assigned"),
    ReportState.PROCESSING: gettext_noop("In progress"),
    ReportState.TRANSFER_REQ: gettext_noop("Transfer requested"),
    ReportState.DEFERRED: gettext_noop("Deferred, with a date"),
    ReportState.REVIEW: gettext_noop("Awaiting review"),
    ReportState.RETURNED: gettext_noop("Returned"),
    ReportState.PUBLISHED: gettext_noop("Done and published"),
    ReportState.RECHECK: gettext_noop("Being re-checked"),
    ReportState.REPROCESS: gettext_noop("Reopened"),
    ReportState.MERGED: gettext_noop("Merged into another"),
    ReportState.REJECTED: gettext_noop("Rejected"),
    ReportState.CANCELLED: gettext_noop("Cancelled"),
    ReportState.ARCHIVED: gettext_noop("Archived"),
}

_REPORT_ACTIONS: Mapping[ReportAction, Message] = {
    ReportAction.RECEIVE: gettext_noop("Receive"),
    ReportAction.TRIAGE: gettext_noop("Triage"),
    ReportAction.REJECT: gettext_noop("Reject"),
    ReportAction.ASK: gettext_noop("Ask for information"),
    ReportAction.MERGE: gettext_noop("Merge duplicates"),
    ReportAction.SPLIT: gettext_noop("Split"),
    ReportAction.SUPPLY: gettext_noop("Supply information"),
    ReportAction.EXPIRE: gettext_noop("No answer in time"),
    ReportAction.ASK_DIRECTION: gettext_noop("Ask for direction"),
    ReportAction.INSTRUCT: gettext_noop("Instruct"),
    ReportAction.INSTRUCT_UNIT: gettext_noop("Instruct and assign"),
    ReportAction.OPEN: gettext_noop("Opened by the unit"),
    ReportAction.ACCEPT: gettext_noop("Accept"),
    ReportAction.SUBMIT: gettext_noop("Report the result"),
    ReportAction.DEFER: gettext_noop("Report that it takes longer"),
    ReportAction.NEW_DATE: gettext_noop("Change the expected date"),
    ReportAction.RESUME: gettext_noop("Resume"),
    ReportAction.REQUEST_TRANSFER: gettext_noop("Request a transfer"),
    ReportAction.COORDINATE: gettext_noop("Ask for coordination"),
    ReportAction.APPROVE_TRANSFER: gettext_noop("Transfer to another unit"),
    ReportAction.REFUSE_TRANSFER: gettext_noop("Refuse the transfer"),
    ReportAction.PUBLISH: gettext_noop("Approve and publish"),
    ReportAction.RETURN: gettext_noop("Return for re-processing"),
    ReportAction.DISSATISFY: gettext_noop("Not satisfied"),
    ReportAction.INTERACT: gettext_noop("Ask a follow-up"),
    ReportAction.START_RECHECK: gettext_noop("Re-check"),
    ReportAction.PASS_RECHECK: gettext_noop("Re-check passed"),
    ReportAction.FAIL_RECHECK: gettext_noop("Re-check failed"),
    ReportAction.REOPEN: gettext_noop("Reopen"),
    ReportAction.UNMERGE: gettext_noop("Take apart again"),
    ReportAction.RECONSIDER: gettext_noop("Reconsider"),
    ReportAction.CANCEL: gettext_noop("Cancel"),
    ReportAction.WITHDRAW: gettext_noop("Withdraw the confirmation"),
    ReportAction.RESTORE: gettext_noop("Restore"),
    ReportAction.ARCHIVE: gettext_noop("Archive"),
    ReportAction.RECOMPUTE_DUE: gettext_noop("Recompute the due time"),
}

_REASONS: Mapping[str, Message] = {
    DismissReason.FALSE_ALARM: gettext_noop("False alarm"),
    DismissReason.NO_VIOLATION: gettext_noop("No violation"),
    DismissReason.PERMITTED: gettext_noop("Permitted"),
    DismissReason.NOT_ENOUGH_GROUNDS: gettext_noop("Not enough grounds"),
    DismissReason.DRILL: gettext_noop("Drill or test"),
    RejectReason.OUT_OF_SCOPE: gettext_noop("Out of scope"),
    RejectReason.COMPLAINT: gettext_noop("Complaint or denunciation"),
    RejectReason.NOT_ENOUGH_INFORMATION: gettext_noop("Not enough information"),
    RejectReason.LANGUAGE: gettext_noop("Improper language"),
    RejectReason.UNTRUE: gettext_noop("Untrue"),
    CancelReason.WITHDRAWN: gettext_noop("Withdrawn"),
    CancelReason.NO_ANSWER: gettext_noop("No answer"),
    CancelReason.BY_REPORTER: gettext_noop("Cancelled by the reporter"),
}

_ROLES: Mapping[Role, Message] = {
    Role.DUTY_OFFICER: gettext_noop("IOC duty officer"),
    Role.SHIFT_LEAD: gettext_noop("Shift lead"),
    Role.IOC_HEAD: gettext_noop("Head of the IOC section"),
    Role.LEADER: gettext_noop("People's Committee leader"),
    Role.OFFICE: gettext_noop("Office of the People's Council and Committee"),
    Role.DEPARTMENT: gettext_noop("Specialised division"),
    Role.WARD: gettext_noop("Ward People's Committee"),
    Role.WARD_POLICE: gettext_noop("Ward police"),
    Role.SERVICE_COMPANY: gettext_noop("Urban service company"),
    Role.RECHECKER: gettext_noop("Re-checker"),
    Role.ADMIN: gettext_noop("System administrator"),
    Role.CITIZEN: gettext_noop("Citizen"),
    Role.SYSTEM: gettext_noop("System"),
}

_TIME_FLAGS: Mapping[TimeFlag, Message] = {
    TimeFlag.IN_TIME: gettext_noop("In time"),
    TimeFlag.SOON: gettext_noop("Due soon"),
    TimeFlag.LATE: gettext_noop("Overdue"),
    TimeFlag.DONE_IN_TIME: gettext_noop("Done in time"),
    TimeFlag.DONE_LATE: gettext_noop("Done late"),
}

_LIMITS: Mapping[LimitUnit, Message] = {
    LimitUnit.WORKING_HOUR: ngettext_noop("{n} working hour", "{n} working hours"),
    LimitUnit.CLOCK_HOUR: ngettext_noop("{n} hour", "{n} hours"),
    LimitUnit.WORKING_DAY: ngettext_noop("{n} working day", "{n} working days"),
    LimitUnit.CALENDAR_DAY: ngettext_noop("{n} day", "{n} days"),
}

_SOURCES: Mapping[Source, Message] = {
    Source.CAMERA: gettext_noop("From the surveillance cameras"),
    Source.CITIZEN_APP: gettext_noop("From the app"),
    Source.PHONE: gettext_noop("From the hotline"),
    Source.OFFICER: gettext_noop("Recorded by an officer"),
}

_FAMILIES: Mapping[str, Message] = {
    Family.ENCROACHMENT: gettext_noop("Encroachment"),
    Family.TRAFFIC: gettext_noop("Traffic"),
    Family.LITTERING: gettext_noop("Littering"),
}

_TABS: Mapping[Tab, Message] = {
    Tab.TODO: gettext_noop("To do"),
    Tab.REVIEW: gettext_noop("In review"),
    Tab.DONE: gettext_noop("Done"),
}

_OTHER_FAMILY = gettext_noop("Other")
_SEVERITIES = {1: gettext_noop("Low"), 2: gettext_noop("Medium"), 3: gettext_noop("High")}


def candidate_state(state: CandidateState) -> Message:
    return _CANDIDATE_STATES[state]


def candidate_action(action: CandidateAction) -> Message:
    return _CANDIDATE_ACTIONS[action]


def report_state(state: ReportState) -> Message:
    return _REPORT_STATES[state]


def report_action(action: ReportAction) -> Message:
    return _REPORT_ACTIONS[action]


def reason(code: DismissReason | RejectReason | CancelReason) -> Message:
    return _REASONS[code]


def reason_or_none(said: str | None) -> Message | None:
    """The words where it is a reason's code; None where somebody wrote it."""
    return _REASONS.get(said or "")


def role(role: Role) -> Message:
    return _ROLES[role]


def time_flag(flag: TimeFlag) -> Message:
    return _TIME_FLAGS[flag]


def limit(unit: LimitUnit) -> Message:
    """With plural forms, and {n} to be filled in."""
    return _LIMITS[unit]


def source(source: Source) -> Message:
    return _SOURCES[source]


def family(family: str) -> Message:
    """One of `Family`, or the word for those of newer detectors."""
    return _FAMILIES.get(family, _OTHER_FAMILY)


def tab(tab: Tab) -> Message:
    return _TABS[tab]


def severity(level: int) -> Message:
    return _SEVERITIES[level]
