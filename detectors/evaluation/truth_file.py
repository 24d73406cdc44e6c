"""`truth.yaml`, schema 1, as a document, and the truth it makes. It is read elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from detectors.evaluation.truth import Span, TrueEvent, Truth
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family
from ingest.camera import DIRECTED, Zone, ZoneType

WHOLE_FRAME = "whole frame"
POINTS_SCHEMA = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
}

Number = Annotated[float, Field(allow_inf_nan=False)]
AboveZero = Annotated[Number, Field(gt=0)]
PixelPoint = tuple[Number, Number]
Polygon = Annotated[tuple[PixelPoint, ...], Field(min_length=3)]
Region = Annotated[
    Polygon | None,
    BeforeValidator(lambda value: None if value == WHOLE_FRAME else value),
    WithJsonSchema({"anyOf": [POINTS_SCHEMA, {"const": WHOLE_FRAME}]}),
]
Families = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]
START = Field(title="Start", description="Seconds from the start of the clip.")
END = Field(title="End", description="Seconds from the start of the clip.")


class Document(BaseModel):
    """Keys that nothing here reads are notes of whoever watched the clip."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ClipEntry(Document):
    """The clip beside the file."""

    name: str = Field(title="Name", description="Of the clip, unique in its folder.")
    file: str = Field(title="File", description="From the folder of this file.")
    width: Annotated[int, Field(gt=0)] = Field(title="Width", description="In pixels.")
    height: Annotated[int, Field(gt=0)] = Field(title="Height", description="In pixels.")
    fps: AboveZero = Field(title="Frame rate", description="Frames a second.")
    duration_s: AboveZero = Field(title="Duration", description="In seconds.")


class ZoneEntry(Document):
    """A part of the picture where rules apply, in pixels."""

    id: str = Field(title="Zone id", description="Unique in the clip.")
    type: ZoneType = Field(title="Zone type", description="What the ground is for.")
    polygon: Annotated[tuple[PixelPoint, ...], Field(min_length=2)] = Field(
        title="Polygon", description="Corners [x, y] in pixels."
    )
    direction: tuple[PixelPoint, PixelPoint] | None = Field(
        None, title="Direction", description="[from, to] in pixels: the way traffic may go."
    )


class EventEntry(Document):
    """Something that happens in the clip."""

    id: str = Field(title="Event id", description="Unique in the clip.")
    family: Family = Field(title="Family", description="Of the kind.")
    kind: str = Field(title="Kind", description="As the rule calls it.")
    also: tuple[str, ...] = Field((), title="Also right", description="Other answers, as family/kind.")
    start_s: Number = START
    end_s: Number = END
    time_tol_s: Number | None = Field(
        None, title="Tolerance", description="How many seconds before the start are early but right."
    )
    act_start_s: Number | None = Field(
        None, title="Start of the act", description="For an abandoned object: when its owner bends down."
    )
    start_open: bool = Field(False, title="Open at the start", description="It had begun before the clip.")
    box: tuple[Number, Number, Number, Number] = Field(title="Box", description="x1, y1, x2, y2 in pixels.")
    confidence: Literal["certain", "probable"] = Field(
        title="Confidence", description="Of whoever watched the clip."
    )

    @property
    def from_s(self) -> float:
        # Of an abandoned object the act begins when its owner bends down.
        return self.start_s - (self.time_tol_s or 0.0) if self.act_start_s is None else self.act_start_s

    @model_validator(mode="after")
    def _says_what_is_early(self) -> Self:
        if self.time_tol_s is None and self.act_start_s is None:
            raise ValueError("give `time_tol_s`, or `act_start_s` for an abandoned object")
        return self


class SpanEntry(Document):
    """A time and a part of the picture for which something is said about some families."""

    families: Families = Field(title="Families", description="all, a family, family/kind, or a list of them.")
    start_s: Number = START
    end_s: Number = END
    region: Region = Field(None, title="Region", description=f"Corners in pixels, or `{WHOLE_FRAME}`.")


class TruthDocument(Document):
    """What really happens in a clip."""

    schema_: Annotated[Literal["1"], WithJsonSchema({"const": 1})] = Field(
        title="Schema", description="Version of this format.", alias="schema"
    )
    clip: ClipEntry = Field(title="Clip", description="The video beside this file.")
    zones: tuple[ZoneEntry, ...] = Field((), title="Zones", description="As an operator would draw them.")
    events: tuple[EventEntry, ...] = Field((), title="Events", description="Everything that happens.")
    ignore: tuple[SpanEntry, ...] = Field(
        (), title="Ignored", description="Where an event counts neither for nor against."
    )
    negatives: tuple[SpanEntry, ...] = Field(
        (), title="Negatives", description="Where it is known that nothing happens."
    )


def truth_of(document: TruthDocument, folder: Path) -> Truth:
    """Args:
    folder: where the clip lies.
    """
    clip = document.clip
    return Truth(
        name=clip.name,
        path=folder / clip.file,
        width_px=clip.width,
        height_px=clip.height,
        fps=clip.fps,
        duration_s=clip.duration_s,
        zones=tuple(_zone(zone, clip) for zone in document.zones),
        events=tuple(_event(event) for event in document.events),
        ignored=tuple(_span(span) for span in document.ignore),
        negatives=tuple(_span(span) for span in document.negatives),
    )


def _zone(zone: ZoneEntry, clip: ClipEntry) -> Zone:
    def share(point: PixelPoint) -> tuple[float, float]:
        return point[0] / clip.width, point[1] / clip.height

    direction = None
    if zone.direction is not None and zone.type in DIRECTED:
        direction = (share(zone.direction[0]), share(zone.direction[1]))
    return Zone(
        zone_id=zone.id,
        name=zone.id,
        type=zone.type,
        polygon=tuple(share(point) for point in zone.polygon),
        direction=direction,
    )


def _event(event: EventEntry) -> TrueEvent:
    also = [(family, kind) for family, _, kind in (name.partition("/") for name in event.also)]
    box: Xyxy = event.box
    return TrueEvent(
        event_id=event.id,
        family=event.family,
        kinds=frozenset({(event.family.value, event.kind), *also}),
        start_s=event.start_s,
        end_s=event.end_s,
        from_s=event.from_s,
        is_open_at_start=event.start_open,
        box=box,
        is_certain=event.confidence == "certain",
    )


def _span(span: SpanEntry) -> Span:
    return Span(
        families=frozenset(span.families),
        start_s=span.start_s,
        end_s=span.end_s,
        polygon_px=None if span.region is None else np.array(span.region, np.float64),
    )
