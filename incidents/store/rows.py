"""Rows to values and back, where candidates and reports have the same columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incidents.lifecycle.records import Transition
from incidents.people.accounts import Person
from incidents.people.history import HistoryRow
from incidents.places.routing import WardRef

Row = Mapping[str, Any]


def person(row: Row, prefix: str) -> Person | None:
    """From the columns `<prefix>_id` and `<prefix>_name`; None where the id is null."""
    account_id = row[f"{prefix}_id"]
    if account_id is None:
        return None
    return Person(account_id=account_id, full_name=row[f"{prefix}_name"])


def ward_ref(row: Row) -> WardRef | None:
    """From the columns `ward_code`, `ward_name`, `ward_from`."""
    if row["ward_code"] is None:
        return None
    return WardRef(code=row["ward_code"], name=row["ward_name"], valid_from=row["ward_from"])


def history_row(row: Row) -> HistoryRow:
    return HistoryRow(
        at=row["at"],
        by_name=row["by_name"],
        action=row["action"],
        from_state=row["from_state"],
        to_state=row["to_state"],
        note=row["note"],
    )


def ward_values(ward: WardRef | None) -> dict[str, object]:
    """For statements that find the ward by `%(ward_code)s` and `%(ward_from)s`."""
    return {"ward_code": ward and ward.code, "ward_from": ward and ward.valid_from}


def move_columns(moves: Sequence[Transition], seen_version: int) -> dict[str, list[object]]:
    """One array for each column of a history table, for `unnest`. Each move is one version."""
    return {
        "versions": [seen_version + n for n in range(1, len(moves) + 1)],
        "ats": [move.at for move in moves],
        "by_ids": [move.by and move.by.account_id for move in moves],
        "by_names": [move.by and move.by.full_name for move in moves],
        "actions": [str(move.action) for move in moves],
        "from_states": [move.from_state and str(move.from_state) for move in moves],
        "to_states": [str(move.to_state) for move in moves],
        "notes": [move.note for move in moves],
    }
