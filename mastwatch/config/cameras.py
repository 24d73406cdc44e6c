"""Reads a camera file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingest.camera import Camera
from ingest.camera_file import CamerasDocument, cameras_of
from ingest.camera_source import Surroundings
from mastwatch.config.reading import read


def load_cameras(path: Path, environment: Mapping[str, str]) -> tuple[Camera, ...]:
    """The cameras of a file, in its order. Raises ConfigError."""
    around = Surroundings(folder=path.parent, environment=environment)
    return cameras_of(read(path, CamerasDocument, around), path.parent)
