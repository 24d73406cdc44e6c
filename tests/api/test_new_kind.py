"""A kind that only one file knows goes from the camera's frame to the desk and into a ward's report."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from httpx import AsyncClient
from prometheus_client import CollectorRegistry

from detectors.evidence.candidate import candidate
from detectors.evidence.snapshot_buffer import snapshot
from detectors.evidence.writer import EvidenceImages, EvidenceWriter
from detectors.pipeline import Pipeline
from incidents.bus.delivery import Delivery
from incidents.bus.outbox import Outbox
from incidents.bus.sender import EventSender
from incidents.bus.topics import Cluster
from incidents.contract.events import CandidateRaised
from incidents.evidence.folder import FolderStore
from ingest.camera import Camera, ZoneType
from mastwatch.stack.broker import Broker
from tests import street
from tests.api.visitors import decide
from tests.running_city import City
from tests.store.consumer import consuming, until_queued
from tests.toy_rule import BUS_SEEN, BusRule

BUS = street.Actor(where=street.parked((100.0, 100.0, 300.0, 200.0)), class_id=street.BUS)


@pytest.fixture
def camera() -> Camera:
    """In the ward of Xuân Hương."""
    return replace(street.camera(street.zone(ZoneType.CROSSWALK)), lon_deg=108.4431, lat_deg=11.9392)


@pytest.fixture
def seen(camera: Camera, city: City) -> CandidateRaised:
    """What a worker with one more rule raises from these frames, its evidence stored."""
    pipeline = Pipeline(camera, rules=(BusRule(),))
    [(event, frame)] = [
        (event, frame)
        for frame, detections in street.film([BUS], seconds=3)
        for event in pipeline.step(frame, detections)
    ]
    candidate_id, best = uuid4(), snapshot(frame)
    images = EvidenceImages(best=best, xyxy_px=event.xyxy_px, entered=None)
    written = EvidenceWriter(FolderStore(city.data_dir)).write_images(candidate_id, event.raised_at, images)
    picture_wh = (street.WIDTH_PX, street.HEIGHT_PX)
    return candidate(
        candidate_id, camera, event, written, picture_wh=picture_wh, best_at=best.at, model="drawn"
    )


@pytest.fixture
async def queued(seen: CandidateRaised, city: City, broker: Broker, tmp_path: Path) -> CandidateRaised:
    """Through the outbox and a real broker into the queue, by the consumer."""
    cluster = Cluster(bootstrap=broker.bootstrap)
    with closing(Outbox(tmp_path / "outbox.sqlite")) as outbox, closing(EventSender(cluster)) as sender:
        outbox.hold(seen)
        outbox.release(seen)
        assert await asyncio.to_thread(Delivery(outbox, sender).step) == 1
    registry = CollectorRegistry()
    async with consuming(cluster, city.settings.database_url, registry):
        await until_queued(city.settings.database_url, seen)
    assert registry.get_sample_value("mastwatch_candidates_dead_lettered_total") == 0
    return seen


async def test_the_desk_shows_it_in_its_own_words(mai: AsyncClient, queued: CandidateRaised) -> None:
    part = await mai.get(f"/desk/candidates/{queued.candidate_id}")
    assert part.status_code == 200
    assert BUS_SEEN.label.vi in part.text
    await mai.post("/language", data={"next": "/desk"})
    assert BUS_SEEN.label.en in (await mai.get("/desk")).text


async def test_its_pictures_are_there(mai: AsyncClient, queued: CandidateRaised) -> None:
    answer = await mai.get(f"/evidence/{queued.evidence.image.path}")
    assert (answer.status_code, len(answer.content)) == (200, queued.evidence.image.n_bytes)


async def test_confirmed_it_is_a_report_of_the_ward_in_its_own_words(
    mai: AsyncClient, an: AsyncClient, queued: CandidateRaised
) -> None:
    item = (await mai.get(f"/api/v1/candidates/{queued.candidate_id}")).json()
    assert item["category_key"] == "other"  # until an officer knows better
    report = (await decide(mai, queued.candidate_id, "confirm", category_key="urban_order")).json()
    assert report["kind"] == BUS_SEEN.kind
    page = await an.get(f"/ward/{report['report_id']}")
    assert page.status_code == 200
    assert BUS_SEEN.label.vi in page.text
