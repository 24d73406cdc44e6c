"""Write docs/kinds.md: what is looked for, from the rules' own declarations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detectors.rules.registry import RULES

PAGE = Path(__file__).with_name("kinds.md")


def lines() -> Iterator[str]:
    yield "# What is looked for"
    yield ""
    yield "Each kind of event, with the zones and steps of its rule. A camera without such a zone does not"
    yield "run it, nor a step that only it needs. `.venv/bin/python -m docs.kinds` writes this page from"
    yield "`detectors/rules/`."
    yield ""
    yield "| kind | in Vietnamese | in English | family | zones of its rule | steps |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for rule in RULES:
        zones = ", ".join(f"`{zone_type}`" for zone_type in sorted(rule.zone_types))
        needs = ", ".join(sorted(rule.needs))
        for kind in rule.kinds:
            yield f"| `{kind.kind}` | {kind.label.vi} | {kind.label.en} | {kind.family} | {zones} | {needs} |"


def page() -> str:
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
