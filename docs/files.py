"""Write docs/files.md: every source file with the first line of what it says about itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("ingest", "models", "detectors", "incidents", "dispatch_api", "mastwatch", "benchmarks")
PAGE = ROOT / "docs" / "files.md"


def first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n\n")[0].replace("\n", " ")


def lines() -> Iterator[str]:
    yield "# Every file in one line"
    yield ""
    yield "Each line is the file's own first words; `.venv/bin/python docs/files.py` writes this page."
    for room in ROOMS:
        paths = [path for path in sorted((ROOT / room).rglob("*.py")) if first_line(path)]
        if paths:
            yield f"\n## {room}\n"
            yield "| file | |\n| --- | --- |"
            yield from (f"| `{path.relative_to(ROOT)}` | {first_line(path)} |" for path in paths)


def page() -> str:
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
