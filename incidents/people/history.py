"""One line of a candidate's or report's history. History is added to, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# The fields in which somebody said something, or chose it from a list: of them a line shows the first.
_SAID = ("reason_code", "reason", "instruction", "question", "text", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    at: datetime  # UTC
    by_name: str | None  # full name as it was then; None where a timer did it
    action: str  # a CandidateAction or ReportAction
    from_state: str | None  # None where it came to be
    to_state: str
    # Codes and values, never sentences: what was given, and under `changed` what became of it.
    payload: Mapping[str, Any]

    @property
    def note(self) -> str | None:
        """What was said: a reason's code, or a text as it was written."""
        return next((str(self.payload[name]) for name in _SAID if self.payload.get(name)), None)

    @property
    def given(self) -> Mapping[str, Any]:
        """What was given with the action, without what became of it."""
        return {name: value for name, value in self.payload.items() if name != "changed"}
