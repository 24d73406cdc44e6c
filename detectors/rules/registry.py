"""The rules there are: the RULE of every file beside this one. A new kind is one more file."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import detectors.rules
from detectors.rules.rule import Kind, Rule

Rules = tuple[Rule[Any], ...]


def _found() -> Iterator[Rule[Any]]:
    for module in iter_modules(detectors.rules.__path__, f"{detectors.rules.__name__}."):
        if module.name != __name__ and (rule := getattr(import_module(module.name), "RULE", None)):
            yield rule


# By the name of the file: in this order their events of one frame are raised.
RULES: Rules = tuple(_found())


def kinds(rules: Rules = RULES) -> tuple[Kind, ...]:
    """Every kind that these rules raise, in their order."""
    return tuple(kind for rule in rules for kind in rule.kinds)
