"""The events that leave a room. Each is frozen, versioned and says where everything happened by itself:
a consumer needs no other table to show it, and a camera that moves later does not change what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in 0..1 of the picture
Point = tuple[float, float]  # x, y in 0..1 of the picture


class Family(StrEnum):
    ENCROACHMENT = "encroachment"
    TRAFFIC = "traffic"
    LITTERING = "littering"


KINDS: dict[Family, tuple[str, ...]] = {
    Family.ENCROACHMENT: ("parked_in_no_parking", "vehicle_on_sidewalk", "vehicle_on_crosswalk"),
    Family.TRAFFIC: ("stopped_vehicle", "wrong_way", "pedestrian_on_carriageway"),
    Family.LITTERING: ("object_left_by_person",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPlace:
    """The camera as it was when it saw this."""

    camera_id: str
    name: str
    address: str
    lon_deg: float
    lat_deg: float
    bearing_deg: float | None  # clockwise from north; None where nobody measured it
    view_deg: float | None  # horizontal field of view


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenZone:
    zone_id: str
    name: str
    type: str
    polygon: tuple[Point, ...]
    direction: tuple[Point, Point] | None  # from, to


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBox:
    at: datetime
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    path: str  # relative to the evidence folder, with forward slashes
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    file: EvidenceFile
    started_at: datetime  # frame time of the first picture of the clip
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    image: EvidenceFile  # the best frame with the box drawn on it, JPEG
    raw_image: EvidenceFile  # the same frame untouched, JPEG
    entered_image: EvidenceFile | None  # the frame at entered_at; None where it was no longer at hand
    clip: Clip | None  # None where the stream or the process died before it could be cut


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRaised:
    """A detector asks a person to look at this. Schema: schemas/candidate_raised.v1.json"""

    candidate_id: UUID  # made by the detector: a redelivery is the same candidate
    family: Family
    kind: str
    camera: CameraPlace
    zone: SeenZone
    object_class: str
    entered_at: datetime  # camera frame time, UTC
    seen_at: datetime  # frame time at which the rule was satisfied
    best_at: datetime
    dwell_s: float
    limit_s: float
    score: float  # 0..1
    box: Box  # at seen_at
    path: tuple[SeenBox, ...]
    picture_width_px: int
    picture_height_px: int
    evidence: Evidence
    detector: str  # name of the weights, and the version of the rules
