"""A vehicle that stands in the carriageway while it is neither in a queue nor waiting at a signal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from detectors.alarm import Alarm
from detectors.geometry import distance_px, size_px
from detectors.rules.scene import Scene
from detectors.rules.stay import Stays, is_credible, overdue
from detectors.standing import Standing
from detectors.zones import PixelZone, zone_under
from incidents.bus.events import Family
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
    state: Stays, standing: Sequence[Standing], scene: Scene, seen_at: datetime
) -> tuple[Stays, list[Alarm]]:
    def is_excused(thing: Standing, zone: PixelZone) -> bool:
        return _waits_at_signal(thing, zone, scene) or _stands_in_queue(thing, zone, standing, scene)

    return overdue(state, standing, scene, seen_at, kinds=KINDS, is_excused=is_excused)


def _waits_at_signal(thing: Standing, zone: PixelZone, scene: Scene) -> bool:
    ends_at_line = any(
        line.distance_px(zone.bounds_px) <= AT_LINE * scene.height_px
        for line in scene.of_type(ZoneType.STOP_LINE)
    )
    return ends_at_line and thing.dwell_s < SIGNAL_WAIT_S


def _stands_in_queue(thing: Standing, zone: PixelZone, standing: Sequence[Standing], scene: Scene) -> bool:
    others = [
        other
        for other in standing
        if other.place_id != thing.place_id
        and is_credible(other)
        and distance_px(thing.xyxy_px, other.xyxy_px) <= QUEUE_GAP * size_px(thing.xyxy_px)
        and zone_under(scene.zones, other.xyxy_px) is zone
    ]
    return len(others) >= N_OTHERS_IN_QUEUE
