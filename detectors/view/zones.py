"""The zones of a view laid over its picture: polygons in pixels, and which zone a box stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detectors.perception.geometry import (
    F64,
    Xy,
    bounding_box,
    distance_px,
    footprint,
    unit_vector,
)
from detectors.perception.tracks import Xyxy
from detectors.view.zone_shares import ZoneShares
from ingest.camera import Zone, ZoneType

# Of zones that overlap the more specific one says what a vehicle does there: one thing is one event.
MOST_SPECIFIC_FIRST = (
    ZoneType.PARKING_BAY,
    ZoneType.CROSSWALK,
    ZoneType.NO_PARKING,
    ZoneType.KEEP_CLEAR,
    ZoneType.SIDEWALK,
    ZoneType.SHOULDER,
    ZoneType.LANE,
    ZoneType.ROADWAY,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PixelZone:
    zone_id: str
    type: ZoneType
    polygon_px: F64  # (k, 2)
    bounds_px: Xyxy  # the box around the polygon
    direction: Xy | None  # unit vector along which traffic may go
    dwell_s: float | None
    max_gap_s: float | None

    @cached_property
    def _shares(self) -> ZoneShares:
        return ZoneShares(self.polygon_px)

    def share_inside(self, box: Xyxy) -> float:
        """How much of a box lies in this zone, 0..1."""
        return self._shares.share(box)

    def shares_inside(self, boxes: Sequence[Xyxy]) -> F64:
        """(n,) the same for many boxes."""
        return np.array([self._shares.share(box) for box in boxes], np.float64)

    def holds(self, point_px: Xy) -> bool:
        return self._shares.holds(point_px)

    def distance_px(self, box: Xyxy) -> float:
        """From a box to the box around this zone; 0 where they touch."""
        return distance_px(box, self.bounds_px)


def pixel_zones(zones: Iterable[Zone], width_px: int, height_px: int) -> tuple[PixelZone, ...]:
    """The zones of a view in a picture of this size, the most specific first."""
    rank = {zone_type: n for n, zone_type in enumerate(MOST_SPECIFIC_FIRST)}
    in_pixels = [_pixel_zone(zone, width_px, height_px) for zone in zones]
    return tuple(sorted(in_pixels, key=lambda zone: rank.get(zone.type, len(rank))))


def _pixel_zone(zone: Zone, width_px: int, height_px: int) -> PixelZone:
    scale = np.array([width_px, height_px], np.float64)
    polygon_px = np.array(zone.polygon, np.float64) * scale
    direction = None
    if zone.direction is not None:
        (x1, y1), (x2, y2) = zone.direction
        direction = unit_vector((x1 * width_px, y1 * height_px), (x2 * width_px, y2 * height_px))
    return PixelZone(
        zone_id=zone.zone_id,
        type=zone.type,
        polygon_px=polygon_px,
        bounds_px=bounding_box(polygon_px),
        direction=direction,
        dwell_s=zone.dwell_s,
        max_gap_s=zone.max_gap_s,
    )


def zone_under(zones: Iterable[PixelZone], box: Xyxy, *, share_min: float = 0.5) -> PixelZone | None:
    """The most specific zone that holds at least `share_min` of where a box stands on the ground."""
    ground = footprint(box)
    for zone in zones:
        if zone.type is not ZoneType.STOP_LINE and zone.share_inside(ground) >= share_min:
            return zone
    return None
