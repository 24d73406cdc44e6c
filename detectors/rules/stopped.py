"""A vehicle that stands in the carriageway while it is neither in a queue nor waiting at a signal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from detectors.perception.geometry import distance_px, size_px
from detectors.perception.stationary import StationaryObject
from detectors.rules.dwell import DwellState, dwell_violations, is_credible
from detectors.rules.event import Event
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from incidents.contract.events import Family
from ingest.camera import ZoneType

KINDS = {
    ZoneType.LANE: (Family.TRAFFIC, "stopped_vehicle"),
    ZoneType.ROADWAY: (Family.TRAFFIC, "stopped_vehicle"),
    ZoneType.SHOULDER: (Family.TRAFFIC, "stopped_vehicle"),
}

# Before a stop line everybody waits; nobody for longer than two rounds of the signal.
SIGNAL_WAIT_S = 180.0
AT_LINE = 0.05  # of the picture's height: how near a lane must come to a stop line to end there

# Two more that stand within two lengths make a queue. One alone behind a breakdown does not.
QUEUE_GAP = 2.0
N_OTHERS_IN_QUEUE = 2


def stopped_vehicles(
    state: DwellState, standing: Sequence[StationaryObject], scene: Scene, seen_at: datetime
) -> tuple[DwellState, list[Event]]:
    def is_excused(thing: StationaryObject, zone: PixelZone) -> bool:
        return _waits_at_signal(thing, zone, scene) or _stands_in_queue(thing, zone, standing, scene)

    return dwell_violations(state, standing, scene, seen_at, kinds=KINDS, is_excused=is_excused)


def _waits_at_signal(thing: StationaryObject, zone: PixelZone, scene: Scene) -> bool:
    ends_at_line = any(
        line.distance_px(zone.bounds_px) <= AT_LINE * scene.height_px
        for line in scene.of_type(ZoneType.STOP_LINE)
    )
    return ends_at_line and thing.dwell_s < SIGNAL_WAIT_S


def _stands_in_queue(
    thing: StationaryObject, zone: PixelZone, standing: Sequence[StationaryObject], scene: Scene
) -> bool:
    others = [
        other
        for other in standing
        if other.object_id != thing.object_id
        and is_credible(other)
        and distance_px(thing.xyxy_px, other.xyxy_px) <= QUEUE_GAP * size_px(thing.xyxy_px)
        and zone_under(scene.zones, other.xyxy_px) is zone
    ]
    return len(others) >= N_OTHERS_IN_QUEUE
