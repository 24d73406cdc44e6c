"""What really happens in a clip: `truth.yaml`, schema 1, as it lies beside `clip.mp4`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from detectors.perception.geometry import F64
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family
from ingest.camera import DIRECTED, Zone, ZoneType

SCHEMA = 1
PLACELESS = "whole frame"


class TruthError(Exception):
    """A truth.yaml that cannot be read as schema 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    event_id: str
    family: Family
    kinds: frozenset[tuple[str, str]]  # family and kind of an alarm that is right
    start_s: float
    end_s: float
    from_s: float  # an alarm before this is about something else
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


def read_truth(path: Path) -> Truth:
    """Raises TruthError naming the file and the field that is wrong or missing."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise TruthError(f"{path}: schema {document['schema']}, this reads schema {SCHEMA}")
        return _truth(document, path)
    except OSError as error:
        raise TruthError(f"{path}: cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise TruthError(f"{path}: the field {error} is missing") from error
    except (yaml.YAMLError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise TruthError(f"{path}: {' '.join(str(error).split())}") from error


def _truth(document: dict[str, Any], path: Path) -> Truth:
    clip = document["clip"]
    size_px = (int(clip["width"]), int(clip["height"]))
    if min(*size_px, clip["fps"], clip["duration_s"]) <= 0:
        raise ValueError("width, height, fps and duration_s of clip must be above 0")
    return Truth(
        name=clip["name"],
        path=path.parent / clip["file"],
        width_px=size_px[0],
        height_px=size_px[1],
        fps=float(clip["fps"]),
        duration_s=float(clip["duration_s"]),
        zones=tuple(_zone(zone, size_px) for zone in document.get("zones") or ()),
        events=tuple(_event(event) for event in document.get("events") or ()),
        ignored=tuple(_span(span) for span in document.get("ignore") or ()),
        negatives=tuple(_span(span) for span in document.get("negatives") or ()),
    )


def _zone(zone: dict[str, Any], size_px: tuple[int, int]) -> Zone:
    def fractions(points: list[list[float]]) -> tuple[tuple[float, float], ...]:
        return tuple((x / size_px[0], y / size_px[1]) for x, y in points)

    direction = None
    if zone["type"] in DIRECTED and "direction" in zone:
        start, end = fractions(zone["direction"])
        direction = (start, end)
    return Zone(
        zone_id=zone["id"],
        name=zone["id"],
        type=ZoneType(zone["type"]),
        polygon=fractions(zone["polygon"]),
        direction=direction,
    )


def _event(event: dict[str, Any]) -> TrueEvent:
    also = [str(name).partition("/") for name in event.get("also") or ()]
    start_s = float(event["start_s"])
    x1, y1, x2, y2 = (float(value) for value in event["box"])
    return TrueEvent(
        event_id=str(event["id"]),
        family=Family(event["family"]),
        kinds=frozenset({(event["family"], event["kind"]), *((family, kind) for family, _, kind in also)}),
        start_s=start_s,
        end_s=float(event["end_s"]),
        # For a thing left behind the act begins when its owner bends down.
        from_s=float(event.get("act_start_s", start_s - float(event["time_tol_s"]))),
        is_open_at_start=bool(event.get("start_open", False)),
        box=(x1, y1, x2, y2),
        is_certain=event["confidence"] == "certain",
    )


def _span(span: dict[str, Any]) -> Span:
    families = span["families"]
    region = span.get("region", PLACELESS)
    return Span(
        families=frozenset([families] if isinstance(families, str) else families),
        start_s=float(span["start_s"]),
        end_s=float(span["end_s"]),
        polygon_px=None if region == PLACELESS else np.array(region, np.float64),
    )
