"""Pydantic's errors in plain English: what was wanted there, told by the JSON Schema of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from mastwatch.config.tree import Loc

Schema = Mapping[str, Any]
SHOWN_CHARACTERS = 60


class Shape:
    """A place in a document, as its schema describes it."""

    def __init__(self, schema: Schema, definitions: Schema | None = None) -> None:
        self._definitions: Schema = schema.get("$defs", {}) if definitions is None else definitions
        self._schema = self._resolved(schema)

    def at(self, step: int | str) -> Shape | None:
        """None where the document has no such place."""
        inner = self._inner(step)
        return Shape(inner, self._definitions) if isinstance(inner, Mapping) else None

    @property
    def key(self) -> Shape:
        """What the keys of a table have to be."""
        return Shape(self._schema.get("propertyNames", {"type": "string"}), self._definitions)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._schema.get("properties", {}))

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self._schema.get("enum", ()))

    @property
    def is_secret(self) -> bool:
        return bool(self._schema.get("writeOnly", False))

    @property
    def title(self) -> str:
        return str(self._schema.get("title", "value")).lower()

    @property
    def wanted(self) -> str:
        if "const" in self._schema:
            return str(self._schema["const"])
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if "anyOf" in self._schema:
            options = (Shape(option, self._definitions).wanted for option in self._schema["anyOf"])
            return " or ".join(dict.fromkeys(options))
        match self._schema.get("type"):
            case "number":
                return "a number" + self._range("minimum", "maximum", of=" from")
            case "integer":
                return "a whole number" + self._range("minimum", "maximum", of=" from")
            case "boolean":
                return "true or false"
            case "array":
                return "a list" + self._range("minItems", "maxItems", of=" of")
            case "object":
                return "`name: value` lines"
            case _:
                return self._text()

    def _text(self) -> str:
        if self._schema.get("format") == "date":
            return "a date, YYYY-MM-DD"
        return "a text" + self._range("minLength", "maxLength", of=" of", unit=" characters")

    def _range(self, low_key: str, high_key: str, *, of: str = "", unit: str = "") -> str:
        low, high = self._schema.get(low_key), self._schema.get(high_key)
        if (above := self._schema.get("exclusiveMinimum")) is not None:
            return f" above {above:.10g}"
        if low is None and high is None:
            return ""
        if high is None:
            return f"{of} {low:.10g}{unit} or more"
        if low is None:
            return f"{of} at most {high:.10g}{unit}"
        return f"{of} {low:.10g}{unit}" if low == high else f"{of} {low:.10g} to {high:.10g}{unit}"

    def _inner(self, step: int | str) -> object:
        if isinstance(step, int):
            first = self._schema.get("prefixItems", ())
            return first[step] if step < len(first) else self._schema.get("items")
        return self._schema.get("properties", {}).get(step) or self._schema.get("additionalProperties")

    def _resolved(self, schema: Schema) -> Schema:
        """With what it refers to put in, and without the alternative of being absent."""
        if "$ref" in schema:
            target = self._definitions[str(schema["$ref"]).rpartition("/")[2]]
            return self._resolved({**target, **{key: schema[key] for key in schema if key != "$ref"}})
        options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
        if len(options) == 1:
            return self._resolved({**options[0], **{key: schema[key] for key in schema if key != "anyOf"}})
        return {**schema, "anyOf": options} if options else schema


def place_and_problem(error: ErrorDetails, shape: Shape) -> tuple[Loc, str]:
    """Where in the document, and what to do there."""
    loc: Loc = ()
    parent = shape
    for step in error["loc"]:
        if step == "[key]":  # pydantic's own: the key that came before
            shape = parent.key
            break
        parent, inner = shape, shape.at(step)
        if inner is None:  # a key that is not known, or the name of a branch of pydantic's own
            break
        shape, loc = inner, (*loc, step)
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        return error["loc"], f"unknown key; {_suggestion(key, shape.keys)}"
    return loc, _problem(error, shape)


def _problem(error: ErrorDetails, shape: Shape) -> str:
    context = error.get("ctx", {})
    if error["type"] == "missing":
        return f"missing; give {shape.wanted}"
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "fault":
        return error["msg"]
    found = "what is there (not shown: it may hold a secret)" if shape.is_secret else _shown(error["input"])
    if shape.choices:
        return f"unknown {shape.title} {found}; {_suggestion(str(error['input']), shape.choices)}"
    return f"wanted {shape.wanted}, found {found}"


def written(loc: Loc) -> str:
    """`cameras[2].id`"""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step[:SHOWN_CHARACTERS]}"
    return text.removeprefix(".")


def _suggestion(word: str, known: Iterable[str]) -> str:
    known = tuple(known)
    closest = get_close_matches(word[:SHOWN_CHARACTERS], known, n=1)
    meant = f"did you mean {closest[0]!r}? " if closest else ""
    return f"{meant}one of: {', '.join(known)}"


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return "a mapping"
        case str() if len(value) > SHOWN_CHARACTERS:
            return f"{value[:SHOWN_CHARACTERS]!r}... ({len(value)} characters)"
        case _:
            return repr(value)
