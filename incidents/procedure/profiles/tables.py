"""YAML tables that know their lines: whatever is wrong with a profile is said with the file and the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from incidents.errors import ProfileError

E = TypeVar("E", bound=StrEnum)


class Table:
    """One mapping of a YAML file, its keys checked."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise ProfileError(str(path), node.start_mark.line + 1, "wanted `name: value` lines")
        self.path = path
        self.line = node.start_mark.line + 1
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ProfileError(str(path), key.start_mark.line + 1, "wanted a name before the colon")
            if key.value in self._values:
                raise ProfileError(str(path), key.start_mark.line + 1, f"`{key.value}` stands here twice")
            self._values[key.value] = value
            self._lines[key.value] = key.start_mark.line + 1

    def only(self, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
        """Refuses every key that is neither, and a missing one that is required."""
        known = (*required, *optional)
        for key in self._values:
            if key not in known:
                raise self.wrong(key, f"unknown key `{key}`; known here: {', '.join(known)}")
        missing = [key for key in required if key not in self._values]
        if missing:
            raise ProfileError(str(self.path), self.line, f"`{missing[0]}` is missing")
        return self

    def wrong(self, key: str, problem: str) -> ProfileError:
        return ProfileError(str(self.path), self._lines.get(key, self.line), problem)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, key: str) -> str:
        node = self._values[key]
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.wrong(key, f"`{key}` takes one value")
        return str(node.value)

    def number(self, key: str, at_least: float, at_most: float) -> float:
        text = self.text(key)
        try:
            number = float(text)
        except ValueError as error:
            raise self.wrong(key, f"`{key}: {text}` is not a number") from error
        if not at_least <= number <= at_most:
            raise self.wrong(key, f"`{key}: {text}`: wanted {at_least:g} to {at_most:g}")
        return number

    def day(self, key: str) -> date:
        return self.as_day(key, self.text(key))

    def as_day(self, key: str, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.wrong(key, f"`{text}` is not a date; wanted YYYY-MM-DD") from error

    def flag(self, key: str) -> bool:
        if self.text(key) not in ("true", "false"):
            raise self.wrong(key, f"`{key}: {self.text(key)}`: wanted true or false")
        return self.text(key) == "true"

    def choice(self, key: str, choices: type[E]) -> E:
        try:
            return choices(self.text(key))
        except ValueError as error:
            raise self.wrong(key, f"`{key}: {self.text(key)}`: wanted {' or '.join(choices)}") from error

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of values; empty where the key is not there."""
        node = self._values.get(key)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(key, f"`{key}` takes a list")
        return tuple(str(item.value) for item in node.value)

    def table(self, key: str) -> Table:
        return Table(self.path, self._values[key])

    def tables(self, key: str) -> Iterator[Table]:
        node = self._values[key]
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.wrong(key, f"`{key}` takes a list of at least one entry")
        return (Table(self.path, item) for item in node.value)


def read_table(path: Path) -> Table:
    """The mapping that a YAML file is. Raises ProfileError."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(str(path), None, f"cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ProfileError(str(path), line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:  # a sign that YAML does not know; it has no line
        raise ProfileError(str(path), None, f"not YAML: {error}") from error
    except RecursionError as error:
        raise ProfileError(str(path), 1, "hundreds of lists or mappings lie in one another") from error
    if root is None:
        raise ProfileError(str(path), 1, "the file is empty")
    return Table(path, root)
