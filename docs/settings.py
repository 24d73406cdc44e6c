"""Write the table of settings into docs/administrators.md, from the settings' own descriptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from mastwatch.settings import Settings

PAGE = Path(__file__).with_name("administrators.md")
BEGIN = "<!-- settings: written by `.venv/bin/python -m docs.settings` from mastwatch/settings.py -->"
END = "<!-- end of settings -->"


def table() -> Iterator[str]:
    yield "| setting | default | |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        yield f"| `{name}` | {default_of(field)} | {field.description}{secret(field)} |"


def default_of(field: FieldInfo) -> str:
    if field.default is None:
        return ""
    is_flag = isinstance(field.default, bool)
    is_number = isinstance(field.default, float)
    return (
        f"`{str(field.default).lower() if is_flag else f'{field.default:g}' if is_number else field.default}`"
    )


def secret(field: FieldInfo) -> str:
    return "" if field.repr else "; a secret, never shown"


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, "", *table(), "", END + after])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
