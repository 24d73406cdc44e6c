"""A vehicle that stays on ground that is not for standing: no-parking strips, sidewalks, crosswalks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from detectors.perception.stationary import StationaryObject
from detectors.rules.dwell import DwellState, dwell_violations
from detectors.rules.event import Event
from detectors.view.scene import Scene
from incidents.contract.events import Family
from ingest.camera import ZoneType

KINDS = {
    ZoneType.NO_PARKING: (Family.ENCROACHMENT, "parked_in_no_parking"),
    ZoneType.KEEP_CLEAR: (Family.ENCROACHMENT, "parked_in_no_parking"),
    ZoneType.SIDEWALK: (Family.ENCROACHMENT, "vehicle_on_sidewalk"),
    ZoneType.CROSSWALK: (Family.ENCROACHMENT, "vehicle_on_crosswalk"),
}


def encroachments(
    state: DwellState, standing: Sequence[StationaryObject], scene: Scene, seen_at: datetime
) -> tuple[DwellState, list[Event]]:
    return dwell_violations(
        state, standing, scene, seen_at, kinds=KINDS, is_excused=lambda _thing, _zone: False
    )
