"""Which language a page speaks, and its texts: one TOML file each in `i18n/`, the same keys in both."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "i18n"


class Language(StrEnum):
    VI = "vi"
    EN = "en"


class MissingText(LookupError):
    """A template asks for a text that the catalogue does not hold: a fault of ours, never of the reader."""

    def __init__(self, language: Language, key: str) -> None:
        super().__init__(f"i18n/{language}.toml has no text {key!r}; add it there and in the other language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language; called with a key and the values of its {placeholders}."""

    language: Language
    by_key: Mapping[str, str]  # "desk.empty.title" -> text

    def __call__(self, key: str, **values: object) -> str:
        try:
            return self.by_key[key].format(**values)
        except KeyError as error:
            raise MissingText(self.language, key) from error

    def within(self, section: str) -> dict[str, str]:
        """The texts directly under `section`, for the scripts of a page."""
        prefix = f"{section}."
        return {key.removeprefix(prefix): text for key, text in self.by_key.items() if key.startswith(prefix)}

    def or_plain(self, section: str, name: str) -> str:
        """The word for `name`, or `name` itself: what a detector calls a class is not ours to limit."""
        return self.by_key.get(f"{section}.{name}", name)


def load_texts(folder: Path = FOLDER) -> dict[Language, Texts]:
    """Every language's texts.

    Raises:
        FileNotFoundError: a language has no file.
        tomllib.TOMLDecodeError: a file is not TOML.
    """
    return {language: _texts(language, folder / f"{language}.toml") for language in Language}


def _texts(language: Language, path: Path) -> Texts:
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    return Texts(language=language, by_key=dict(_flat(tree, "")))


def _flat(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
