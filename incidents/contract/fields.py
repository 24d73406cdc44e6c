"""The field types of events, with the limits that every reader may rely on. Pydantic reads them; Python code
sees plain `str`, `float`, `datetime` and tuples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, GetCoreSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

# A leap year: longer than anything a camera measures, short enough to add to a date.
YEAR_S = 31_622_400
LARGEST_EXACT_INT = 2**53 - 1  # in JavaScript, and in a float of any other reader


class _InUtc:
    """Read by pydantic in compiled code: a Python function here would double the cost of an event."""

    @staticmethod
    def __get_pydantic_core_schema__(_source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.datetime_schema(tz_constraint=0)


def _utc_text(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"{at!r} needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


UtcTime = Annotated[
    datetime,
    _InUtc,
    PlainSerializer(_utc_text, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "Z$"}),
]

Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=r"^[^\u0000]*$",
        description="without U+0000, which PostgreSQL cannot store",
    ),
]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=YEAR_S, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Bearing = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
ViewAngle = Annotated[float, Field(gt=0, le=360, allow_inf_nan=False)]
Pixels = Annotated[int, Field(ge=1, le=65_536)]
Bytes = Annotated[int, Field(ge=0, le=LARGEST_EXACT_INT)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

Box = Annotated[
    tuple[Share, Share, Share, Share],
    Field(description="x1, y1, x2, y2 in 0..1 of the picture"),
]
Point = Annotated[tuple[Share, Share], Field(description="x, y in 0..1 of the picture")]

EvidencePath = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$",
        description="in the evidence store; no part begins with a dot, so that it cannot leave the store",
    ),
]
