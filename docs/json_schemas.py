"""Write docs/schemas/*.json: what may stand in each kind of file, for editors."""

from __future__ import annotations

import json
from pathlib import Path

from mastwatch.config.schemas import DOCUMENTS, schema_of

FOLDER = Path(__file__).parent / "schemas"


def written() -> dict[str, str]:
    """The text of each schema, by its file name."""
    return {
        f"{kind}.json": json.dumps(schema_of(kind), ensure_ascii=False, indent=2) + "\n" for kind in DOCUMENTS
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
