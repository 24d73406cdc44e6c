"""Reports for tests: one that a citizen sent, before anything has happened to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from incidents.lifecycle.reasons import Source
from incidents.lifecycle.records import Report
from incidents.lifecycle.states import ReportState

RECEIVED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 09:00 in Đà Lạt


def citizens_report(**different: Any) -> Report:
    """A new one at every call, with an id of its own."""
    whole = Report(
        report_id=uuid4(),
        day=date(2026, 11, 23),
        number=1,
        source=Source.CITIZEN_APP,
        category_key="environment",
        family=None,
        kind=None,
        severity=1,
        ward=None,
        near_boundary=False,
        lon_deg=108.46,
        lat_deg=11.95,
        address="38 Bùi Thị Xuân",
        created_at=RECEIVED_AT,
        created_by=None,
        state=ReportState.RECEIVED,
        version=1,
        since=RECEIVED_AT,
    )
    return replace(whole, **different)
