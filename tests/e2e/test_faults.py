"""Whatever dies while the demo runs, no candidate is lost and none is doubled."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from mastwatch.demo.plan import Plan
from mastwatch.demo.run import Demo
from tests.e2e.ledger import arrivals, in_outbox, in_queue, raised_twice, unsent

AWAY_S = 20
SOON_S = 180


def within(demo: Demo, seconds: float, condition: Callable[[], bool]) -> None:
    """Watch the demo, which starts again what was killed, until the condition holds."""
    deadline = time.monotonic() + seconds
    demo.watch(until=lambda: condition() or time.monotonic() > deadline)
    assert condition()


def n_queued(demo: Demo) -> int:
    return len(in_queue(demo.database_url))


def all_arrived(demo: Demo, plan: Plan) -> bool:
    queued = {seen.candidate_id for seen in in_queue(demo.database_url)}
    return unsent(plan.data_dir) == 0 and in_outbox(plan.data_dir) <= queued


def test_nothing_is_lost_or_doubled_by_kills_and_by_a_broker_and_a_database_that_are_away(
    demo: Demo, plan: Plan
) -> None:
    within(demo, SOON_S, lambda: n_queued(demo) >= 3)

    demo.part("worker").send(signal.SIGKILL)
    demo.part("consume").send(signal.SIGKILL)
    n_before = n_queued(demo)
    within(demo, SOON_S, lambda: n_queued(demo) > n_before)

    demo.broker.stop()
    time.sleep(AWAY_S)
    demo.part("worker").send(signal.SIGKILL)
    demo.broker.restart()  # with nothing in it: what it held and nobody had read is gone
    n_before = n_queued(demo)
    within(demo, SOON_S, lambda: n_queued(demo) > n_before)

    demo.database.stop()
    time.sleep(AWAY_S)
    demo.part("consume").send(signal.SIGKILL)
    demo.database.restart()
    n_before = n_queued(demo)
    within(demo, SOON_S, lambda: n_queued(demo) > n_before)

    within(demo, SOON_S, lambda: all_arrived(demo, plan))
    queued = in_queue(demo.database_url)
    assert {seen.candidate_id for seen in queued} == in_outbox(plan.data_dir)
    assert set(arrivals(demo.database_url).values()) == {1}
    assert raised_twice(queued) == []
