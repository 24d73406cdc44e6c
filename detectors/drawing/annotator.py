"""What the pipeline saw and decided, drawn over the picture: zones, tracks, dwell clocks and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import hypot

import cv2
import numpy as np

from detectors.drawing.text import Lettering, Rgb, Words
from detectors.perception.geometry import Xy, iou, size_px
from detectors.perception.stationary import StationaryObject
from detectors.perception.track_history import TrackHistory, TrackPoint
from detectors.perception.tracks import Xyxy
from detectors.pipeline import Pipeline
from detectors.rules.dwell import DEFAULT_DWELL_S, DwellRule, is_credible
from detectors.rules.event import Event
from detectors.rules.registry import RULES
from detectors.rules.rule import Kind
from detectors.view.zones import PixelZone, pixel_zones, zone_under
from incidents.contract.events import Family
from ingest.camera import Camera, ZoneType
from ingest.frame import Bgr, Frame

LEAST_LONGEST_PX = 1280  # small pictures are enlarged until the lettering is easy to read

# The colours of the duty desk: one for each family everywhere in the product.
FAMILY_RGB: dict[Family, Rgb] = {
    Family.ENCROACHMENT: (255, 159, 67),
    Family.TRAFFIC: (92, 200, 255),
    Family.LITTERING: (192, 139, 255),
}
ZONE_RGB: dict[ZoneType, Rgb] = {
    ZoneType.NO_PARKING: (255, 159, 67),
    ZoneType.KEEP_CLEAR: (255, 159, 67),
    ZoneType.CROSSWALK: (255, 201, 77),
    ZoneType.SIDEWALK: (62, 207, 142),
    ZoneType.LANE: (92, 200, 255),
    ZoneType.ROADWAY: (92, 200, 255),
    ZoneType.SHOULDER: (77, 163, 255),
    ZoneType.PARKING_BAY: (169, 182, 194),
    ZoneType.STOP_LINE: (255, 107, 107),
}
INK_RGB: Rgb = (232, 237, 242)
QUIET_RGB: Rgb = (169, 182, 194)

# Where standing is limited, and the kind of event that it makes.
DWELL_KINDS: dict[ZoneType, Kind] = {
    zone_type: kind
    for rule in RULES
    if isinstance(rule, DwellRule)
    for zone_type, kind in rule.kind_of.items()
}
BANNER_FOR = timedelta(seconds=5)
TRACK_FOR = timedelta(seconds=2)
N_BANNERS = 3
BANNER_HEIGHT_PX = 62
CLOCK_FROM_S = 1.5
MOVES_SIZES = 0.5
SAME_BOX = 0.5


class Annotator:
    """Draws one camera's frames, in their order."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._view = camera.views[0]
        self._names = {zone.zone_id: zone.name or zone.zone_id for zone in self._view.zones}
        self._lettering = Lettering()
        self._events: list[Event] = []
        self._raised_tracks: set[int] = set()
        self._began_at: datetime | None = None

    def draw(self, frame: Frame, pipeline: Pipeline, events: Sequence[Event]) -> Bgr:
        """The frame with even sides, the longer one LEAST_LONGEST_PX or more.

        Args:
            pipeline: after it has stepped over this frame.
            events: what that step returned.
        """
        self._events += events
        self._began_at = self._began_at or frame.captured_at
        picture = frame.picture
        sheet = _Sheet(frame, pixel_zones(self._view.zones, picture.width_px, picture.height_px))
        words = [*self._zones(sheet), self._title(frame.captured_at)]
        for track in pipeline.tracks.values():
            if track.now.seen_at == frame.captured_at and _moves(track):
                self._track(sheet, track)
        for thing in pipeline.stationary:
            words += self._stay(sheet, thing)
        for left in pipeline.abandoned:
            if left.owner_px is not None:
                sheet.box(left.xyxy_px, FAMILY_RGB[Family.LITTERING], 2)
        words += self._banners(sheet, frame.captured_at)
        return self._lettering.onto(sheet.canvas, words)

    def _zones(self, sheet: _Sheet) -> Iterator[Words]:
        sheet.tint()
        for zone in sheet.zones:
            x, y = sheet.label_at(zone)
            rgb = ZONE_RGB[zone.type]
            yield Words(text=self._names[zone.zone_id], x_px=x, y_px=y, rgb=rgb, size_px=13)

    def _title(self, at: datetime) -> Words:
        played_s = (at - (self._began_at or at)).total_seconds()
        text = f"{self._camera.name or self._camera.camera_id}   {_clock(played_s)}"
        return Words(text=text, x_px=12, y_px=12, rgb=INK_RGB, size_px=17, is_bold=True)

    def _track(self, sheet: _Sheet, track: TrackHistory) -> None:
        """What moves: where it came from, and a box that is bold once it was raised."""
        if any(iou(event.xyxy_px, track.now.xyxy_px) >= SAME_BOX for event in self._new(track.now.seen_at)):
            self._raised_tracks.add(track.track_id)
        rgb = FAMILY_RGB[Family.TRAFFIC] if zone_under(sheet.zones, track.now.xyxy_px) else QUIET_RGB
        sheet.line([step.centre_px for step in _recent(track)], rgb)
        sheet.box(track.now.xyxy_px, rgb, 4 if track.track_id in self._raised_tracks else 1)

    def _new(self, at: datetime) -> list[Event]:
        return [event for event in self._events if event.raised_at == at]

    def _stay(self, sheet: _Sheet, thing: StationaryObject) -> Iterator[Words]:
        """A clock on what stands where it may not: how long it has, and how long it may."""
        zone = zone_under(sheet.zones, thing.xyxy_px)
        kind = DWELL_KINDS.get(zone.type) if zone is not None else None
        if zone is None or kind is None or not is_credible(thing) or thing.dwell_s < CLOCK_FROM_S:
            return
        rgb = FAMILY_RGB[kind.family]
        is_raised = any(iou(event.xyxy_px, thing.xyxy_px) >= SAME_BOX for event in self._events)
        sheet.box(thing.xyxy_px, rgb, 3 if is_raised else 1)
        limit_s = DEFAULT_DWELL_S if zone.dwell_s is None else zone.dwell_s
        text = _clock(thing.dwell_s) if is_raised else f"{_clock(thing.dwell_s)} / {_clock(limit_s)}"
        x, y = sheet.at((thing.xyxy_px[0], thing.xyxy_px[1]))
        yield Words(text=text, x_px=x, y_px=y - 24, rgb=rgb, size_px=15, is_bold=is_raised)

    def _banners(self, sheet: _Sheet, at: datetime) -> Iterator[Words]:
        """What was raised lately, the newest at the bottom."""
        lately = [event for event in self._events if at - event.raised_at <= BANNER_FOR][-N_BANNERS:]
        for n, event in enumerate(reversed(lately)):
            rgb = FAMILY_RGB[event.family]
            if event.family is Family.LITTERING:
                sheet.box(event.xyxy_px, rgb, 4)
            y = sheet.canvas.shape[0] - 12 - BANNER_HEIGHT_PX * (n + 1)
            title, detail = f"Nghi vấn: {event.label.vi}", self._detail(event)
            yield Words(text=title, x_px=12, y_px=y, rgb=INK_RGB, size_px=20, is_bold=True, bar_rgb=rgb)
            yield Words(text=detail, x_px=12, y_px=y + 30, rgb=QUIET_RGB, size_px=14, bar_rgb=rgb)

    def _detail(self, event: Event) -> str:
        lasted, limit = _clock(event.dwell_s), _clock(event.limit_s)
        return f"Vùng {self._names[event.zone_id]} · đã {lasted}, ngưỡng {limit}"


class _Sheet:
    """A frame being drawn on, enlarged, with its zones in pixels of the picture as captured."""

    def __init__(self, frame: Frame, zones: tuple[PixelZone, ...]) -> None:
        width_px, height_px = frame.picture.width_px, frame.picture.height_px
        self.zones = zones
        self._scale = max(1.0, LEAST_LONGEST_PX / max(width_px, height_px))
        size = 2 * round(width_px * self._scale / 2), 2 * round(height_px * self._scale / 2)
        self.canvas: Bgr = np.asarray(
            cv2.resize(frame.picture.bgr, size, interpolation=cv2.INTER_CUBIC), np.uint8
        )

    def at(self, point_px: Xy) -> Xy:
        return point_px[0] * self._scale, point_px[1] * self._scale

    def label_at(self, zone: PixelZone) -> Xy:
        """Inside a polygon's upper left corner, about; at the beginning of a line."""
        corner = min(zone.polygon_px.tolist(), key=sum)
        x, y = self.at((corner[0], corner[1]))
        return x + 6, y + 6

    def tint(self) -> None:
        """Zones as a tint with a thin outline; a lane's direction as an arrow."""
        tinted = self.canvas.copy()
        outlines = [np.round(zone.polygon_px * self._scale).astype(np.int32) for zone in self.zones]
        for zone, outline in zip(self.zones, outlines, strict=True):
            if zone.type is not ZoneType.STOP_LINE:
                cv2.fillPoly(tinted, [outline], _bgr(ZONE_RGB[zone.type]), cv2.LINE_AA)
        self.canvas = np.asarray(cv2.addWeighted(tinted, 0.13, self.canvas, 0.87, 0), np.uint8)
        for zone, outline in zip(self.zones, outlines, strict=True):
            is_closed = zone.type is not ZoneType.STOP_LINE
            bgr = _bgr(ZONE_RGB[zone.type])
            cv2.polylines(self.canvas, [outline], is_closed, bgr, 1 if is_closed else 3, cv2.LINE_AA)
            if zone.direction is not None:
                self._arrow(outline.mean(axis=0).tolist(), zone.direction, bgr)

    def box(self, xyxy_px: Xyxy, rgb: Rgb, line_px: int) -> None:
        x1, y1, x2, y2 = (round(value * self._scale) for value in xyxy_px)
        # A dark line around the coloured one, so that it is seen on a bright car too.
        cv2.rectangle(self.canvas, (x1, y1), (x2, y2), (22, 18, 14), line_px + 2, cv2.LINE_AA)
        cv2.rectangle(self.canvas, (x1, y1), (x2, y2), _bgr(rgb), line_px, cv2.LINE_AA)

    def line(self, points_px: Sequence[Xy], rgb: Rgb) -> None:
        points = np.round(np.array([self.at(point) for point in points_px])).astype(np.int32)
        cv2.polylines(self.canvas, [points], False, _bgr(rgb), 2, cv2.LINE_AA)

    def _arrow(self, middle: Sequence[float], direction: Xy, bgr: tuple[int, int, int]) -> None:
        tail = round(middle[0] - 30 * direction[0]), round(middle[1] - 30 * direction[1])
        head = round(middle[0] + 30 * direction[0]), round(middle[1] + 30 * direction[1])
        cv2.arrowedLine(self.canvas, tail, head, bgr, 2, cv2.LINE_AA, tipLength=0.3)


def _moves(track: TrackHistory) -> bool:
    """Boxes of things at rest tremble; those that go somewhere leave half of themselves in two seconds."""
    first, last = _recent(track)[0], track.now
    if last is first:
        return False
    (x, y), (first_x, first_y) = last.centre_px, first.centre_px
    return hypot(x - first_x, y - first_y) >= MOVES_SIZES * size_px(last.xyxy_px)


def _recent(track: TrackHistory) -> tuple[TrackPoint, ...]:
    return track.since(track.now.seen_at - TRACK_FOR).points


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _bgr(rgb: Rgb) -> tuple[int, int, int]:
    return rgb[2], rgb[1], rgb[0]
