"""YAML text as plain values, and the line of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mastwatch.config.faults import ConfigError, Fault, one_fault

Loc: TypeAlias = tuple[int | str, ...]  # as pydantic names a place: ("cameras", 2, "id")

NULL_TAG = "tag:yaml.org,2002:null"
DEPTH_MAX = 40
# A file without aliases has fewer values than characters. One that has many more was made to fill the memory.
N_REPEATED_MAX = 100_000
TOO_DEEP = "too many lists or mappings inside each other"


class EmptyFile(ConfigError):
    """Nothing but blanks and comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    root: Node
    values: object  # dicts, lists, texts and None: what a text means is for the model to say


def read_tree(path: Path) -> Tree:
    """
    Raises:
        EmptyFile
        ConfigError: not there, not UTF-8, not YAML, or a key is given twice.
    """
    root = _compose(path, _text(path))
    if root is None:
        raise EmptyFile([Fault(str(path), 1, "the file is empty")])
    return Tree(root=root, values=_Values(path).of(root))


def line_at(root: Node, loc: Loc) -> int:
    """Of the key, or of the entry of a list, or of what is nearest above it."""
    line, node = _line(root), root
    for step in loc:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise one_fault(path, 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        raise one_fault(path, 0, problem) from error


def _compose(path: Path, text: str) -> Node | None:
    try:
        _check_depth(path, text)
        root: Node | None = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise one_fault(path, mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from error
    except YAMLError as error:  # a character that YAML does not allow
        raise one_fault(path, 1, f"not YAML: {' '.join(str(error).split())}") from error
    return root


def _check_depth(path: Path, text: str) -> None:
    """Before anything is composed: that recurses, in C, and would end the process."""
    depth = 0
    for event in YAML(typ="safe").parse(text):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise one_fault(path, int(event.start_mark.line) + 1, TOO_DEEP)


class _Values:
    """One conversion of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._faults: list[Fault] = []
        self._n_left = N_REPEATED_MAX + path.stat().st_size

    def of(self, root: Node) -> object:
        values = self._value(root, 0)
        if self._faults:
            raise ConfigError(self._faults)
        return values

    def _value(self, node: Node, depth: int) -> object:
        self._n_left -= 1
        if self._n_left < 0:
            raise one_fault(self._path, _line(node), "too many values: aliases (*name) repeat too much")
        if depth > DEPTH_MAX:
            raise one_fault(self._path, _line(node), TOO_DEEP)
        if isinstance(node, MappingNode):
            return self._mapping(node, depth + 1)
        if isinstance(node, SequenceNode):
            return [self._value(item, depth + 1) for item in node.value]
        return None if node.tag == NULL_TAG else str(node.value)

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._fault(key, "a key must be a word, not a list or a mapping")
            elif key.value in values:
                self._fault(key, f"{key.value[:60]!r} is given twice here; keep one")
            else:
                values[key.value] = self._value(value, depth)
        return values

    def _fault(self, node: Node, problem: str) -> None:
        self._faults.append(Fault(str(self._path), _line(node), problem))


def _child(node: Node, step: int | str) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        return next(((_line(key), value) for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int):
        items: Sequence[Node] = node.value
        return (_line(items[step]), items[step]) if step < len(items) else None
    return None


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
