"""A vehicle that stays on ground that is not for standing: no-parking strips, sidewalks, crosswalks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from detectors.alarm import Alarm
from detectors.rules.scene import Scene
from detectors.rules.stay import Stays, overdue
from detectors.standing import Standing
from incidents.bus.events import Family
from ingest.camera import ZoneType

KINDS = {
    ZoneType.NO_PARKING: (Family.ENCROACHMENT, "parked_in_no_parking"),
    ZoneType.KEEP_CLEAR: (Family.ENCROACHMENT, "parked_in_no_parking"),
    ZoneType.SIDEWALK: (Family.ENCROACHMENT, "vehicle_on_sidewalk"),
    ZoneType.CROSSWALK: (Family.ENCROACHMENT, "vehicle_on_crosswalk"),
}


def encroachments(
    state: Stays, standing: Sequence[Standing], scene: Scene, seen_at: datetime
) -> tuple[Stays, list[Alarm]]:
    return overdue(state, standing, scene, seen_at, kinds=KINDS, is_excused=lambda _thing, _zone: False)
