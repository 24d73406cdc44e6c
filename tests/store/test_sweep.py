from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest
from psycopg import AsyncClientCursor

from incidents.errors import Stale
from incidents.lifecycle.states import CandidateState
from incidents.people.accounts import Account
from incidents.store.timers import END_LEASES, EXPIRE
from incidents.usecases.service import Incidents
from incidents.usecases.sweep import N_A_ROUND, SweepResult, sweep
from tests.store.city import NOW, Raise

MINUTE = timedelta(minutes=1)
COPIES = """
    INSERT INTO candidate (candidate_id, event, family, score, state, version, queued_at, near_boundary,
        category_key, severity)
    SELECT gen_random_uuid(), event, family, score, %(state)s, 1, queued_at, near_boundary, category_key,
        severity
    FROM candidate, generate_series(1, %(n)s)
"""


async def test_a_lease_that_nobody_renewed_ends_and_the_candidate_waits_again(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    assert (await sweep(incidents.database, incidents.policy, NOW + 4 * MINUTE)).n_leases_ended == 0
    assert (await sweep(incidents.database, incidents.policy, NOW + 5 * MINUTE)).n_leases_ended == 1
    seen = await incidents.desk.candidate(held.candidate_id, mai, NOW)
    assert (seen.state, seen.holder) == (CandidateState.NEW, None)
    assert (seen.history[-1].action, seen.history[-1].by_name) == ("lease_end", None)


async def test_a_decision_after_the_lease_was_swept_is_told_so(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    held = await incidents.desk.claim(await raised(), mai, NOW)
    await sweep(incidents.database, incidents.policy, NOW + 5 * MINUTE)
    with pytest.raises(Stale, match="lease_end by timer"):
        await incidents.desk.confirm(held.candidate_id, mai, NOW + 5 * MINUTE, held.version)


async def test_what_nobody_verified_in_time_is_marked_and_can_still_be_confirmed(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    candidate_id = await raised()
    late = NOW + incidents.policy.stale_after
    assert (await sweep(incidents.database, incidents.policy, late)).n_stale == 1
    assert (await incidents.desk.candidate(candidate_id, mai, late)).state is CandidateState.STALE
    held = await incidents.desk.claim(candidate_id, mai, late)
    assert await incidents.desk.confirm(candidate_id, mai, late, held.version)


async def test_what_piled_up_without_a_sweeper_is_moved_in_rounds_of_bounded_size_the_oldest_first(
    incidents: Incidents, raised: Raise, postgres_url: str
) -> None:
    await raised()
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        await connection.execute(COPIES, {"state": "new", "n": N_A_ROUND})
    late = NOW + incidents.policy.stale_after
    first, second = [await sweep(incidents.database, incidents.policy, late) for _ in range(2)]
    assert (first.n_stale, second.n_stale) == (N_A_ROUND, 1)


@pytest.mark.parametrize(("asked", "index"), [(END_LEASES, "candidate_lease"), (EXPIRE, "candidate_unseen")])
async def test_a_round_looks_only_at_what_it_may_move(
    incidents: Incidents, raised: Raise, postgres_url: str, asked: LiteralString, index: str
) -> None:
    await raised()
    values = {
        "at": NOW,
        "before": NOW,
        "n_max": 1,
        "from_state": "",
        "to_state": "",
        "action": "",
        "changed": "{}",
    }
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        await connection.execute(COPIES, {"state": "merged", "n": 20_000})
        await connection.execute("ANALYZE candidate")
        plan = await AsyncClientCursor(connection).execute("EXPLAIN " + asked, values)
        assert f"using {index} on candidate" in "\n".join(row[0] for row in await plan.fetchall())


async def test_two_sweepers_at_once_move_each_candidate_once(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    for _ in range(5):
        await incidents.desk.claim(await raised(), mai, NOW)
    at = NOW + 10 * MINUTE
    rounds = await asyncio.gather(*(sweep(incidents.database, incidents.policy, at) for _ in range(4)))
    assert sum(swept.n_leases_ended for swept in rounds) == 5
    assert await sweep(incidents.database, incidents.policy, at) == SweepResult(n_leases_ended=0, n_stale=0)
