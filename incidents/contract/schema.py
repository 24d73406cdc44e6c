"""The events as JSON Schema, for programs in other languages.

`python -m incidents.contract.schema` writes the files of `schemas/` again after an event has changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from incidents.contract.registry import EVENT_TYPES, EventType

FOLDER = Path(__file__).parent / "schemas"


class _WithoutFieldTitles(GenerateJsonSchema):
    """A title that only repeats the field's name says nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def files() -> dict[Path, str]:
    """Every schema file, with what it should hold."""
    return {
        FOLDER / file_name(of): json.dumps(json_schema(of), indent=2, ensure_ascii=False) + "\n"
        for of in EVENT_TYPES
    }


def file_name(of: EventType[Any]) -> str:
    return f"{of.schema}.v{of.version}.json"


def json_schema(of: EventType[Any]) -> dict[str, Any]:
    """What `decode` takes of that event at this version, without what older versions left out."""
    fields = of.adapter.json_schema(schema_generator=_WithoutFieldTitles)
    header = {
        "schema": {"const": of.schema},
        "schema_version": {"type": "integer", "minimum": of.version},
        "min_reader_version": {"type": "integer", "minimum": 1, "maximum": of.version},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": file_name(of),
        "title": f"{of.model.__name__}, version {of.version}",
        "description": fields["description"],
        "type": "object",
        "required": ["schema", "schema_version", *fields["required"]],
        "properties": header | fields["properties"],
        "$defs": fields["$defs"],
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
