"""The camera file as a document: what it may hold, and the cameras it describes. Format: docs/cameras.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from ingest.camera import (
    DEFAULT_DETECT_FPS,
    DIRECTED,
    ONLY_VIEW,
    Camera,
    GroundPoint,
    Point,
    View,
    Zone,
    ZoneType,
)
from ingest.camera_source import Surroundings, filled
from ingest.ground import spans_a_plane

DAY_S = 86_400.0
N_POINTS_MAX = 1000  # an event carries its zone
N_GROUND_POINTS_MIN = 4  # a plane seen in perspective is fixed by four points, no three of them on a line
N_GROUND_POINTS_MAX = 100
# An id is a Kafka key, a metric label and part of addresses: keep it plain.
ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def plain_id(text: str) -> str:
    if not re.fullmatch(ID, text):
        raise ValueError(f"{text[:70]!r}: use letters, digits, dot, dash, underscore, 64 at most")
    return text


def storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds the character U+0000, which no database stores; remove it")
    return text


Id = Annotated[str, AfterValidator(plain_id), Field(json_schema_extra={"pattern": f"^{ID}$"})]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable)
]
Share = Annotated[float, Field(ge=0, le=1)]
PicturePoint = tuple[Share, Share]
Seconds = Annotated[float, Field(ge=0, le=DAY_S)]
# Below one frame in ten seconds no dwell can be measured; above 60 a second no camera delivers.
FramesPerSecond = Annotated[float, Field(ge=0.1, le=60)]


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class ZoneDocument(Document):
    id: Id = Field(title="Id", description="Unique within its view; never change it.")
    name: Text = Field(title="Name", description="As officers read it.")
    type: ZoneType = Field(title="Zone type", description="What the zone is; each rule watches some types.")
    polygon: Annotated[tuple[PicturePoint, ...], Field(min_length=2, max_length=N_POINTS_MAX)] = Field(
        title="Polygon",
        description="Corners [x, y], each 0 to 1 of the picture's size; a stop_line is an open line.",
    )
    direction: tuple[PicturePoint, PicturePoint] | None = Field(
        default=None,
        title="Direction",
        description="From, to: the way traffic may go. For lane, roadway and shoulder.",
    )
    dwell_s: Seconds | None = Field(
        default=None,
        title="Dwell time",
        description="Seconds a thing must stay; without it the rule's own limit.",
    )
    max_gap_s: Seconds | None = Field(
        default=None,
        title="Longest gap",
        description="Seconds a thing may be hidden and still be the same stay.",
    )

    @field_validator("polygon")
    @classmethod
    def _has_an_area(cls, polygon: tuple[Point, ...], info: ValidationInfo) -> tuple[Point, ...]:
        if len(polygon) < 3 and info.data.get("type", ZoneType.STOP_LINE) is not ZoneType.STOP_LINE:
            raise ValueError(f"a {info.data['type']} needs 3 points or more, found {len(polygon)}")
        return polygon

    @field_validator("direction")
    @classmethod
    def _goes_somewhere(
        cls, direction: tuple[Point, Point] | None, info: ValidationInfo
    ) -> tuple[Point, Point] | None:
        zone_type = info.data.get("type")
        if direction is not None and zone_type is not None and zone_type not in DIRECTED:
            raise ValueError(f"only {', '.join(DIRECTED)} have a direction, this zone is a {zone_type}")
        if direction is not None and direction[0] == direction[1]:
            raise ValueError("needs two different points: [[x, y], [x, y]]")
        return direction


class GroundDocument(Document):
    picture: PicturePoint = Field(title="In the picture", description="[x, y], each 0 to 1 of the picture.")
    lon: float = Field(ge=-180, le=180, title="Longitude", description="Degrees east, WGS 84.")
    lat: float = Field(ge=-90, le=90, title="Latitude", description="Degrees north, WGS 84.")


def unique_ids(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuses each entry whose id an earlier one has."""
    first: dict[str, int] = {}
    repeated = [i for i, item in enumerate(items) if first.setdefault(item.id, i) != i]
    if repeated:
        raise ValidationError.from_exception_data("ids", [_taken(i, items[i].id, first) for i in repeated])
    return items


def _taken(index: int, item_id: str, first: Mapping[str, int]) -> InitErrorDetails:
    problem = f"{item_id!r} is already the id of entry [{first[item_id]}]; choose another"
    return InitErrorDetails(
        type=PydanticCustomError("fault", "{problem}", {"problem": problem}), loc=(index, "id"), input=item_id
    )


Zones = Annotated[tuple[ZoneDocument, ...], Field(min_length=1), AfterValidator(unique_ids)]


class ViewDocument(Document):
    id: Id = Field(title="Id", description="Unique within its camera; never change it.")
    name: Text = Field(title="Name", description="As officers read it.")
    preset_token: Text | None = Field(
        default=None, title="Preset", description="The ONVIF token of this preset."
    )
    reference_image: Text | None = Field(
        default=None,
        title="Reference picture",
        description="What this view looks like; from the folder of the file.",
    )
    zones: Zones = Field(title="Zones", description="At least one: without a zone no rule watches the view.")
    ground: tuple[GroundDocument, ...] = Field(
        default=(),
        max_length=N_GROUND_POINTS_MAX,
        title="Ground points",
        description="Four or more points whose place on the ground was measured.",
    )

    @field_validator("ground")
    @classmethod
    def _maps_the_picture(cls, ground: tuple[GroundDocument, ...]) -> tuple[GroundDocument, ...]:
        if not ground:
            return ground
        if len(ground) < N_GROUND_POINTS_MIN:
            raise ValueError(f"needs {N_GROUND_POINTS_MIN} points or more, found {len(ground)}")
        places = {
            "in the picture": [each.picture for each in ground],
            "on the map": [(each.lon, each.lat) for each in ground],
        }
        for where, points in places.items():
            if not spans_a_plane(points):
                raise ValueError(f"all points or all but one lie on a line {where}: spread them out")
        return ground


class LocationDocument(Document):
    lon: float = Field(ge=-180, le=180, title="Longitude", description="Degrees east, WGS 84.")
    lat: float = Field(ge=-90, le=90, title="Latitude", description="Degrees north, WGS 84.")
    bearing_deg: float | None = Field(
        default=None, ge=0, le=360, title="Bearing", description="Clockwise from north; only where measured."
    )
    view_deg: float | None = Field(
        default=None,
        ge=1,
        le=360,
        title="Field of view",
        description="Horizontal, in degrees; only where measured.",
    )


class CameraDocument(Document):
    id: Id = Field(title="Id", description="Unique; never change it: candidates are kept by it.")
    name: Text = Field(title="Name", description="As officers read it.")
    address: Text = Field(title="Address", description="The street address, as officers read it.")
    source: Text = Field(
        title="Source",
        description="rtsp://user:${PASSWORD}@host/path, or a file; ${NAME} is read from the environment.",
        repr=False,
        json_schema_extra={"writeOnly": True},
    )
    location: LocationDocument = Field(title="Location", description="Where the camera stands.")
    detect_fps: FramesPerSecond | None = Field(
        default=None,
        title="Frames analysed a second",
        description=f"By the stream's own time; {DEFAULT_DETECT_FPS:g}.",
    )
    zones: Zones | None = Field(
        default=None, title="Zones", description="Of a camera with a single view; otherwise give `views`."
    )
    views: Annotated[tuple[ViewDocument, ...], Field(min_length=1), AfterValidator(unique_ids)] | None = (
        Field(
            default=None,
            title="Views",
            description="The presets of a camera that turns, each with its own zones.",
        )
    )

    @field_validator("source")
    @classmethod
    def _filled(cls, source: str, info: ValidationInfo) -> str:
        return filled(source, info.context) if isinstance(info.context, Surroundings) else source

    @model_validator(mode="after")
    def _zones_or_views(self) -> CameraDocument:
        if (self.zones is None) == (self.views is None):
            raise ValueError("give either `zones` or `views`: without zones no rule watches the camera")
        return self


class DefaultsDocument(Document):
    detect_fps: FramesPerSecond | None = Field(default=None, title="Frames analysed a second")
    dwell_s: Seconds | None = Field(default=None, title="Dwell time", description="Of zones that give none.")
    max_gap_s: Seconds | None = Field(
        default=None, title="Longest gap", description="Of zones that give none."
    )


class CamerasDocument(Document):
    """The cameras that a worker watches, with their zones."""

    defaults: DefaultsDocument | None = Field(
        default=None, title="Defaults", description="For cameras and zones that do not say otherwise."
    )
    cameras: Annotated[tuple[CameraDocument, ...], Field(min_length=1), AfterValidator(unique_ids)] = Field(
        title="Cameras", description="One entry for each camera."
    )


def cameras_of(document: CamerasDocument, folder: Path) -> tuple[Camera, ...]:
    """In the order of the file; reference pictures are taken from `folder`."""
    defaults = document.defaults or DefaultsDocument()
    return tuple(_camera(each, defaults, folder) for each in document.cameras)


def _camera(document: CameraDocument, defaults: DefaultsDocument, folder: Path) -> Camera:
    return Camera(
        camera_id=document.id,
        name=document.name,
        address=document.address,
        source=document.source,
        lon_deg=document.location.lon,
        lat_deg=document.location.lat,
        bearing_deg=document.location.bearing_deg,
        view_deg=document.location.view_deg,
        detect_fps=document.detect_fps or defaults.detect_fps or DEFAULT_DETECT_FPS,
        views=tuple(_views(document, defaults, folder)),
    )


def _views(camera: CameraDocument, defaults: DefaultsDocument, folder: Path) -> Iterator[View]:
    if camera.zones is not None:
        yield View(view_id=ONLY_VIEW, zones=_zones(camera.zones, defaults))
    for view in camera.views or ():
        yield View(
            view_id=view.id,
            name=view.name,
            preset_token=view.preset_token,
            reference_image=folder / view.reference_image if view.reference_image else None,
            zones=_zones(view.zones, defaults),
            ground=tuple(
                GroundPoint(picture=each.picture, lon_deg=each.lon, lat_deg=each.lat) for each in view.ground
            ),
        )


def _zones(zones: tuple[ZoneDocument, ...], defaults: DefaultsDocument) -> tuple[Zone, ...]:
    return tuple(
        Zone(
            zone_id=each.id,
            name=each.name,
            type=each.type,
            polygon=each.polygon,
            direction=each.direction,
            dwell_s=each.dwell_s if each.dwell_s is not None else defaults.dwell_s,
            max_gap_s=each.max_gap_s if each.max_gap_s is not None else defaults.max_gap_s,
        )
        for each in zones
    )
