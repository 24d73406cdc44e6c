"""Candidates with real evidence: pictures and clips of the shared footage, as a detector sends them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
from numpy.typing import NDArray

from incidents.contract.events import (
    DEFAULT_VIEW,
    Box,
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
from incidents.contract.older_versions import v1_label
from mastwatch.config.truths import TRUTH_FILE, load_truth

Xyxy = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What a camera sees in one of the shared clips."""

    clip: str  # name of its folder
    camera: CameraPlace
    family: Family
    kind: str
    zone_id: str
    zone_name: str
    object_class: str
    box_px: Xyxy
    seen_s: float  # seconds of the clip
    dwell_s: float
    limit_s: float
    path_px: Sequence[tuple[float, Xyxy]] = field(default=())  # (seconds of the clip, box)
    with_clip: bool = True
    with_entered: bool = True


def place(
    camera_id: str, name: str, address: str, lon_deg: float, lat_deg: float, bearing_deg: float
) -> CameraPlace:
    return CameraPlace(
        camera_id=camera_id,
        name=name,
        address=address,
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        bearing_deg=bearing_deg,
        view_deg=62.0,
    )


PARKED = Shot(
    clip="window-view-parked-street",
    camera=place("CAM-07", "Bùi Thị Xuân", "38 Bùi Thị Xuân", 108.4431, 11.9456, 60),
    family=Family.ENCROACHMENT,
    kind="parked_in_no_parking",
    zone_id="near-kerb",
    zone_name="vùng A2",
    object_class="car",
    box_px=(305, 236, 472, 313),
    seen_s=20.0,
    dwell_s=132.0,
    limit_s=120.0,
)
WRONG_WAY = Shot(
    clip="two-way-road-zone-reversed",
    camera=place("N-208", "Trần Hưng Đạo", "Trần Hưng Đạo, đoạn trước số 12", 108.4512, 11.9398, 200),
    family=Family.TRAFFIC,
    kind="wrong_way",
    zone_id="left-reversed",
    zone_name="làn 2",
    object_class="car",
    box_px=(150, 185, 260, 280),
    seen_s=10.0,
    dwell_s=2.4,
    limit_s=1.5,
    path_px=((8.0, (205, 120, 262, 168)), (9.0, (185, 145, 262, 215)), (10.0, (150, 185, 260, 280))),
)
BAG = Shot(
    clip="sidewalk-bag-left",
    camera=place(
        "CAM-11", "Hồ Xuân Hương", "Bờ hồ Xuân Hương, đoạn Nhà hàng Thủy Tạ", 108.4442, 11.9405, 310
    ),
    family=Family.LITTERING,
    kind="object_left_by_person",
    zone_id="sidewalk",
    zone_name="vỉa hè B1",
    object_class="object",
    box_px=(452, 365, 503, 420),
    seen_s=27.0,
    dwell_s=11.0,
    limit_s=5.0,
)
STANDING = Shot(
    clip="cn-junction-overpass",
    camera=place("CAM-03", "Ngã năm Đại học", "Nút giao Ngã năm Đại học", 108.4449, 11.9553, 20),
    family=Family.TRAFFIC,
    kind="stopped_vehicle",
    zone_id="junction",
    zone_name="nút giao",
    object_class="truck",
    box_px=(192, 180, 254, 224),
    seen_s=5.0,
    dwell_s=41.0,
    limit_s=30.0,
    with_entered=False,
)
MOTORBIKES = Shot(
    clip="underpass-parked-motorbikes",
    camera=place("N-042", "Hầm chui Phan Đình Phùng", "Hầm chui Phan Đình Phùng", 108.4366, 11.9487, 140),
    family=Family.ENCROACHMENT,
    kind="parked_in_no_parking",
    zone_id="edge-strip",
    zone_name="mép đường C",
    object_class="motorcycle",
    box_px=(575, 280, 662, 468),
    seen_s=4.0,
    dwell_s=303.0,
    limit_s=300.0,
    with_clip=False,
)
CYCLIST = Shot(
    clip="motorway-person-on-shoulder",
    camera=place("N-301", "Đèo Prenn, km 224", "Quốc lộ 20, đèo Prenn, km 224", 108.4583, 11.8931, 175),
    family=Family.TRAFFIC,
    kind="pedestrian_on_carriageway",
    zone_id="hard-shoulder",
    zone_name="làn dừng khẩn cấp",
    object_class="bicycle",
    box_px=(287, 102, 297, 127),
    seen_s=12.0,
    dwell_s=9.0,
    limit_s=3.0,
    path_px=((4.0, (244, 192, 262, 240)), (12.0, (287, 102, 297, 127)), (20.0, (300, 66, 305, 85))),
)
SHOTS = (PARKED, WRONG_WAY, BAG, STANDING, MOTORBIKES, CYCLIST)


def raised(shot: Shot, footage: Path, evidence_dir: Path, seen_at: datetime) -> CandidateRaised:
    """The candidate, with its files written below `evidence_dir`."""
    source = footage / shot.clip
    candidate_id = uuid4()
    folder = evidence_dir / f"{seen_at:%Y/%m/%d}" / str(candidate_id)
    folder.mkdir(parents=True)
    frame = frame_at(source / "clip.mp4", shot.seen_s)
    entered = frame_at(source / "clip.mp4", max(shot.seen_s - shot.dwell_s, 0.0))
    height_px, width_px = frame.shape[:2]
    clip = _clip(source / "clip.mp4", folder, evidence_dir, seen_at - timedelta(seconds=shot.seen_s))
    return CandidateRaised(
        candidate_id=candidate_id,
        family=shot.family,
        kind=shot.kind,
        label=Label(**v1_label(shot.kind)),
        camera=shot.camera,
        view_id=DEFAULT_VIEW,
        zone=_zone(source, shot),
        object_class=shot.object_class,
        entered_at=seen_at - timedelta(seconds=shot.dwell_s),
        seen_at=seen_at,
        best_at=seen_at,
        dwell_s=shot.dwell_s,
        limit_s=shot.limit_s,
        score=0.87,
        box=_scaled(shot.box_px, width_px, height_px),
        path=_path(shot, seen_at, width_px, height_px),
        picture_width_px=width_px,
        picture_height_px=height_px,
        evidence=Evidence(
            image=_jpeg(_with_box(frame, shot.box_px), folder / "image.jpg", evidence_dir),
            raw_image=_jpeg(frame, folder / "raw.jpg", evidence_dir),
            entered_image=_jpeg(entered, folder / "entered.jpg", evidence_dir) if shot.with_entered else None,
            clip=clip if shot.with_clip else None,
        ),
        detector="yolo11n-int8-384x640, quy tắc 1",
    )


def frame_at(clip: Path, at_s: float) -> NDArray[np.uint8]:
    capture = cv2.VideoCapture(str(clip))
    capture.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
    good, frame = capture.read()
    capture.release()
    assert good, f"{clip} has no frame at {at_s} s"
    return np.asarray(frame, np.uint8)


def _with_box(frame: NDArray[np.uint8], box: Xyxy) -> NDArray[np.uint8]:
    drawn = frame.copy()
    x1, y1, x2, y2 = (int(value) for value in box)
    cv2.rectangle(drawn, (x1, y1), (x2, y2), (67, 159, 255), 2)
    return drawn


def _jpeg(frame: NDArray[np.uint8], path: Path, root: Path) -> EvidenceFile:
    cv2.imwrite(str(path), frame)
    return _file(path, root)


def _clip(source: Path, folder: Path, root: Path, started_at: datetime) -> Clip:
    copied = folder / "clip.mp4"
    shutil.copyfile(source, copied)
    capture = cv2.VideoCapture(str(copied))
    duration_s = capture.get(cv2.CAP_PROP_FRAME_COUNT) / capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    return Clip(file=_file(copied, root), started_at=started_at, duration_s=duration_s)


def _file(path: Path, root: Path) -> EvidenceFile:
    data = path.read_bytes()
    return EvidenceFile(
        path=path.relative_to(root).as_posix(), sha256=sha256(data).hexdigest(), n_bytes=len(data)
    )


def _zone(source: Path, shot: Shot) -> SeenZone:
    truth = load_truth(source / TRUTH_FILE)
    zone = next(zone for zone in truth.zones if zone.zone_id == shot.zone_id)
    return SeenZone(
        zone_id=zone.zone_id,
        name=shot.zone_name,
        type=zone.type.value,
        polygon=zone.polygon,
        direction=zone.direction,
    )


def _path(shot: Shot, seen_at: datetime, width_px: int, height_px: int) -> tuple[SeenBox, ...]:
    seen = shot.path_px or (
        (shot.seen_s - min(shot.dwell_s, shot.seen_s), shot.box_px),
        (shot.seen_s, shot.box_px),
    )
    return tuple(
        SeenBox(at=seen_at + timedelta(seconds=at_s - shot.seen_s), box=_scaled(box, width_px, height_px))
        for at_s, box in seen
    )


def _scaled(box: Xyxy, width_px: int, height_px: int) -> Box:
    return box[0] / width_px, box[1] / height_px, box[2] / width_px, box[3] / height_px
