"""What a rule knows about the view it watches."""

from __future__ import annotations

from dataclasses import dataclass

from detectors.perception.tracks import Xyxy
from detectors.view.zones import PixelZone
from ingest.camera import GroundPoint, ZoneType


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    camera_id: str
    view_id: str
    zones: tuple[PixelZone, ...]  # the most specific first
    ground: tuple[GroundPoint, ...]  # empty where nobody measured any
    width_px: int
    height_px: int

    def of_type(self, *types: ZoneType) -> tuple[PixelZone, ...]:
        return tuple(zone for zone in self.zones if zone.type in types)

    def to_pixels(self, box: Xyxy) -> Xyxy:
        """A box in 0..1 of the picture, in pixels."""
        x1, y1, x2, y2 = box
        return x1 * self.width_px, y1 * self.height_px, x2 * self.width_px, y2 * self.height_px

    def to_shares(self, xyxy_px: Xyxy) -> Xyxy:
        """A box in pixels, in 0..1 of the picture."""
        x1, y1, x2, y2 = xyxy_px
        return x1 / self.width_px, y1 / self.height_px, x2 / self.width_px, y2 / self.height_px
