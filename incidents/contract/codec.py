"""Events as bytes and back: JSON that says its schema and version, checked against the schema both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, NoReturn
from uuid import UUID

from jsonschema_rs import Draft202012Validator

from incidents.contract.events import (
    Box,
    CameraPlace,
    CandidateRaised,
    Clip,
    Evidence,
    EvidenceFile,
    Family,
    Point,
    SeenBox,
    SeenZone,
)

SCHEMA = "candidate_raised"
SCHEMA_VERSION = 1

# It goes into a message header and a log line.
REASON_MAX_CHARS = 300

Json = Mapping[str, Any]


class Unreadable(ValueError):
    """Bytes that are no event of ours. No retry can help: they belong in the dead letters."""

    def __init__(self, reason: str) -> None:
        self.reason = _shortened(reason)
        super().__init__(self.reason)


def _shortened(reason: str) -> str:
    """Its beginning says where, its end says what; the value in between may be as long as the message."""
    half = REASON_MAX_CHARS // 2 - 2
    return reason if len(reason) <= REASON_MAX_CHARS else f"{reason[:half]} … {reason[-half:]}"


def encode(event: CandidateRaised) -> bytes:
    """The event as it goes over the wire.

    Raises:
        ValueError: the event breaks its own schema. It is raised here, where the mistake was made, and
            not in the dead letters of every consumer.
    """
    document = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, **asdict(event)}
    value = json.dumps(
        document, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()
    if fault := _fault(_parsed(value)):
        raise ValueError(f"candidate {event.candidate_id} breaks its own schema: {_shortened(fault)}")
    return value


def decode(value: bytes) -> CandidateRaised:
    """The event in a message.

    Raises:
        Unreadable: no JSON, another schema or version, or against the schema; the reason names the path.
    """
    document = _parsed(value)
    if fault := _fault(document):
        raise Unreadable(fault)
    return _candidate(document)


def _plain(value: object) -> str:
    match value:
        case UUID():
            return str(value)
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    raise ValueError(f"{value!r} has no place in an event: times need a time zone")


def _parsed(value: bytes) -> Json:
    try:
        document = json.loads(value.decode(), parse_constant=_refuse_constant)
        # "\ud800" is legal JSON and no text: PostgreSQL would refuse it for ever.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"$: not JSON in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise Unreadable(f"$: a JSON object is wanted, this is {type(document).__name__}")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _fault(document: Json) -> str | None:
    """The first thing that is wrong with it, with its JSON path; None where nothing is."""
    for field, wanted in (("schema", SCHEMA), ("schema_version", SCHEMA_VERSION)):
        if document.get(field) != wanted:
            return f"$.{field}: {document.get(field)!r}, and {wanted!r} is read here"
    for error in _validator().iter_errors(document):
        return f"{_json_path(error.instance_path)}: {error.message}"
    return None


@cache
def _validator() -> Draft202012Validator:
    file = resources.files("incidents.contract") / "schemas" / f"{SCHEMA}.v{SCHEMA_VERSION}.json"
    schema = json.loads(file.read_text("utf-8"))
    return Draft202012Validator(schema, validate_formats=True, formats={"date-time": _is_utc})


def _is_utc(text: str) -> bool:
    """Narrower than RFC 3339: one way to write a time, so that none is read an hour wrong."""
    try:
        return text.endswith("Z") and _at(text).tzinfo is not None
    except ValueError:
        return False


def _json_path(parts: list[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _candidate(document: Json) -> CandidateRaised:
    return CandidateRaised(
        candidate_id=UUID(document["candidate_id"]),
        family=Family(document["family"]),
        kind=document["kind"],
        camera=_camera(document["camera"]),
        zone=_zone(document["zone"]),
        object_class=document["object_class"],
        entered_at=_at(document["entered_at"]),
        seen_at=_at(document["seen_at"]),
        best_at=_at(document["best_at"]),
        dwell_s=document["dwell_s"],
        limit_s=document["limit_s"],
        score=document["score"],
        box=_box(document["box"]),
        path=tuple(SeenBox(at=_at(step["at"]), box=_box(step["box"])) for step in document["path"]),
        picture_width_px=int(document["picture_width_px"]),
        picture_height_px=int(document["picture_height_px"]),
        evidence=_evidence(document["evidence"]),
        detector=document["detector"],
    )


def _camera(document: Json) -> CameraPlace:
    return CameraPlace(
        camera_id=document["camera_id"],
        name=document["name"],
        address=document["address"],
        lon_deg=document["lon_deg"],
        lat_deg=document["lat_deg"],
        bearing_deg=document["bearing_deg"],
        view_deg=document["view_deg"],
    )


def _zone(document: Json) -> SeenZone:
    direction = document["direction"]
    return SeenZone(
        zone_id=document["zone_id"],
        name=document["name"],
        type=document["type"],
        polygon=tuple(_point(xy) for xy in document["polygon"]),
        direction=direction and (_point(direction[0]), _point(direction[1])),
    )


def _evidence(document: Json) -> Evidence:
    entered, clip = document["entered_image"], document["clip"]
    return Evidence(
        image=_file(document["image"]),
        raw_image=_file(document["raw_image"]),
        entered_image=entered and _file(entered),
        clip=clip
        and Clip(file=_file(clip["file"]), started_at=_at(clip["started_at"]), duration_s=clip["duration_s"]),
    )


def _file(document: Json) -> EvidenceFile:
    return EvidenceFile(path=document["path"], sha256=document["sha256"], n_bytes=int(document["n_bytes"]))


def _point(xy: list[float]) -> Point:
    x, y = xy
    return x, y


def _box(xyxy: list[float]) -> Box:
    x1, y1, x2, y2 = xyxy
    return x1, y1, x2, y2
