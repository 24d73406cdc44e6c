"""The words of the two lives: states, actions, and the guards of transitions."""

from __future__ import annotations

from enum import StrEnum


class Guard(StrEnum):
    """What a transition needs, in the order of the checks: who, when, what stands, what was given."""

    HOLDER = "holder"  # only who holds the lease
    OWN_DECISION = "own_decision"  # only who decided it, or the shift lead
    LEAD_UNIT = "lead_unit"  # only the unit that leads
    OWN_REPORT = "own_report"  # a citizen only their own
    OTHER_UNIT = "other_unit"  # neither a unit nor the person that did the work
    LEASE_OVER = "lease_over"
    UNDO_TIME = "undo_time"  # within five minutes of the decision
    RESTORE_TIME = "restore_time"  # within 24 hours
    WAITED = "waited"  # the time for an answer is over
    ONCE = "once"  # it was not done before
    UNDELIVERED = "undelivered"  # the unit has not opened it
    NOT_WITHDRAWN = "not_withdrawn"  # its candidate did not go back to the queue
    CHILDREN_CLOSED = "children_closed"  # the reports that it was split into are published or cancelled
    REASON = "reason"
    REASON_CODE = "reason_code"
    CATEGORY = "category"
    LOCATION = "location"
    IMAGE = "image"
    SEVERITY = "severity"
    TARGET = "target"
    EXPIRY = "expiry"
    QUESTION = "question"
    INSTRUCTION = "instruction"
    UNIT = "unit"
    EXPECTED_DATE = "expected_date"
    PUBLIC_TEXT = "public_text"
    TEXT = "text"
    PHOTO = "photo"
    CHECKLIST = "checklist"
    NOTE = "note"
    CHILDREN = "children"


class CandidateState(StrEnum):
    NEW = "new"
    VERIFYING = "verifying"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    MERGED = "merged"
    STALE = "stale"


class CandidateAction(StrEnum):
    RAISE = "raise"  # how it came to be; never asked for
    CLAIM = "claim"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    LEASE_END = "lease_end"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ATTACH = "attach"
    MUTE = "mute"
    EXPIRE = "expire"
    UNDO = "undo"


class ReportState(StrEnum):
    RECEIVED = "received"
    NEED_INFO = "need_info"
    DIRECTION = "direction"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    TRANSFER_REQ = "transfer_req"
    DEFERRED = "deferred"
    REVIEW = "review"
    RETURNED = "returned"
    PUBLISHED = "published"
    RECHECK = "recheck"
    REPROCESS = "reprocess"
    MERGED = "merged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class ReportAction(StrEnum):
    RECEIVE = "receive"  # how it came to be; never asked for
    TRIAGE = "triage"
    REJECT = "reject"
    ASK = "ask"
    MERGE = "merge"
    SPLIT = "split"
    SUPPLY = "supply"
    EXPIRE = "expire"
    ASK_DIRECTION = "ask_direction"
    INSTRUCT = "instruct"
    INSTRUCT_UNIT = "instruct_unit"
    OPEN = "open"
    ACCEPT = "accept"
    SUBMIT = "submit"
    DEFER = "defer"
    NEW_DATE = "new_date"
    RESUME = "resume"
    REQUEST_TRANSFER = "request_transfer"
    COORDINATE = "coordinate"
    APPROVE_TRANSFER = "approve_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    PUBLISH = "publish"
    RETURN = "return"
    DISSATISFY = "dissatisfy"
    INTERACT = "interact"
    START_RECHECK = "start_recheck"
    PASS_RECHECK = "pass_recheck"  # noqa: S105 (not a password)
    FAIL_RECHECK = "fail_recheck"
    REOPEN = "reopen"
    UNMERGE = "unmerge"
    RECONSIDER = "reconsider"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    ARCHIVE = "archive"
    RECOMPUTE_DUE = "recompute_due"
