"""What a transition writes down, and the way back: from a history to what stood at any instant. Pure.

The payload of a transition is JSON. At its top stands what was given; under `changed` stand the fields that
it changed, with their new values. A report's rows (assignments, clocks) stand there by their numbers, and
only those that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter

from incidents.contract.events import CandidateRaised
from incidents.lifecycle.payloads import CANDIDATE_PAYLOADS, REPORT_PAYLOADS, Payload
from incidents.lifecycle.records import Candidate, Report

CHANGED = "changed"
_ROWS = ("assignments", "clocks")  # of a report, each with its number
# The event never changes. A lease is renewed, and a link made, without a transition.
_NOT_OF_CANDIDATES = {"event", "lease_until", "report_id", "report_code"}
_NOT_OF_REPORTS = {"candidate_ids"}

Json = dict[str, Any]


class Written(Protocol):
    """A transition, or a line of history."""

    @property
    def at(self) -> datetime: ...

    @property
    def payload(self) -> Mapping[str, Any]: ...


_ADAPTERS: dict[type, TypeAdapter[Any]] = {
    each: TypeAdapter(each)
    for each in (Candidate, Report, *CANDIDATE_PAYLOADS.values(), *REPORT_PAYLOADS.values())
}


def given(payload: Payload) -> Json:
    """As JSON; what was left out stays out."""
    dumped: Json = _ADAPTERS[type(payload)].dump_python(payload, mode="json", exclude_defaults=True)
    return dumped


def changed(before: Candidate | Report | None, after: Candidate | Report) -> Json:
    """The fields whose values are other ones now; all of them where there was nothing before."""
    was, is_now = _snapshot(before) if before else {}, _snapshot(after)
    different = {name: value for name, value in is_now.items() if name not in was or was[name] != value}
    for name in _ROWS:
        if name in different:
            known = {row["number"]: row for row in was.get(name, ())}
            rows = [row for row in different[name] if known.get(row["number"]) != row]
            different[name] = {str(row["number"]): row for row in rows}
    return different


def report_at(history: Iterable[Written], at: datetime) -> Report | None:
    """The report as it stood at `at`, without its links; None where it was not there or nothing tells of it.

    `history`: oldest first, from the beginning.
    """
    folded = _folded(history, at)
    return _ADAPTERS[Report].validate_python(folded) if "report_id" in folded else None


def candidate_at(event: CandidateRaised, history: Iterable[Written], at: datetime) -> Candidate | None:
    """The candidate as it stood at `at`, without its link and the end of its lease; likewise None."""
    folded = _folded(history, at)
    if "candidate_id" not in folded:
        return None
    left_out = dict.fromkeys(_NOT_OF_CANDIDATES)
    found: Candidate = _ADAPTERS[Candidate].validate_python({**left_out, **folded, "event": event})
    return found


def without_links(seen: Report) -> Report:
    """What `report_at` can give back of it."""
    return replace(seen, candidate_ids=())


def _folded(history: Iterable[Written], at: datetime) -> Json:
    folded: Json = {}
    rows: dict[str, dict[str, Json]] = {name: {} for name in _ROWS}
    for step in history:
        if step.at > at:
            break
        different = dict(step.payload.get(CHANGED, {}))
        for name, known in rows.items():
            known.update(different.pop(name, {}))
        folded.update(different)
    if "report_id" in folded:
        folded.update({name: sorted(known.values(), key=_number) for name, known in rows.items()})
    return folded


def _number(row: Json) -> int:
    return int(row["number"])


def _snapshot(of: Candidate | Report) -> Json:
    left_out = _NOT_OF_REPORTS if isinstance(of, Report) else _NOT_OF_CANDIDATES
    dumped: Json = _ADAPTERS[type(of)].dump_python(of, mode="json", exclude=left_out)
    return dumped
