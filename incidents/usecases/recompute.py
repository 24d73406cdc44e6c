"""The dues of open reports by the calendar of today: asked for, never by itself.

A due is kept as it was promised. Where the calendar has changed since, the page says so; whoever decides that
the new one counts has the open ones computed again, and each says in its history by whom, when and why.
"""

from __future__ import annotations

from datetime import datetime

from incidents.errors import Stale
from incidents.lifecycle.act import act_report
from incidents.lifecycle.payloads import Because
from incidents.lifecycle.records import Report
from incidents.lifecycle.states import ReportAction
from incidents.lifecycle.tables import REPORT_TRANSITIONS
from incidents.people.accounts import Account
from incidents.procedure.policy import Policy
from incidents.store.database import Database

N_A_ROUND = 200
STATES = tuple(state for state, action in REPORT_TRANSITIONS if action is ReportAction.RECOMPUTE_DUE)


async def recompute_dues(
    database: Database, policy: Policy, at: datetime, *, by: Account | None, reason: str
) -> int:
    """Of all open reports whose promise is of another calendar. Returns how many were computed again.

    Each in a transaction of its own: what somebody is changing at this moment is left to the next call.

    Args:
        by: None for the system.
    Raises:
        NotAllowed: only the head of the IOC, an administrator or the system.
        InvalidInput: no reason.
        DatabaseUnavailable
    """
    n_recomputed = 0
    left_out: set[object] = set()
    while True:
        async with database.autocommit() as store:
            reports = await store.reports.of_other_calendar(policy.calendar.version, STATES, N_A_ROUND)
        todo = [report for report in reports if report.report_id not in left_out]
        if not todo:
            return n_recomputed
        for report in todo:
            left_out.add(report.report_id)
            n_recomputed += await _recompute(database, policy, report, at, by=by, reason=reason)


async def _recompute(
    database: Database, policy: Policy, report: Report, at: datetime, *, by: Account | None, reason: str
) -> bool:
    payload = Because(reason=reason)
    decision = act_report(report, ReportAction.RECOMPUTE_DUE, payload, by=by, at=at, policy=policy)
    try:
        async with database.transaction() as store:
            await store.reports.save(decision)
    except Stale:
        return False
    return True
