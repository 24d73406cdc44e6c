"""An event with its evidence becomes the candidate that leaves the room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from detectors.perception.tracks import Xyxy
from detectors.rules.event import Event
from incidents.contract.events import (
    CameraPlace,
    CandidateRaised,
    Evidence,
    SeenBox,
    SeenZone,
)
from incidents.contract.fields import Box
from ingest.camera import Camera

RULES_VERSION = "rules 1"


def candidate(
    candidate_id: UUID,
    camera: Camera,
    event: Event,
    evidence: Evidence,
    *,
    picture_wh: tuple[int, int],
    best_at: datetime,
    model: str,
) -> CandidateRaised:
    """Args:
    picture_wh: pixels of the picture as captured.
    best_at: the time of the picture that is shown, which may be a little off the event's own.
    """
    return CandidateRaised(
        candidate_id=candidate_id,
        family=event.family,
        kind=event.kind,
        label=event.label,
        camera=_place(camera),
        view_id=event.view_id,
        zone=_seen_zone(camera, event),
        object_class=event.object_class,
        entered_at=event.entered_at,
        seen_at=event.raised_at,
        best_at=best_at,
        dwell_s=event.dwell_s,
        limit_s=event.limit_s,
        score=min(max(event.score, 0.0), 1.0),
        box=_share(event.xyxy_px, picture_wh),
        path=tuple(SeenBox(at=step.seen_at, box=_share(step.xyxy_px, picture_wh)) for step in event.path),
        picture_width_px=picture_wh[0],
        picture_height_px=picture_wh[1],
        evidence=evidence,
        detector=f"{model}, {RULES_VERSION}",
    )


def box_at(event: Event, at: datetime) -> Xyxy:
    """Where the thing was at that time, between the two nearest steps of its way."""
    steps = [(step.seen_at, step.xyxy_px) for step in event.path] or [(event.raised_at, event.xyxy_px)]
    before = max((step for step in steps if step[0] <= at), default=steps[0])
    after = min((step for step in steps if step[0] >= at), default=steps[-1])
    span_s = (after[0] - before[0]).total_seconds()
    share = (at - before[0]).total_seconds() / span_s if span_s > 0 else 0.0
    x1, y1, x2, y2 = (a + (b - a) * share for a, b in zip(before[1], after[1], strict=True))
    return x1, y1, x2, y2


def _place(camera: Camera) -> CameraPlace:
    return CameraPlace(
        camera_id=camera.camera_id,
        name=camera.name,
        address=camera.address,
        lon_deg=camera.lon_deg,
        lat_deg=camera.lat_deg,
        bearing_deg=camera.bearing_deg,
        view_deg=camera.view_deg,
    )


def _seen_zone(camera: Camera, event: Event) -> SeenZone:
    view = next(view for view in camera.views if view.view_id == event.view_id)
    zone = next(zone for zone in view.zones if zone.zone_id == event.zone_id)
    return SeenZone(
        zone_id=zone.zone_id,
        name=zone.name,
        type=zone.type.value,
        polygon=zone.polygon,
        direction=zone.direction,
    )


def _share(xyxy_px: Xyxy, picture_wh: tuple[int, int]) -> Box:
    """In 0..1 of the picture; what lies outside is cut off."""
    width_px, height_px = picture_wh
    x1, y1, x2, y2 = xyxy_px
    shares = (x1 / width_px, y1 / height_px, x2 / width_px, y2 / height_px)
    left, top, right, bottom = (min(max(share, 0.0), 1.0) for share in shares)
    return left, top, right, bottom
