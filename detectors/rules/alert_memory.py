"""What somebody was told about before this view began: it is taken to be there still, and not told again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from detectors.perception.detections import CLASS_NAMES
from detectors.perception.stationary import TWO_WHEELED
from detectors.perception.tracks import Xyxy
from detectors.rules.dwell import AlertedStay
from detectors.rules.encroachment import KINDS as ENCROACHMENT_KINDS
from detectors.rules.littering import AlertedObject
from detectors.rules.stopped import KINDS as STOPPED_KINDS
from incidents.contract.events import CandidateRaised, Family

TWO_WHEELED_NAMES = frozenset(CLASS_NAMES[class_id] for class_id in TWO_WHEELED)
STAY_KINDS = frozenset({kind for _, kind in (*ENCROACHMENT_KINDS.values(), *STOPPED_KINDS.values())})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMemory:
    stays: tuple[AlertedStay, ...] = ()
    litter: tuple[AlertedObject, ...] = ()

    @classmethod
    def of(cls, events: Sequence[CandidateRaised]) -> AlertMemory:
        """In a picture one pixel wide and high. Who walked or drove is elsewhere by now: only what stays."""
        return cls(
            stays=tuple(
                AlertedStay(
                    object_id=None,
                    zone_id=event.zone.zone_id,
                    kind=event.kind,
                    is_two_wheeled=event.object_class in TWO_WHEELED_NAMES,
                    xyxy_px=event.box,
                    seen_at=event.seen_at,
                )
                for event in events
                if event.kind in STAY_KINDS
            ),
            litter=tuple(
                AlertedObject(zone_id=event.zone.zone_id, xyxy_px=event.box, seen_at=event.seen_at)
                for event in events
                if event.family is Family.LITTERING
            ),
        )

    def at(self, seen_at: datetime, *, across: float, down: float) -> AlertMemory:
        """As a view knows it that begins now, in a picture so many times as wide and as high."""

        def scaled(box: Xyxy) -> Xyxy:
            return box[0] * across, box[1] * down, box[2] * across, box[3] * down

        return AlertMemory(
            stays=tuple(
                replace(stay, object_id=None, xyxy_px=scaled(stay.xyxy_px), seen_at=seen_at)
                for stay in self.stays
            ),
            litter=tuple(
                replace(thing, xyxy_px=scaled(thing.xyxy_px), seen_at=seen_at) for thing in self.litter
            ),
        )
