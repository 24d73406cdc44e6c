"""Candidates for tests: one that is whole, and whatever a test wants different about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from incidents.contract.events import (
    CameraPlace,
    CandidateRaised,
    Clip,
    Evidence,
    EvidenceFile,
    Family,
    SeenBox,
    SeenZone,
)

SEEN_AT = datetime(2026, 3, 2, 1, 30, 0, 250_000, tzinfo=UTC)

CAMERA = CameraPlace(
    camera_id="cho-da-lat",
    name="Chợ Đà Lạt",
    address="Nguyễn Thị Minh Khai, phường Xuân Hương - Đà Lạt",
    lon_deg=108.4383,
    lat_deg=11.9434,
    bearing_deg=None,
    view_deg=62.0,
)


def evidence_file(name: str) -> EvidenceFile:
    return EvidenceFile(path=f"2026/03/02/{name}", sha256="0f" * 32, n_bytes=48_211)


def candidate(**different: Any) -> CandidateRaised:
    """A new candidate at every call, with an id of its own."""
    whole = CandidateRaised(
        candidate_id=uuid4(),
        family=Family.ENCROACHMENT,
        kind="vehicle_on_sidewalk",
        camera=CAMERA,
        zone=SeenZone(
            zone_id="via-he-bac",
            name="Vỉa hè phía bắc",
            type="sidewalk",
            polygon=((0.1, 0.5), (0.6, 0.5), (0.6, 0.9)),
            direction=None,
        ),
        object_class="car",
        entered_at=SEEN_AT - timedelta(seconds=120),
        seen_at=SEEN_AT,
        best_at=SEEN_AT - timedelta(seconds=30),
        dwell_s=120.0,
        limit_s=120.0,
        score=0.71,
        box=(0.2, 0.5, 0.4, 0.75),
        path=(SeenBox(at=SEEN_AT - timedelta(seconds=120), box=(0.2, 0.5, 0.4, 0.75)),),
        picture_width_px=1920,
        picture_height_px=1080,
        evidence=Evidence(
            image=evidence_file("image.jpg"),
            raw_image=evidence_file("raw.jpg"),
            entered_image=None,
            clip=Clip(
                file=evidence_file("clip.mp4"),
                started_at=SEEN_AT - timedelta(seconds=10),
                duration_s=20.0,
            ),
        ),
        detector="yolo11n-int8-384x640, rules 1",
    )
    return replace(whole, **different)
