"""What a rule is: one file a kind, pure, the same signature for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from detectors.perception.observations import Observations
from detectors.perception.tracks import Xyxy
from detectors.rules.event import Event
from detectors.view.scene import Scene
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType
from models.registry import Role

S = TypeVar("S")


class Need(StrEnum):
    """A step before the rules. One that no active rule needs does not run."""

    TRACKS = "tracks"  # what moves, under a number
    STATIONARY = "stationary"  # vehicles at rest, by place and look
    ABANDONED = "abandoned"  # new things that lie still: a background model


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of event in the words that people read. They travel with every event of it."""

    kind: str  # letters, digits and underscores; stored, never shown
    family: Family
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAlert:
    """An event raised before: after a restart, or before the camera changed the size of its pictures."""

    kind: str
    zone_id: str
    role: Role | None  # None: of a class that no registered network knows
    box: Xyxy  # 0..1 of the picture
    seen_at: datetime  # when it was last seen to be there


class Rule(Protocol[S]):
    """`S` is what the rule remembers about one view from frame to frame; a frozen value."""

    @property
    def kinds(self) -> tuple[Kind, ...]: ...

    @property
    def zone_types(self) -> frozenset[ZoneType]:
        """The rule runs on views that have a zone of one of these types."""
        ...

    @property
    def needs(self) -> frozenset[Need]: ...

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> S:
        """What is remembered at the first frame of a view: of its own kinds, what may still be there."""
        ...

    def alerts(self, state: S, scene: Scene) -> Sequence[PastAlert]:
        """What was raised and may still be there, for `begin` of another rule object."""
        ...

    def step(self, state: S, seen: Observations, scene: Scene) -> tuple[S, list[Event]]:
        """One frame later. Frames come in the order of their times, with gaps of any length."""
        ...
