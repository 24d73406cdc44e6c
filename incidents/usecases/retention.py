"""Who may delete evidence: nobody but this, and it asks the ledger first.

Evidence of a case that is open, confirmed or disputed stays. What an officer dismissed goes after the days
that the installation sets; what never reached the queue is not in the ledger, and stays too.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from incidents.evidence.store import EvidenceStore, candidate_folder
from incidents.store.database import Database

N_A_ROUND = 20  # files are slow; the leases of the sweeper must not wait for them


async def remove_expired(
    database: Database, evidence: EvidenceStore, at: datetime, *, keep: timedelta
) -> int:
    """One round, of a bounded size. Several sweepers at once share the work.

    Returns:
        Of how many candidates the evidence was removed.
    Raises:
        DatabaseUnavailable, EvidenceUnavailable: nothing is noted as removed. What was deleted before the
            failure is deleted again next time, which does no harm.
    """
    async with database.transaction() as store:
        expired = await store.retention.removable(at - keep, N_A_ROUND)
        for each in expired:
            folder = candidate_folder(each.candidate_id, each.seen_at)
            await asyncio.to_thread(evidence.delete_candidate, folder)
            await store.retention.note_removed(each.candidate_id, at)
    return len(expired)
