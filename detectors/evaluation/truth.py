"""What really happens in a clip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from detectors.perception.geometry import F64
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family
from ingest.camera import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    event_id: str
    family: Family
    kinds: frozenset[tuple[str, str]]  # family and kind of every right answer
    start_s: float
    end_s: float
    from_s: float  # what is raised before this is about something else
    is_open_at_start: bool
    box: Xyxy
    is_certain: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """A time and a part of the picture for which something is said about some families."""

    families: frozenset[str]  # "all", a family, or family/kind
    start_s: float
    end_s: float
    polygon_px: F64 | None  # (k, 2); None: the whole picture

    def concerns(self, family: str, kind: str) -> bool:
        return not self.families.isdisjoint({"all", family, f"{family}/{kind}"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    name: str
    path: Path  # of the clip
    width_px: int
    height_px: int
    fps: float
    duration_s: float
    zones: tuple[Zone, ...]
    events: tuple[TrueEvent, ...]
    ignored: tuple[Span, ...]
    negatives: tuple[Span, ...]

    def negative_s(self, families: Iterable[Family]) -> float:
        """Seconds in which something is known not to happen for at least one of these families."""
        spans = sorted(
            (span.start_s, min(span.end_s, self.duration_s))
            for span in self.negatives
            if any(span.concerns(family, "") for family in families)
        )
        total_s, reached_s = 0.0, 0.0
        for start_s, end_s in spans:
            total_s += max(0.0, end_s - max(start_s, reached_s))
            reached_s = max(reached_s, end_s)
        return total_s
