from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from dispatch_api.changes import Changes, Interest, Topic
from incidents.store.notify import MISSED, Change

ALL = frozenset(Topic)
REPORTS = {Topic.REPORTS}


def change(what: str, subject_id: str = "one", *unit_ids: str) -> Change:
    return Change(what=what, subject_id=subject_id, action="act", unit_id=None, unit_ids=unit_ids)


@pytest.mark.parametrize(
    ("interest", "happened", "topics"),
    [
        (Interest(topics=ALL), change("candidate"), {Topic.CANDIDATES}),
        (Interest(topics=ALL), change("report", "one", "ward-1"), REPORTS),
        (Interest(topics=frozenset({Topic.CANDIDATES})), change("report", "one", "ward-1"), set()),
        (
            Interest(topics=ALL, unit_id="ward-1"),
            change("report", "one", "ward-2", "ward-1"),
            {Topic.REPORTS},
        ),
        (Interest(topics=ALL, unit_id="ward-1"), change("report", "one", "ward-2"), set()),
        (Interest(topics=ALL, report_id="one"), change("report", "one"), REPORTS),
        (Interest(topics=ALL, report_id="one"), change("report", "two"), set()),
        (Interest(topics=ALL, unit_id="ward-1", report_id="one"), change("report", "one", "ward-2"), set()),
        (Interest(topics=ALL, unit_id="ward-1"), MISSED, set(Topic)),
    ],
)
def test_a_change_wakes_only_the_pages_that_show_it(
    interest: Interest, happened: Change, topics: set[Topic]
) -> None:
    assert interest.concerned(happened) == topics


async def test_an_unknown_kind_of_change_is_counted_and_the_next_one_arrives() -> None:
    async def listen() -> AsyncIterator[Change]:
        yield change("comment")
        yield change("candidate")

    changes = Changes(listen)
    with changes.subscribed(Interest(topics=ALL)) as subscription:
        await changes.run()
        assert await subscription.take(1) == {Topic.CANDIDATES}
    assert changes.n_unknown == 1


async def test_a_page_sleeps_through_what_it_does_not_show() -> None:
    async def listen() -> AsyncIterator[Change]:
        yield change("report", "one", "ward-2")
        await asyncio.sleep(0)

    changes = Changes(listen)
    with changes.subscribed(Interest(topics=ALL, unit_id="ward-1")) as subscription:
        await changes.run()
        assert await subscription.take(0.01) == frozenset()
