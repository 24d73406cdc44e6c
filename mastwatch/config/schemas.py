"""Every kind of file that is read, with its JSON Schema: for editors, and to know a file by its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from detectors.evaluation.truth_file import TruthDocument
from incidents.procedure.profile_file import CalendarDocument, ProfileDocument
from ingest.camera_file import CamerasDocument
from mastwatch.settings import Settings

DOCUMENTS: Mapping[str, type[BaseModel]] = {
    "cameras": CamerasDocument,
    "settings": Settings,
    "profile": ProfileDocument,
    "calendar": CalendarDocument,
    "truth": TruthDocument,
}
# A key that no other kind of file has at its top. Settings have none that they must have.
TELLING_KEYS = {"cameras": "cameras", "categories": "profile", "signed_years": "calendar", "clip": "truth"}


def schema_of(kind: str) -> dict[str, Any]:
    schema = DOCUMENTS[kind].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def kind_of(values: object) -> str:
    """Of a file, by its keys."""
    keys = values if isinstance(values, dict) else {}
    return next((kind for key, kind in TELLING_KEYS.items() if key in keys), "settings")
