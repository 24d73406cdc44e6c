"""A YAML file into its document model, with every fault named by its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mastwatch.config.faults import ConfigError, Fault
from mastwatch.config.tree import Tree, line_at, read_tree
from mastwatch.config.wording import Shape, place_and_problem, written

M = TypeVar("M", bound=BaseModel)


def read(path: Path, model: type[M], context: object = None) -> M:
    """Raises ConfigError with every fault of the file."""
    tree = read_tree(path)
    try:
        return model.model_validate(tree.values, context=context)
    except ValidationError as error:
        raise ConfigError(_faults(path, tree, model, error)) from error


def _faults(path: Path, tree: Tree, model: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    shape = Shape(model.model_json_schema())
    for details in error.errors(include_url=False):
        if _counts_only_good_entries(details):
            continue
        loc, problem = place_and_problem(details, shape)
        where = f"{written(loc)}: " if loc else ""
        yield Fault(str(path), line_at(tree.root, loc), where + problem)


def _counts_only_good_entries(details: ErrorDetails) -> bool:
    """A list that is long enough, but whose entries are faulty: those have faults of their own."""
    found = details["input"]
    return (
        details["type"] == "too_short"
        and isinstance(found, list)
        and len(found) >= details["ctx"]["min_length"]
    )
