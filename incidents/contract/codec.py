"""Events as bytes and back: JSON that begins with its schema and version, checked on its way out and in.

Any event of the registry goes through here. What we have stored ourselves is read the same way: pydantic
parses, checks and builds in one compiled pass, at half the cost of building alone in Python
(docs/decisions/events.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from incidents.contract.registry import EventType, type_of

# It goes into a message header and a log line.
REASON_MAX_CHARS = 300

E = TypeVar("E")


class Unreadable(ValueError):
    """Bytes that this version cannot read as the event it expects. A retry cannot help: dead letters."""

    def __init__(self, reason: str) -> None:
        self.reason = _shortened(reason)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What every event begins with."""

    schema: str
    schema_version: int
    # Older readers would misunderstand it. Absent before version 2, and where any reader can read it.
    min_reader_version: int = 1


def encode(event: object) -> bytes:
    """The event as it goes over the wire.

    Raises:
        ValueError: the event breaks its own schema. It is raised here, where the mistake was made, and
            not in the dead letters of every consumer.
    """
    of = type_of(type(event))
    header = {
        "schema": of.schema,
        "schema_version": of.version,
        "min_reader_version": of.min_reader_version,
    }
    try:
        fields = of.adapter.dump_json(event)
        of.adapter.validate_json(fields, strict=True)
    except (ValidationError, PydanticSerializationError) as error:
        what = f"{of.schema} {of.id_of(event)} does not match its own schema"
        raise ValueError(f"{what}: {_shortened(_fault(error))}") from error
    return json.dumps(header, separators=(",", ":")).encode()[:-1] + b"," + fields[1:]


def decode(value: bytes | str, model: type[E]) -> E:
    """The event in a message, from a process older or newer than this one.

    Fields that this version does not know are ignored, as is a newer version that does not say it needs a
    newer reader.

    Raises:
        Unreadable: not JSON, another event, for newer readers only, or against the schema. The reason
            begins with the JSON path.
    """
    of = type_of(model)
    header = _header(value, of)
    if header.schema_version < of.version:
        value = _upgraded(value, header.schema_version, of)
    try:
        return of.adapter.validate_json(value, strict=True)
    except ValidationError as error:
        raise Unreadable(_fault(error) + _newer(header, of)) from error


def _header(value: bytes | str, of: EventType[Any]) -> Header:
    try:
        header = _header_adapter().validate_json(value, strict=True)
    except ValidationError as error:
        raise Unreadable(_fault(error)) from error
    if header.schema != of.schema:
        raise Unreadable(f"$.schema: {header.schema!r}, expected {of.schema!r}")
    if header.schema_version < 1:
        raise Unreadable(f"$.schema_version: {header.schema_version}, versions begin with 1")
    if header.min_reader_version > of.version:
        raise Unreadable(
            f"$.min_reader_version: needs a reader of version {header.min_reader_version}, this one reads"
            f" version {of.version}: upgrade this process"
        )
    return header


def _newer(header: Header, of: EventType[Any]) -> str:
    if header.schema_version <= of.version:
        return ""
    return f" (it has version {header.schema_version}, newer than {of.version}: upgrade this process)"


def _upgraded(value: bytes | str, version: int, of: EventType[Any]) -> str:
    try:
        document = json.loads(value)
    except ValueError as error:  # a number of more digits than Python parses
        raise Unreadable(f"$: {error}") from error
    for upgrade in of.upgrades[version - 1 :]:
        document = upgrade(document)
    return json.dumps(document, ensure_ascii=False)


@cache
def _header_adapter() -> TypeAdapter[Header]:
    return TypeAdapter(Header)


def _fault(error: ValidationError | PydanticSerializationError) -> str:
    """The first thing that is wrong, after its JSON path."""
    if isinstance(error, PydanticSerializationError):
        return f"$: {error}"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    return f"${path}: {first['msg']}"


def _shortened(reason: str) -> str:
    """Its beginning says where, its end says what; the value in between may be as long as the message."""
    half = REASON_MAX_CHARS // 2 - 2
    return reason if len(reason) <= REASON_MAX_CHARS else f"{reason[:half]} … {reason[-half:]}"
