"""A small map: the ward's boundary, the camera in it, and where the camera looks. Pure.

A flat projection is exact enough here: over a ward of ten kilometres it is off by less than a pixel.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

from dispatch_api.components.outline import svg_path
from incidents.contract.events import CameraPlace
from incidents.places.routing import WardOutline

WIDTH = 372.0
HEIGHT = 210.0
PADDING = 30.0  # room for the view of a camera at the edge
VIEW_LENGTH = 40.0  # a symbol, not to scale: at the scale of a ward the true view is a few pixels
M_PER_DEGREE = 111_320.0
SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000)

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WardMap:
    ward_path: str  # SVG path
    neighbour_paths: tuple[str, ...]  # of those that reach into the map
    camera: tuple[float, float]
    view_path: str | None  # None where nobody measured where the camera looks
    scale_m: int
    scale_length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Projection:
    west_deg: float
    north_deg: float
    lon_scale: float  # pixels a degree
    lat_scale: float
    left: float
    top: float

    def __call__(self, point: LonLat) -> tuple[float, float]:
        lon_deg, lat_deg = point
        return (
            self.left + (lon_deg - self.west_deg) * self.lon_scale,
            self.top + (self.north_deg - lat_deg) * self.lat_scale,
        )


def ward_map(ward: WardOutline | None, neighbours: Sequence[WardOutline], place: CameraPlace) -> WardMap:
    """The ward filling the map with the camera in it; without a ward, the camera and what is near."""
    camera = (place.lon_deg, place.lat_deg)
    rings = _rings(ward.geometry_json) if ward else ()
    around = [point for ring in rings for point in ring] or [
        (camera[0] - 0.02, camera[1] - 0.02),
        (camera[0] + 0.02, camera[1] + 0.02),
    ]
    project = _fit([*around, camera])
    scale_m = _scale_m(project)
    at = project(camera)
    paths = (_path(other.geometry_json, project) for other in neighbours)
    return WardMap(
        ward_path=_path(ward.geometry_json, project) if ward else "",
        neighbour_paths=tuple(path for path in paths if path),
        camera=(round(at[0], 1), round(at[1], 1)),
        view_path=_view_path(at, place.bearing_deg, place.view_deg),
        scale_m=scale_m,
        scale_length=round(scale_m / M_PER_DEGREE * project.lat_scale, 1),
    )


def _fit(points: Sequence[LonLat]) -> _Projection:
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    shrink = cos(radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    lat_scale = min(
        (WIDTH - 2 * PADDING) / max((east - west) * shrink, 1e-6),
        (HEIGHT - 2 * PADDING) / max(north - south, 1e-6),
    )
    return _Projection(
        west_deg=west,
        north_deg=north,
        lon_scale=lat_scale * shrink,
        lat_scale=lat_scale,
        left=(WIDTH - (east - west) * shrink * lat_scale) / 2,
        top=(HEIGHT - (north - south) * lat_scale) / 2,
    )


@lru_cache(maxsize=512)  # a city's wards: the same strings until they are imported anew
def _rings(geometry_json: str) -> tuple[tuple[LonLat, ...], ...]:
    """The rings of a GeoJSON Polygon or MultiPolygon."""
    geometry = json.loads(geometry_json)
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return tuple(tuple((lon, lat) for lon, lat, *_ in ring) for polygon in polygons for ring in polygon)


@lru_cache(maxsize=4096)  # with the camera inside its ward, all candidates of a ward have the same map
def _path(geometry_json: str, project: _Projection) -> str:
    rings = ([project(point) for point in ring] for ring in _rings(geometry_json))
    return svg_path(rings, WIDTH, HEIGHT)


def _view_path(at: tuple[float, float], bearing_deg: float | None, view_deg: float | None) -> str | None:
    if bearing_deg is None or view_deg is None:
        return None
    half_deg = min(view_deg, 170.0) / 2
    corners = [_towards(at, bearing_deg + side * half_deg) for side in (-1, 1)]
    arc = f"A{VIEW_LENGTH} {VIEW_LENGTH} 0 0 1 {corners[1]}"
    return f"M{at[0]:.1f} {at[1]:.1f}L{corners[0]}{arc}Z"


def _towards(at: tuple[float, float], bearing_deg: float) -> str:
    """The end of the view at a bearing, clockwise from north; y grows to the south."""
    angle = radians(bearing_deg)
    return f"{at[0] + VIEW_LENGTH * sin(angle):.1f} {at[1] - VIEW_LENGTH * cos(angle):.1f}"


def _scale_m(project: _Projection) -> int:
    """The round length that is nearest below a fifth of the map."""
    longest_m = WIDTH / 5 / project.lat_scale * M_PER_DEGREE
    return max((m for m in SCALES_M if m <= longest_m), default=SCALES_M[0])
