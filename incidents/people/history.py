"""One line of a candidate's or report's history, as people read it. History is added to, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    at: datetime  # UTC
    by_name: str | None  # full name as it was then; None where a timer did it
    action: str  # a CandidateAction or ReportAction
    from_state: str | None  # None where it came to be
    to_state: str
    note: str | None  # the reason given, what changed
