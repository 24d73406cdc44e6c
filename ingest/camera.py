"""Cameras and their zones as a city configures them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import yaml

from ingest.yaml_lines import Fault, Section, compose, line_of

Point = tuple[float, float]  # x, y in 0..1 of the picture

ONLY_VIEW = "default"  # the id of the view of a camera that has one and does not name it
STREAM_SCHEMES = ("rtsp://", "rtsps://")
DEFAULT_DETECT_FPS = 5.0
CAMERA_KEYS = ("id", "name", "address", "source", "location", "detect_fps", "zones")
LOCATION_KEYS = ("lon", "lat", "bearing_deg", "view_deg")
ZONE_KEYS = ("id", "name", "type", "polygon", "direction", "dwell_s", "max_gap_s")
DEFAULT_KEYS = ("detect_fps", "dwell_s", "max_gap_s")
# An id is a Kafka key, a metric label and part of addresses: keep it plain.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Only the host is looked at closely: a password before the @ may hold any mark.
STREAM_ADDRESS = re.compile(r"rtsps?://(\S*@)?(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#]+)(:[0-9]{1,5})?([/?#]\S*)?")
DAY_S = 86_400.0
MOST_POINTS = 1000  # an event carries its zone
ENOUGH_FAULTS = 100  # nobody reads more; and aliases can make a short file endless, but not without faults


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
    preset_token: str | None = None  # ONVIF; None: the camera is not told to turn there
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


class CameraConfigError(Exception):
    """A camera file that cannot be used: every fault in it, one a line, as `file:line: what`."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path = path
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"{path}:{fault.line}: {fault.what}" for fault in self.faults))


def load_cameras(path: Path, environment: Mapping[str, str]) -> tuple[Camera, ...]:
    """The cameras of a YAML file, in its order. Its format: docs/cameras.md.

    Args:
        environment: where `${NAME}` in a source is looked up, so that passwords stay out of the file.
    Raises:
        CameraConfigError: the file cannot be read or holds a fault; names all of them.
    """
    try:
        root = compose(path)
    except OSError as error:
        raise CameraConfigError(path, [Fault(1, f"cannot be read: {error.strerror}")]) from error
    if isinstance(root, Fault):
        raise CameraConfigError(path, [root])
    faults: list[Fault] = []
    cameras = _CameraFile(path, environment, faults).cameras(root)
    if faults:
        raise CameraConfigError(path, faults)
    return cameras


class _CameraFile:
    """One reading of one file. What it returns may be used only where it found no fault."""

    def __init__(self, path: Path, environment: Mapping[str, str], faults: list[Fault]) -> None:
        self._folder = path.parent
        self._environment = environment
        self._faults = faults
        self._defaults: dict[str, float | None] = {}

    def cameras(self, root: yaml.Node) -> tuple[Camera, ...]:
        top = Section(root, "the file", ("defaults", "cameras"), self._faults)
        if (node := top.node("defaults")) is not None:
            defaults = Section(node, "defaults", DEFAULT_KEYS, self._faults)
            self._defaults = {key: _setting(defaults, key) for key in DEFAULT_KEYS}
        seen: dict[str, int] = {}
        cameras = tuple(self._camera(node, seen) for node in self._while_worth_it(top.items("cameras")))
        if not cameras and not self._faults:
            top.fault(None, "the file lists no camera under `cameras`")
        return cameras

    def _camera(self, node: yaml.Node, seen: dict[str, int]) -> Camera:
        section = Section(node, "camera", CAMERA_KEYS, self._faults)
        camera_id = self._id(section, "camera", seen)
        lon_deg, lat_deg, bearing_deg, view_deg = self._location(section)
        seen_zones: dict[str, int] = {}
        nodes = self._while_worth_it(section.items("zones"))
        return Camera(
            camera_id=camera_id,
            name=section.text("name") or "",
            address=section.text("address") or "",
            source=self._source(section),
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            bearing_deg=bearing_deg,
            view_deg=view_deg,
            detect_fps=self._default(section, "detect_fps") or DEFAULT_DETECT_FPS,
            views=(View(zones=tuple(self._zone(node, seen_zones) for node in nodes)),),
        )

    def _while_worth_it(self, nodes: list[yaml.Node]) -> Iterator[yaml.Node]:
        return takewhile(lambda _: len(self._faults) < ENOUGH_FAULTS, nodes)

    def _id(self, section: Section, what: str, seen: dict[str, int]) -> str:
        value = section.text("id")
        if value is None:
            return ""
        node = section.node("id")
        if not ID.fullmatch(value):
            section.fault(
                node, f"id {value!r} of {what}: use letters, digits, dot, dash, underscore, 64 at most"
            )
        elif value in seen:
            section.fault(node, f"{what} id {value!r} is already used at line {seen[value]}")
        else:
            seen[value] = section.line
        return value

    def _location(self, camera: Section) -> tuple[float, float, float | None, float | None]:
        node = camera.required("location")
        if node is None:
            return 0.0, 0.0, None, None
        section = Section(node, "location", LOCATION_KEYS, self._faults)
        for key in ("lon", "lat"):
            section.required(key)
        return (
            section.number("lon", -180, 180) or 0.0,
            section.number("lat", -90, 90) or 0.0,
            section.number("bearing_deg", 0, 360),
            section.number("view_deg", 1, 360),
        )

    def _source(self, camera: Section) -> str:
        """The source with its variables filled in; a path is taken from the folder of the file."""
        text = camera.text("source")
        if text is None:
            return ""
        if text.startswith(STREAM_SCHEMES):
            # Quoted, or a password with @ or / in it would cut the address in two.
            address = self._fill(camera, text, lambda value: quote(value, safe=""))
            if not STREAM_ADDRESS.fullmatch(address):
                wanted = "rtsp://host/path, with user:password@ before the host and :port after it if need be"
                camera.fault(camera.node("source"), f"source of camera is no address; wanted {wanted}")
            return address
        path = self._fill(camera, text, str)
        # Filled in first: an address that hides in a variable would be shown with its password as a path.
        if "://" in path:
            camera.fault(
                camera.node("source"), "source of camera must start with rtsp:// or rtsps://, or be a file"
            )
        return str(self._folder / path)

    def _fill(self, camera: Section, text: str, quoted: Callable[[str], str]) -> str:
        for name in VARIABLE.findall(text):
            if name not in self._environment:
                camera.fault(
                    camera.node("source"), f"source of camera needs the environment variable {name}; set it"
                )
        return VARIABLE.sub(lambda match: quoted(self._environment.get(match[1], "")), text)

    def _zone(self, node: yaml.Node, seen: dict[str, int]) -> Zone:
        section = Section(node, "zone", ZONE_KEYS, self._faults)
        zone_id = self._id(section, "zone", seen)
        zone_type = self._zone_type(section)
        return Zone(
            zone_id=zone_id,
            name=section.text("name") or "",
            type=zone_type,
            polygon=self._polygon(section, zone_type),
            direction=self._direction(section, zone_type),
            dwell_s=self._default(section, "dwell_s"),
            max_gap_s=self._default(section, "max_gap_s"),
        )

    def _zone_type(self, zone: Section) -> ZoneType:
        text = zone.text("type")
        if text in set(ZoneType):
            return ZoneType(text)
        if text is not None:
            zone.fault(zone.node("type"), f"unknown zone type {text!r}; allowed: {', '.join(ZoneType)}")
        return ZoneType.ROADWAY

    def _polygon(self, zone: Section, zone_type: ZoneType) -> tuple[Point, ...]:
        node = zone.required("polygon")
        n_before = len(self._faults)
        points = zone.points("polygon")
        n_least = 2 if zone_type is ZoneType.STOP_LINE else 3
        n_points_fit = n_least <= len(points) <= MOST_POINTS
        if node is not None and len(self._faults) == n_before and not n_points_fit:
            wanted = f"{n_least} points or more, {MOST_POINTS} at most"
            zone.fault(node, f"polygon of a {zone_type} needs {wanted}; found {len(points)}")
        return points

    def _direction(self, zone: Section, zone_type: ZoneType) -> tuple[Point, Point] | None:
        node = zone.node("direction")
        if node is None:
            return None
        if zone_type not in DIRECTED:
            zone.fault(node, f"only {', '.join(DIRECTED)} have a direction, this zone is a {zone_type}")
        n_before = len(self._faults)
        match zone.points("direction"):
            case (start, end) if start != end:
                return start, end
            case _ if len(self._faults) == n_before:
                zone.fault(
                    node, f"direction at line {line_of(node)} is two different points: [[x, y], [x, y]]"
                )
        return None

    def _default(self, section: Section, key: str) -> float | None:
        own = _setting(section, key)
        return own if own is not None else self._defaults.get(key)


def _setting(section: Section, key: str) -> float | None:
    # Below one frame in ten seconds no dwell can be told; above 60 a second no camera delivers.
    return section.number(key, 0.1, 60) if key == "detect_fps" else section.number(key, 0, DAY_S)
