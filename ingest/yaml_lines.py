"""Reading a settings file so that every fault in it is found at once and named by its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

NULL_TAG = "tag:yaml.org,2002:null"
# What an event can carry and a database can keep: no U+0000, no half of a surrogate pair.
TEXT = re.compile(r"[^\x00\ud800-\udfff]{1,500}")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    line: int  # from 1
    what: str


class Section:
    """One mapping of a YAML file, read key by key.

    A faulty value is noted in `faults` and comes back as None: look at `faults` before using what was read.
    """

    def __init__(self, node: yaml.Node, what: str, keys: Collection[str], faults: list[Fault]) -> None:
        self.line = line_of(node)
        self._what = what
        self._faults = faults
        self._values: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, f"{what} must be a mapping with {', '.join(keys)}")
            return
        for key, value in node.value:
            self._add(key, value, keys)

    def _add(self, key: yaml.Node, value: yaml.Node, keys: Collection[str]) -> None:
        if not isinstance(key, yaml.ScalarNode) or key.value not in keys:
            named = (
                f"{key.value!r:.60}" if isinstance(key, yaml.ScalarNode) else "that is a list or a mapping"
            )
            self.fault(key, f"{self._what} has no setting {named}; allowed: {', '.join(keys)}")
        elif key.value in self._values:
            self.fault(key, f"{key.value} of {self._what} is given twice; keep one")
        elif value.tag != NULL_TAG:
            self._values[key.value] = value

    def fault(self, node: yaml.Node | None, what: str) -> None:
        self._faults.append(Fault(line_of(node) if node else self.line, what))

    def node(self, key: str) -> yaml.Node | None:
        return self._values.get(key)

    def required(self, key: str) -> yaml.Node | None:
        node = self._values.get(key)
        if node is None:
            self.fault(None, f"{self._what} lacks {key}")
        return node

    def text(self, key: str) -> str | None:
        """A text that is not empty and has at most 500 characters, without blanks around it."""
        node = self.required(key)
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and TEXT.fullmatch(text := str(node.value).strip()):
            return text
        self.fault(node, f"{key} of {self._what} must be a text that is not empty, 500 characters at most")
        return None

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from low to high; None where it is not given."""
        node = self.node(key)
        if node is None:
            return None
        value = number_in(node)
        if value is not None and low <= value <= high:
            return value
        self.fault(node, f"{key} of {self._what} must be a number from {low:g} to {high:g}")
        return None

    def items(self, key: str) -> list[yaml.Node]:
        """The entries of a list; none where it is not given."""
        node = self.node(key)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.fault(node, f"{key} of {self._what} must be a list")
        return []

    def points(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of [x, y], each from 0 to 1."""
        return tuple(self._points(self.items(key), key))

    def _points(self, nodes: list[yaml.Node], key: str) -> Iterator[tuple[float, float]]:
        for node in nodes:
            pair = [number_in(part) for part in node.value] if isinstance(node, yaml.SequenceNode) else []
            match pair:
                case [float(x), float(y)] if 0 <= x <= 1 and 0 <= y <= 1:
                    yield x, y
                case _:
                    self.fault(
                        node, f"{key} of {self._what}: a point is [x, y], each from 0 to 1 of the picture"
                    )


def compose(path: Path) -> yaml.Node | Fault:
    """The root node of a YAML file, or why there is none.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        return Fault(1, f"not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8")
    except RecursionError:
        return Fault(1, "not readable: hundreds of lists or mappings lie in one another")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Fault(mark.line + 1 if mark else 1, f"not YAML: {error.problem}")
    except yaml.YAMLError as error:
        return Fault(1, f"not YAML: {' '.join(str(error).split())}")
    return root if root is not None else Fault(1, "the file is empty")


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def number_in(node: yaml.Node) -> float | None:
    """The number a scalar holds; None where it holds none (NaN is no number)."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    try:
        value = float(node.value)
    except ValueError:
        return None
    return value if value == value else None
