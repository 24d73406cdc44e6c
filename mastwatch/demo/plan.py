"""What a demo is made of, checked before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mastwatch.demo.cameras import NothingToShow, Show, show_of
from mastwatch.stack.errors import PortInUse
from mastwatch.stack.process import free_port, listens
from models.registry import DEFAULT_MODEL, resolve

CITY = "da-lat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    show: Show
    models_dir: Path
    boundaries: tuple[Path, ...]  # GeoJSON, oldest first
    data_dir: Path
    http_port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


def make_plan(
    *, footage: Path | None, models: Path | None, boundaries: Sequence[Path], data_dir: Path, http_port: int
) -> Plan:
    """Look for everything that is needed.

    Args:
        boundaries: none: those of the city in the folder `geo` beside the footage.
        http_port: 0 takes a free one.
    Raises:
        NothingToShow: clips, weights or boundaries are not named or not there.
        WeightsError: the weights are not the registered ones.
        ConfigError: a clip's zones cannot be read.
        PortInUse
    """
    if footage is None:
        raise NothingToShow(
            "the demo needs clips: pass --footage DIR, a folder of clip folders (docs/demo.md)"
        )
    if models is None:
        raise NothingToShow("the demo needs weights: pass --models DIR or set MASTWATCH_MODELS")
    resolve(DEFAULT_MODEL, models)
    if listens(http_port):
        raise PortInUse(f"127.0.0.1:{http_port}", "name another one with --port, or --port 0 for any")
    return Plan(
        show=show_of(footage),
        models_dir=models.resolve(),
        boundaries=tuple(boundaries) or boundaries_beside(footage),
        data_dir=data_dir.resolve(),
        http_port=http_port or free_port(),
    )


def boundaries_beside(footage: Path) -> tuple[Path, ...]:
    folder = footage.resolve().parent / "geo"
    found = tuple(sorted(folder.glob(f"{CITY}-wards-*.geojson")))
    if not found:
        raise NothingToShow(f"no ward boundaries in {folder}: pass --boundaries FILE.geojson")
    return found
