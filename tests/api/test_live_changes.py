"""Who is woken by a change, over the database's own notifications."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from httpx import AsyncClient

from dispatch_api.changes import Changes, Interest, Topic
from tests.api.visitors import Raise, confirmed
from tests.running_city import LAM_VIEN, XUAN_HUONG, City

REPORTS = frozenset({Topic.REPORTS})
SOON_S = 5.0
QUIET_S = 0.2


async def test_a_report_wakes_its_unit_and_no_other(
    app: FastAPI, city: City, mai: AsyncClient, raised: Raise
) -> None:
    changes: Changes = app.state.context.changes
    ours = Interest(topics=REPORTS, unit_id=city.committee(XUAN_HUONG))
    others = Interest(topics=REPORTS, unit_id=city.committee(LAM_VIEN))
    desk = Interest(topics=frozenset({Topic.CANDIDATES}))
    with (
        changes.subscribed(ours) as of_ours,
        changes.subscribed(others) as of_others,
        changes.subscribed(desk) as of_desk,
    ):
        await asyncio.gather(of_ours.take(QUIET_S), of_others.take(QUIET_S))  # what began with listening
        await confirmed(mai, await raised())
        assert await of_ours.take(SOON_S) == REPORTS
        assert await of_desk.take(SOON_S) == {Topic.CANDIDATES}
        assert await of_others.take(QUIET_S) == frozenset()


async def test_a_page_of_one_report_sleeps_through_the_others(
    app: FastAPI, mai: AsyncClient, raised: Raise
) -> None:
    changes: Changes = app.state.context.changes
    first = await confirmed(mai, await raised())
    with changes.subscribed(Interest(topics=REPORTS, report_id=first["report_id"])) as subscription:
        while await subscription.take(QUIET_S):
            pass  # its own, still on the way
        second = await confirmed(mai, await raised())
        assert second["report_id"] != first["report_id"]
        assert await subscription.take(QUIET_S) == frozenset()


async def test_a_filter_that_is_not_known_is_refused(mai: AsyncClient) -> None:
    assert (await mai.get("/api/v1/changes", params={"topic": "weather"})).status_code == 422
    assert (await mai.get("/api/v1/changes", params={"report": "no-uuid"})).status_code == 422
