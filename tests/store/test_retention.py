"""Who may delete evidence: retention alone, and only what the ledger says is closed for good."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from incidents.evidence.folder import FolderStore
from incidents.evidence.store import EvidenceUnavailable, candidate_folder, put_bytes
from incidents.lifecycle.reasons import DismissReason
from incidents.people.accounts import Account
from incidents.usecases.retention import remove_expired
from incidents.usecases.service import Incidents
from tests.store.city import NOW, Raise

KEEP = timedelta(days=90)
LATER = NOW + KEEP + timedelta(hours=1)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def evidence(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence store")


async def image_of(incidents: Incidents, evidence: FolderStore, candidate_id: UUID, by: Account) -> str:
    """Where its picture lies, which is put there."""
    item = await incidents.desk.candidate(candidate_id, by, NOW)
    path = f"{candidate_folder(candidate_id, item.event.seen_at)}/image.jpg"
    put_bytes(evidence, path, b"picture")
    return path


async def dismissed(incidents: Incidents, candidate_id: UUID, by: Account) -> None:
    held = await incidents.desk.claim(candidate_id, by, NOW)
    await incidents.desk.dismiss(candidate_id, by, NOW, held.version, DismissReason.FALSE_ALARM)


async def test_evidence_of_what_was_dismissed_goes_after_its_days_and_the_case_says_so(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore
) -> None:
    candidate_id = await raised()
    image = await image_of(incidents, evidence, candidate_id, mai)
    await dismissed(incidents, candidate_id, mai)
    assert await remove_expired(incidents.database, evidence, NOW + KEEP, keep=KEEP) == 0
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == 1
    assert evidence.info(image) is None
    assert (await incidents.desk.candidate(candidate_id, mai, LATER)).evidence_removed_at == LATER
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == 0


async def test_evidence_of_what_waits_is_verified_or_was_confirmed_stays(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore
) -> None:
    waiting, verified, confirmed = await raised(), await raised(), await raised()
    images = [await image_of(incidents, evidence, each, mai) for each in (waiting, verified, confirmed)]
    held = await incidents.desk.claim(confirmed, mai, NOW)
    await incidents.desk.confirm(confirmed, mai, NOW, held.version)
    await incidents.desk.claim(verified, mai, NOW)
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == 0
    assert all(evidence.info(image) for image in images)


async def test_evidence_of_a_confirmation_taken_back_and_dismissed_stays(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore
) -> None:
    candidate_id = await raised()
    image = await image_of(incidents, evidence, candidate_id, mai)
    held = await incidents.desk.claim(candidate_id, mai, NOW)
    await incidents.desk.confirm(candidate_id, mai, NOW, held.version)
    confirmed = await incidents.desk.candidate(candidate_id, mai, NOW)
    undone = await incidents.desk.undo(candidate_id, mai, NOW, confirmed.version)
    await incidents.desk.dismiss(candidate_id, mai, NOW, undone.version, DismissReason.PERMITTED)
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == 0
    assert evidence.info(image)


class Away(FolderStore):
    def delete_candidate(self, folder: str) -> int:
        raise EvidenceUnavailable("s3://evidence", f"remove {folder}", "timed out")


async def test_a_store_that_is_away_leaves_the_ledger_as_it_was(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore, tmp_path: Path
) -> None:
    candidate_id = await raised()
    await dismissed(incidents, candidate_id, mai)
    with pytest.raises(EvidenceUnavailable):
        await remove_expired(incidents.database, Away(tmp_path), LATER, keep=KEEP)
    assert (await incidents.desk.candidate(candidate_id, mai, LATER)).evidence_removed_at is None
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == 1


def test_nothing_but_retention_deletes_evidence() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for room in ("detectors", "incidents", "dispatch_api", "mastwatch")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "delete_candidate"
    }
    assert callers == {"incidents/usecases/retention.py"}
