"""A kind that nobody has heard of, in one file: what a city's own developer would write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from detectors.perception.observations import Observations
from detectors.perception.track_history import PathPoint
from detectors.rules.event import Event
from detectors.rules.rule import Kind, Need, PastAlert
from detectors.view.scene import Scene
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType
from models.registry import Role

BUS_SEEN = Kind(
    kind="bus_seen_on_crosswalk",
    family=Family.TRAFFIC,
    label=Label(vi="Xe lớn trên vạch người đi bộ", en="Heavy vehicle on the crosswalk"),
)


class BusRule:
    """Implements `Rule`: one event at the first heavy vehicle that stands on a crosswalk."""

    kinds = (BUS_SEEN,)
    zone_types = frozenset({ZoneType.CROSSWALK})
    needs = frozenset({Need.STATIONARY})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> bool:
        return bool(past)

    def alerts(self, state: bool, scene: Scene) -> Sequence[PastAlert]:
        return ()

    def step(self, state: bool, seen: Observations, scene: Scene) -> tuple[bool, list[Event]]:
        heavy = [thing for thing in seen.stationary if thing.object_class.role is Role.HEAVY_VEHICLE]
        if state or not heavy:
            return state, []
        thing, zone = heavy[0], scene.of_type(*self.zone_types)[0]
        event = Event(
            family=BUS_SEEN.family,
            kind=BUS_SEEN.kind,
            label=BUS_SEEN.label,
            camera_id=scene.camera_id,
            view_id=scene.view_id,
            zone_id=zone.zone_id,
            object_class=thing.object_class.name,
            entered_at=thing.entered_at,
            raised_at=seen.seen_at,
            limit_s=0.0,
            score=thing.score,
            xyxy_px=thing.xyxy_px,
            best_at=thing.best_at,
            path=(PathPoint(seen_at=seen.seen_at, xyxy_px=thing.xyxy_px),),
        )
        return True, [event]
