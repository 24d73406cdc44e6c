"""What the documents say about the tree is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import json_schemas, kinds, settings
from docs.files import PAGE, ROOT, page
from mastwatch.__main__ import COMMANDS
from mastwatch.settings import Settings

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_map_of_files_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `.venv/bin/python docs/files.py`"


def test_the_table_of_kinds_is_current() -> None:
    assert kinds.PAGE.read_text(encoding="utf-8") == kinds.page(), "run `.venv/bin/python -m docs.kinds`"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing, f"{path.relative_to(ROOT)} links to {missing}"


def test_every_command_is_a_module() -> None:
    modules = {path.stem for path in (ROOT / "mastwatch" / "commands").glob("*.py")} - {"__init__"}
    assert set(COMMANDS.values()) == modules


def test_the_table_of_settings_is_current() -> None:
    assert settings.PAGE.read_text(encoding="utf-8") == settings.page(), (
        "run `.venv/bin/python -m docs.settings`"
    )


def test_the_json_schemas_are_current() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in json_schemas.FOLDER.glob("*.json")}
    assert found == json_schemas.written(), "run `.venv/bin/python -m docs.json_schemas`"


def test_every_setting_says_what_it_is() -> None:
    fields = Settings.model_fields
    assert [name for name, field in fields.items() if not (field.title and field.description)] == []
