from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from incidents.errors import Stale
from incidents.people import Account
from incidents.service import Incidents
from incidents.states import CandidateState
from incidents.sweep import Swept, sweep
from tests.store.city import NOW, Raise

MINUTE = timedelta(minutes=1)


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


async def test_two_sweepers_at_once_move_each_candidate_once(
    incidents: Incidents, mai: Account, raised: Raise
) -> None:
    for _ in range(5):
        await incidents.desk.claim(await raised(), mai, NOW)
    at = NOW + 10 * MINUTE
    rounds = await asyncio.gather(*(sweep(incidents.database, incidents.policy, at) for _ in range(4)))
    assert sum(swept.n_leases_ended for swept in rounds) == 5
    assert await sweep(incidents.database, incidents.policy, at) == Swept(n_leases_ended=0, n_stale=0)
