"""Checks files as the commands would read them, and collects every fault."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from incidents.procedure.profile_file import CalendarDocument
from mastwatch.config.cameras import load_cameras
from mastwatch.config.faults import ConfigError, Fault
from mastwatch.config.profiles import load_profile, profile_path, read_profile
from mastwatch.config.reading import read
from mastwatch.config.schemas import kind_of
from mastwatch.config.settings_sources import SETTINGS_FILE
from mastwatch.config.tree import EmptyFile, read_tree
from mastwatch.config.truths import load_truth
from mastwatch.settings import Settings, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    kind: str
    place: str  # the file, or where else the values came from
    faults: tuple[Fault, ...]


def check_installation() -> Iterator[Checked]:
    """The settings as a command would have them now, then the profile and the camera file that they name."""
    place = os.environ.get(SETTINGS_FILE) or "environment"
    try:
        settings = load()
    except ConfigError as error:
        yield Checked(kind="settings", place=place, faults=error.faults)
        return
    yield Checked(kind="settings", place=place, faults=())
    yield from _check_named(settings)


def check_file(path: Path) -> Iterator[Checked]:
    """By what it is. A settings file is checked with what it names, the environment over it as at a start."""
    try:
        kind = kind_of(read_tree(path).values)
    except EmptyFile:
        kind = "settings"
    except ConfigError as error:
        yield Checked(kind="file", place=str(path), faults=error.faults)
        return
    if kind == "settings":
        os.environ[SETTINGS_FILE] = str(path)
        yield from check_installation()
    else:
        yield _checked(kind, path, lambda: READERS[kind](path))


def _check_named(settings: Settings) -> Iterator[Checked]:
    try:
        path = profile_path(settings.city)
    except ConfigError as error:
        yield Checked(kind="profile", place=settings.city, faults=error.faults)
    else:
        yield _checked("profile", path, lambda: load_profile(settings.city))
    cameras_file = settings.cameras_file
    if cameras_file is not None:
        yield _checked("cameras", cameras_file, lambda: load_cameras(cameras_file, os.environ))


def _checked(kind: str, path: Path, reading: Callable[[], object]) -> Checked:
    try:
        reading()
    except ConfigError as error:
        return Checked(kind=kind, place=str(path), faults=error.faults)
    return Checked(kind=kind, place=str(path), faults=())


READERS: dict[str, Callable[[Path], object]] = {
    "cameras": lambda path: load_cameras(path, os.environ),
    "profile": read_profile,
    "calendar": lambda path: read(path, CalendarDocument),
    "truth": load_truth,
}
