"""Rows to values and back, where candidates and reports have the same columns."""

from __future__ import annotations

import json
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
        payload=row["payload"],
    )


def ward_values(ward: WardRef | None) -> dict[str, object]:
    """For statements that find the ward by `%(ward_code)s` and `%(ward_from)s`."""
    return {"ward_code": ward and ward.code, "ward_from": ward and ward.valid_from}


def transition_columns(transitions: Sequence[Transition], version: int) -> dict[str, list[object]]:
    """One array for each column of a history table, for `unnest`. `version`: of the last of them."""
    return {
        "versions": list(range(version - len(transitions) + 1, version + 1)),
        "ats": [each.at for each in transitions],
        "by_ids": [each.by and each.by.account_id for each in transitions],
        "by_names": [each.by and each.by.full_name for each in transitions],
        "actions": [str(each.action) for each in transitions],
        "from_states": [each.from_state and str(each.from_state) for each in transitions],
        "to_states": [str(each.to_state) for each in transitions],
        "payloads": [json.dumps(each.payload) for each in transitions],
    }
