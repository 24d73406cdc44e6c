"""Weights by name: where their files are, and proof that they are the right ones."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

REGISTRY = Path(__file__).with_name("registry.toml")
DEFAULT_MODEL = "yolo11n-int8-384x640"


class Runtime(StrEnum):
    OPENVINO = "openvino"
    ULTRALYTICS = "ultralytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One set of weights on this machine, its files verified."""

    name: str
    runtime: Runtime
    path: Path  # the file to hand to the runtime; what belongs to it lies beside it
    input_wh: tuple[int, int]  # pixels
    classes: tuple[str, ...]  # by class number
    licence: str  # SPDX
    source: str
    sha256: Mapping[str, str]  # by path relative to the folder of weights


class WeightsError(Exception):
    """Weights that cannot be used."""


class UnknownModel(WeightsError):
    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no model is called {name!r}; known: {', '.join(known)}")


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
    """
    registry = _registry()
    entry = registry["model"].get(name)
    if entry is None:
        raise UnknownModel(name, tuple(registry["model"]))
    for relative, expected_sha256 in entry["sha256"].items():
        _verify(name, folder / relative, expected_sha256)
    width_px, height_px = entry["input_wh"]
    return Weights(
        name=name,
        runtime=Runtime(entry["runtime"]),
        path=folder / entry["entry"],
        input_wh=(width_px, height_px),
        classes=tuple(registry["classes"][entry["classes"]]),
        licence=entry["licence"],
        source=entry["source"],
        sha256=entry["sha256"],
    )


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
