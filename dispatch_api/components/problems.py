"""How OpenAPI tells of the errors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"

MEANINGS = {
    401: "Not signed in, or wrong name or password.",
    403: "Not for this role, or the header X-CSRF-Token is missing.",
    404: "Unknown, or another unit's.",
    409: "Held, decided or changed by somebody else meanwhile; `newer` says by whom and how.",
    413: "More was sent than is allowed; `max_bytes` is the limit.",
    422: "A value is missing or not allowed; `errors` names each.",
    429: "Too many failed attempts; `until` says when to try again.",
    503: "The database does not answer; nothing was changed, trying again is safe.",
}


class Problem(BaseModel):
    """Every error, as problem details (RFC 9457)."""

    type: str = Field(description="Names the kind of problem.", examples=["urn:mastwatch:problem:stale"])
    title: str = Field(description="The kind of problem in the reader's language.")
    status: int
    detail: str = Field(description="What happened here, and what to do.")
    instance: str = Field(description="The path that was asked for.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors a route may answer with; 401 and 503 are possible on every one that needs a session."""
    return {status: _response(status) for status in sorted({401, 503, *statuses})}


def _response(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": MEANINGS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
