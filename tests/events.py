"""Candidates for tests: one that is whole, and whatever a test wants different about it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from incidents.contract.codec import encode
from incidents.contract.events import (
    CameraPlace,
    CandidateRaised,
    Clip,
    Evidence,
    EvidenceFile,
    Family,
    Label,
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
        label=Label(vi="Xe trên vỉa hè", en="Vehicle on the sidewalk"),
        camera=CAMERA,
        view_id="default",
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


def from_the_next_version(**different: Any) -> bytes:
    """What a worker of a newer version may send: words, fields and a version that are unknown here."""
    event = candidate(
        family="flooding",
        kind="flooded_road",
        label=Label(vi="Đường ngập nước", en="Flooded road"),
        object_class="water",
        **different,
    )
    document = json.loads(encode(event))
    document |= {"schema_version": 3, "depth_m": 0.4, "weather": {"rain_mm": [1, 2]}}
    document["zone"] |= {"type": "underpass", "lowest_m": 2.5}
    document["camera"] |= {"mast_height_m": 25}
    document["path"][0] |= {"speed_kmh": None}
    return json.dumps(document, ensure_ascii=False).encode()
