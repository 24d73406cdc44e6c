"""Weights by name: where their files are, and proof that they are the right ones."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

REGISTRY = Path(__file__).with_name("registry.toml")
DEFAULT_MODEL = "yolo11n-int8-384x640"


class Runtime(StrEnum):
    OPENVINO = "openvino"
    ULTRALYTICS = "ultralytics"


class Role(StrEnum):
    """What a class is to the rules, whatever a network calls it."""

    PERSON = "person"
    BICYCLE = "bicycle"  # surely without a motor
    TWO_WHEELER = "two_wheeler"  # with a motor, or not told apart
    VEHICLE = "vehicle"
    HEAVY_VEHICLE = "heavy_vehicle"
    OBJECT = "object"  # neither: goods, bags, furniture


TWO_WHEELERS = frozenset({Role.BICYCLE, Role.TWO_WHEELER})
MOTOR_CARS = frozenset({Role.VEHICLE, Role.HEAVY_VEHICLE})
VEHICLES = TWO_WHEELERS | MOTOR_CARS


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelClass:
    """One of a network's classes that the rules ask for."""

    number: int  # of the network's output
    name: str  # as the network calls it; events show it
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One set of weights on this machine, its files verified."""

    name: str
    runtime: Runtime
    path: Path  # the file to hand to the runtime; what belongs to it lies beside it
    input_wh: tuple[int, int]  # pixels
    names: tuple[str, ...]  # all that the network can tell apart, by number
    classes: tuple[ModelClass, ...]  # of those, what is read
    licence: str  # SPDX
    source: str
    sha256: Mapping[str, str]  # by path relative to the folder of weights


class WeightsError(Exception):
    """Weights that cannot be used."""


class UnknownModel(WeightsError):
    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no model is called {name!r}; known: {', '.join(known)}")


class BadClassTable(WeightsError):
    """The class table of a model contradicts itself, or knows a role that the rules do not."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"model {name}: models/registry.toml: {why}")


class WeightsMissing(WeightsError):
    def __init__(self, name: str, path: Path) -> None:
        self.path = path
        super().__init__(
            f"model {name}: {path} is not there; name the folder of weights with --models or MASTWATCH_MODELS"
        )


class WeightsCorrupt(WeightsError):
    def __init__(self, name: str, path: Path, expected_sha256: str, found_sha256: str) -> None:
        self.path = path
        super().__init__(
            f"model {name}: {path} is not the file that was registered: expected sha256 {expected_sha256}, "
            f"found {found_sha256}; copy it again"
        )


def names() -> tuple[str, ...]:
    return tuple(_registry()["model"])


def resolve(name: str, folder: Path) -> Weights:
    """The weights of that name in a folder, every file of them verified.

    Raises:
        UnknownModel: the registry has no such name.
        WeightsMissing: a file is not in the folder.
        WeightsCorrupt: a file is not the registered one.
        BadClassTable: its class table names a class or a role that does not exist.
    """
    registry = _registry()
    entry = registry["model"].get(name)
    if entry is None:
        raise UnknownModel(name, tuple(registry["model"]))
    for relative, expected_sha256 in entry["sha256"].items():
        _verify(name, folder / relative, expected_sha256)
    width_px, height_px = entry["input_wh"]
    table = registry["classes"].get(entry["classes"])
    if table is None:
        raise BadClassTable(name, f"there is no class table {entry['classes']!r}")
    return Weights(
        name=name,
        runtime=Runtime(entry["runtime"]),
        path=folder / entry["entry"],
        input_wh=(width_px, height_px),
        names=tuple(table["names"]),
        classes=class_table(name, table["names"], table["roles"]),
        licence=entry["licence"],
        source=entry["source"],
        sha256=entry["sha256"],
    )


def class_table(model: str, names: Sequence[str], roles: Mapping[str, str]) -> tuple[ModelClass, ...]:
    """The classes that are read, in the network's order.

    Args:
        names: all classes of the network, by number.
        roles: by name.
    Raises:
        BadClassTable: a class that the network does not have, or an unknown role.
    """
    for name, role in roles.items():
        if name not in names:
            raise BadClassTable(model, f"class {name!r} has a role, but the network has no such class")
        if role not in set(Role):
            raise BadClassTable(model, f"class {name!r}: unknown role {role!r}; roles: {', '.join(Role)}")
    return tuple(
        ModelClass(number=number, name=name, role=Role(roles[name]))
        for number, name in enumerate(names)
        if name in roles
    )


@cache
def role_of(class_name: str) -> Role | None:
    """The role of a class that any registered network knows; None for a name that none does."""
    tables = _registry()["classes"].values()
    roles = {name: role for table in tables for name, role in table["roles"].items()}
    return Role(roles[class_name]) if class_name in roles else None


def _verify(name: str, path: Path, expected_sha256: str) -> None:
    try:
        with path.open("rb") as file:
            found_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsMissing(name, path) from error
    if found_sha256 != expected_sha256:
        raise WeightsCorrupt(name, path, expected_sha256, found_sha256)


def _registry() -> dict[str, Any]:
    return tomllib.loads(REGISTRY.read_text(encoding="utf-8"))
