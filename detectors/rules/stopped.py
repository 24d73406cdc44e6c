"""A vehicle that stands in the carriageway while it is neither in a queue nor waiting at a signal."""

from __future__ import annotations

from detectors.perception.geometry import distance_px, size_px
from detectors.perception.observations import Observations
from detectors.perception.stationary import StationaryObject
from detectors.rules.dwell import DwellRule, is_credible
from detectors.rules.rule import Kind
from detectors.view.scene import Scene
from detectors.view.zones import PixelZone, zone_under
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType

STOPPED_VEHICLE = Kind(
    kind="stopped_vehicle",
    family=Family.TRAFFIC,
    label=Label(vi="Xe dừng trên đường", en="Vehicle stopped on the road"),
)

# Before a stop line everybody waits; nobody for longer than two rounds of the signal.
SIGNAL_WAIT_S = 180.0
AT_LINE = 0.05  # of the picture's height: how near a lane must come to a stop line to end there

# Two more that stand within two lengths make a queue. One alone behind a breakdown does not.
QUEUE_GAP = 2.0
N_OTHERS_IN_QUEUE = 2


def _waits(thing: StationaryObject, zone: PixelZone, seen: Observations, scene: Scene) -> bool:
    return _waits_at_signal(thing, zone, scene) or _stands_in_queue(thing, zone, seen, scene)


def _waits_at_signal(thing: StationaryObject, zone: PixelZone, scene: Scene) -> bool:
    ends_at_line = any(
        line.distance_px(zone.bounds_px) <= AT_LINE * scene.height_px
        for line in scene.of_type(ZoneType.STOP_LINE)
    )
    return ends_at_line and thing.dwell_s < SIGNAL_WAIT_S


def _stands_in_queue(thing: StationaryObject, zone: PixelZone, seen: Observations, scene: Scene) -> bool:
    others = [
        other
        for other in seen.stationary
        if other.object_id != thing.object_id
        and is_credible(other)
        and distance_px(thing.xyxy_px, other.xyxy_px) <= QUEUE_GAP * size_px(thing.xyxy_px)
        and zone_under(scene.zones, other.xyxy_px) is zone
    ]
    return len(others) >= N_OTHERS_IN_QUEUE


RULE = DwellRule(
    kind_of={
        ZoneType.LANE: STOPPED_VEHICLE,
        ZoneType.ROADWAY: STOPPED_VEHICLE,
        ZoneType.SHOULDER: STOPPED_VEHICLE,
    },
    is_excused=_waits,
)
