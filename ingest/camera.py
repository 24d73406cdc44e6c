"""Cameras and their zones as a city configures them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Point = tuple[float, float]  # x, y in 0..1 of the picture

ONLY_VIEW = "default"  # the id of the view of a camera that has one and does not name it
STREAM_SCHEMES = ("rtsp://", "rtsps://")
DEFAULT_DETECT_FPS = 5.0


class ZoneType(StrEnum):
    SIDEWALK = "sidewalk"
    ROADWAY = "roadway"
    LANE = "lane"
    SHOULDER = "shoulder"
    CROSSWALK = "crosswalk"
    STOP_LINE = "stop_line"
    KEEP_CLEAR = "keep_clear"
    NO_PARKING = "no_parking"
    PARKING_BAY = "parking_bay"


DIRECTED = (ZoneType.LANE, ZoneType.ROADWAY, ZoneType.SHOULDER)  # where traffic may go only one way


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    zone_id: str  # unique within its view
    name: str
    type: ZoneType
    polygon: tuple[Point, ...]  # closed, >= 3 points; for a stop_line an open line of >= 2
    direction: tuple[Point, Point] | None = None  # from, to: the way traffic may go
    dwell_s: float | None = None  # None: the rule's own limit
    max_gap_s: float | None = None  # how long a thing may be unseen and still be the same stay


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundPoint:
    """A point of the picture whose place on the ground was measured."""

    picture: Point
    lon_deg: float
    lat_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way a camera looks: a preset of a mast, or the only way of a fixed camera."""

    view_id: str = ONLY_VIEW  # unique within its camera
    name: str = ""
    preset_token: str | None = None  # ONVIF; None: the camera is never turned to it
    reference_image: Path | None = None  # what this view looks like, to recognise it by
    zones: tuple[Zone, ...]
    ground: tuple[GroundPoint, ...] = ()  # none, or four or more that do not lie on a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    camera_id: str
    name: str
    address: str
    source: str = field(repr=False)  # rtsp://… (may hold a password) or the path of a file
    lon_deg: float
    lat_deg: float
    bearing_deg: float | None = None  # clockwise from north; None where nobody measured it
    view_deg: float | None = None  # horizontal field of view
    detect_fps: float = DEFAULT_DETECT_FPS
    views: tuple[View, ...]  # at least one

    @property
    def is_stream(self) -> bool:
        return self.source.startswith(STREAM_SCHEMES)
