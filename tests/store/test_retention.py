"""Who may delete evidence: retention alone, and only what the ledger says is closed for good."""

from __future__ import annotations

import ast
import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from incidents.evidence.folder import FolderStore
from incidents.evidence.opening import StoreSettings
from incidents.evidence.store import EvidenceUnavailable, candidate_folder, put_bytes
from incidents.lifecycle.reasons import DismissReason
from incidents.people.accounts import Account
from incidents.usecases.retention import (
    KeepFor,
    Retention,
    RetentionMetrics,
    Round,
    remove_expired,
    remove_unknown,
)
from incidents.usecases.service import Incidents
from incidents.usecases.sweep import SweepSettings, run
from mastwatch.config.profiles import load_profile
from tests.store.city import NOW, Raise

KEEP = timedelta(days=90)
LATER = NOW + KEEP + timedelta(hours=1)
STORE = "evidence store"
NOTHING = Round(n_removed=0)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def evidence(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / STORE)


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
    assert await remove_expired(incidents.database, evidence, NOW + KEEP, keep=KEEP) == NOTHING
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == Round(n_removed=1)
    assert evidence.info(image) is None
    assert (await incidents.desk.candidate(candidate_id, mai, LATER)).evidence_removed_at == LATER
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == NOTHING


async def test_evidence_of_what_waits_is_verified_or_was_confirmed_stays(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore
) -> None:
    waiting, verified, confirmed = await raised(), await raised(), await raised()
    images = [await image_of(incidents, evidence, each, mai) for each in (waiting, verified, confirmed)]
    held = await incidents.desk.claim(confirmed, mai, NOW)
    await incidents.desk.confirm(confirmed, mai, NOW, held.version)
    await incidents.desk.claim(verified, mai, NOW)
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == NOTHING
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
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == NOTHING
    assert evidence.info(image)


class Refuses(FolderStore):
    """As an object store does that has a lock on one candidate's files; or on all, where none is named."""

    def __init__(self, root: Path, locked: UUID | None = None) -> None:
        super().__init__(root)
        self._locked = locked

    def delete_candidate(self, folder: str) -> int:
        if self._locked is None or folder.endswith(str(self._locked)):
            raise EvidenceUnavailable("s3://evidence", f"remove {folder}", "access denied")
        return super().delete_candidate(folder)


async def test_a_store_that_refuses_leaves_the_ledger_as_it_was(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore, tmp_path: Path
) -> None:
    candidate_id = await raised()
    await image_of(incidents, evidence, candidate_id, mai)
    await dismissed(incidents, candidate_id, mai)
    refused = await remove_expired(incidents.database, Refuses(tmp_path), LATER, keep=KEEP)
    assert refused == Round(n_removed=0, refused=candidate_id)
    assert (await incidents.desk.candidate(candidate_id, mai, LATER)).evidence_removed_at is None
    assert await remove_expired(incidents.database, evidence, LATER, keep=KEEP) == Round(n_removed=1)


async def test_files_that_cannot_be_removed_hold_up_no_others_and_are_tried_again(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore, tmp_path: Path
) -> None:
    locked, other = await raised(), await raised()
    images = [await image_of(incidents, evidence, each, mai) for each in (locked, other)]
    for each in (locked, other):  # the locked one is the oldest
        await dismissed(incidents, each, mai)
    refusing = Refuses(tmp_path / STORE, locked)
    registry = CollectorRegistry()
    keep = KeepFor(dismissed=KEEP, unknown=10 * KEEP)
    retention = Retention(incidents.database, refusing, keep, RetentionMetrics(registry))
    for _ in range(3):
        await retention.step(LATER)
    assert [evidence.info(image) is not None for image in images] == [True, False]
    assert registry.get_sample_value("mastwatch_evidence_removed_total") == 1
    # At the first step, and again at the third, after everything else.
    assert registry.get_sample_value("mastwatch_evidence_removal_failures_total") == 2


async def test_what_never_reached_the_ledger_goes_after_many_more_days(
    incidents: Incidents, raised: Raise, mai: Account, evidence: FolderStore
) -> None:
    began = NOW - timedelta(days=400)
    known, unknown = await raised(began, seen_at=NOW), uuid4()
    kept = await image_of(incidents, evidence, known, mai)
    lost = f"{candidate_folder(unknown, NOW)}/image.jpg"
    put_bytes(evidence, lost, b"picture")
    registry = CollectorRegistry()
    keep = KeepFor(dismissed=KEEP, unknown=timedelta(days=365))
    retention = Retention(incidents.database, evidence, keep, RetentionMetrics(registry))
    await retention.step(NOW + timedelta(days=365))
    assert evidence.info(lost)
    await retention.step(NOW + timedelta(days=366))
    assert evidence.info(lost) is None
    assert evidence.info(kept)
    assert registry.get_sample_value("mastwatch_evidence_unknown_removed_total") == 1


async def test_a_ledger_that_began_later_deletes_nothing_of_before(
    incidents: Incidents, raised: Raise, evidence: FolderStore
) -> None:
    of_another_city = f"{candidate_folder(uuid4(), NOW)}/image.jpg"
    put_bytes(evidence, of_another_city, b"picture")
    assert await remove_unknown(incidents.database, evidence, NOW.date()) == 0  # an empty ledger
    await raised(NOW + timedelta(days=1))
    assert await remove_unknown(incidents.database, evidence, NOW.date()) == 0
    assert evidence.info(of_another_city)


async def test_a_store_that_is_away_holds_up_no_lease(
    incidents: Incidents, raised: Raise, mai: Account, postgres_url: str
) -> None:
    """The sweeper itself: its store never answers, and the lease ends all the same."""
    long_ago = datetime.now(UTC) - timedelta(days=200)
    old, held = await raised(long_ago), await raised()
    lease = await incidents.desk.claim(old, mai, long_ago)
    await incidents.desk.dismiss(old, mai, long_ago, lease.version, DismissReason.FALSE_ALARM)
    await incidents.desk.claim(held, mai, long_ago)
    stop = threading.Event()
    with silent_server() as address:
        settings = SweepSettings(
            database_url=postgres_url,
            policy=load_profile("da-lat"),
            metrics_port=None,
            evidence=StoreSettings(
                address="s3://evidence",
                endpoint_url=address,
                region="us-east-1",
                access_key_id="x",
                secret_access_key="x",  # noqa: S106
            ),
            keep=KeepFor(dismissed=KEEP, unknown=KEEP),
        )
        sweeper = threading.Thread(target=run, args=(settings, stop))
        sweeper.start()
        try:
            await until_released(incidents, held, mai)
        finally:
            stop.set()
    await asyncio.to_thread(sweeper.join)


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections, and never says a word; at its end they break."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def until_released(incidents: Incidents, candidate_id: UUID, by: Account) -> None:
    async with asyncio.timeout(10):
        while (await incidents.desk.candidate(candidate_id, by, datetime.now(UTC))).state == "verifying":
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("days", [0, 0.9])
def test_evidence_is_kept_for_as_long_as_a_decision_can_be_taken_back(days: float) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        KeepFor(dismissed=timedelta(days=days), unknown=KEEP)


def test_nothing_but_retention_deletes_evidence() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for room in ("detectors", "incidents", "dispatch_api", "mastwatch")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "delete_candidate"
    }
    assert callers == {"incidents/usecases/retention.py"}
