"""The events that leave a room. Each is frozen and complete: a consumer needs no other table to show it, and
a camera that is moved later does not change what was seen.

How a field is added: docs/decisions/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from incidents.contract.fields import (
    Bearing,
    Box,
    Bytes,
    EvidencePath,
    Latitude,
    Longitude,
    Pixels,
    Point,
    Seconds,
    Sha256,
    Share,
    Text,
    UtcTime,
    ViewAngle,
)

# Of a camera that has one view only, and of every event before views had a name.
DEFAULT_VIEW = "default"


class Family(StrEnum):
    """The families that this version has its own words, colours and filters for. Events may name others."""

    ENCROACHMENT = "encroachment"
    TRAFFIC = "traffic"
    LITTERING = "littering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What people read, in both languages of the desk."""

    vi: Text
    en: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPlace:
    """The camera as it was when it saw this."""

    camera_id: Text
    name: Text
    address: Text
    lon_deg: Longitude
    lat_deg: Latitude
    bearing_deg: Bearing | None  # clockwise from north; None where nobody measured it
    view_deg: ViewAngle | None  # horizontal field of view


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenZone:
    zone_id: Text
    name: Text
    type: Text  # open: a newer detector may know more types
    polygon: Annotated[tuple[Point, ...], Field(min_length=2, max_length=1024)]
    direction: tuple[Point, Point] | None  # from, to


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBox:
    at: UtcTime
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    path: EvidencePath  # relative to the evidence store, with forward slashes
    sha256: Sha256
    n_bytes: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    file: EvidenceFile
    started_at: UtcTime  # frame time of the first picture of the clip
    duration_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    image: EvidenceFile  # the best frame with the box drawn on it, JPEG
    raw_image: EvidenceFile  # the same frame untouched, JPEG
    entered_image: EvidenceFile | None  # the frame at entered_at; None where it was no longer available
    clip: Clip | None  # None where the stream or the process died before it could be written


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRaised:
    """A detector asks a person to look at this.

    Topic candidates.v1, key = camera.camera_id. At least once: candidate_id makes a repeat harmless.
    """

    candidate_id: UUID  # made by the detector: a redelivery is the same candidate
    family: Text  # a `Family`, or one that only a newer detector knows
    kind: Text  # open: each rule file of the detectors declares its own
    label: Label  # the kind in words, from the same rule file
    camera: CameraPlace
    view_id: Text  # of the camera's views, the one in which it was seen
    zone: SeenZone
    object_class: Text  # open: the detector's word for the thing
    entered_at: UtcTime  # camera frame time
    seen_at: UtcTime  # frame time at which the rule was satisfied
    best_at: UtcTime  # frame time of the pictures
    dwell_s: Seconds
    limit_s: Seconds
    score: Share
    box: Box  # at seen_at
    path: Annotated[tuple[SeenBox, ...], Field(max_length=64)]  # oldest first, from entered_at to seen_at
    picture_width_px: Pixels
    picture_height_px: Pixels
    evidence: Evidence
    detector: Text  # name of the weights, and the version of the rules
