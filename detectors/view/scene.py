"""What a rule knows about the place it watches."""

from __future__ import annotations

from dataclasses import dataclass

from detectors.view.zones import PixelZone
from ingest.camera import ZoneType


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    camera_id: str
    zones: tuple[PixelZone, ...]  # the most specific first
    width_px: int
    height_px: int

    def of_type(self, *types: ZoneType) -> tuple[PixelZone, ...]:
        return tuple(zone for zone in self.zones if zone.type in types)
