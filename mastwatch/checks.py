"""What this machine needs to run mastwatch, each with what was found and the mend."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from mastwatch.stack.process import listens
from models.registry import DEFAULT_MODEL, WeightsError, resolve

DEMO_BYTES = 2 * 10**9  # a long afternoon of evidence and the database
MEMORY_BYTES = 3 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    found: str
    mend: str = ""  # what to do; empty where all is well
    needed: bool = True  # False: only some commands want it


def python_version() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= (3, 11)
    return Check(name="python", ok=ok, found=found, mend="" if ok else "install Python 3.11 or newer")


def packages() -> Check:
    """Everything that pyproject.toml asks for, for running and for the demo, in a version it allows."""
    wrong = [problem for line in metadata.requires("mastwatch") or () if (problem := problem_of(line))]
    found = "; ".join(wrong) if wrong else "all installed, in the versions asked for"
    return Check(name="packages", ok=not wrong, found=found, mend="run `make setup`" if wrong else "")


def problem_of(requirement_line: str) -> str | None:
    requirement = Requirement(requirement_line)
    if requirement.marker and not any(
        requirement.marker.evaluate({"extra": extra}) for extra in ("", "demo")
    ):
        return None
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    return None if requirement.specifier.contains(version) else f"{requirement.name} {version} is too old"


def programs() -> Iterator[Check]:
    found = shutil.which("setpriv")
    yield Check(
        name="setpriv",
        ok=found is not None,
        found=found or "not found",
        mend="" if found else "apt install util-linux",
    )
    browser = shutil.which("chromium")
    yield Check(
        name="chromium",
        ok=browser is not None,
        found=browser or "not found",
        mend="" if browser else "only for `make test`: apt install chromium",
        needed=False,
    )


def weights(folder: Path | None) -> Check:
    """The files of the model that the worker runs, byte for byte."""
    if folder is None:
        mend = "name the folder of weights with --models DIR or MASTWATCH_MODELS"
        return Check(name="models", ok=False, found="no folder named", mend=mend)
    try:
        found = resolve(DEFAULT_MODEL, folder)
    except WeightsError as error:
        return Check(name="models", ok=False, found=str(error), mend="copy the folder of weights again")
    return Check(name="models", ok=True, found=f"{found.name} in {folder}, sha256 as registered")


def footage(folder: Path | None) -> Check:
    clips = sorted(folder.glob("*/clip.mp4")) if folder else []
    return Check(
        name="footage",
        ok=bool(clips),
        found=f"{len(clips)} clips in {folder}" if folder else "no folder named",
        mend="" if clips else "for `demo` and `eval`: name a folder of clip folders with --footage DIR",
        needed=folder is not None,
    )


def free_disk(folder: Path) -> Check:
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if os.access(path, os.F_OK))
    free_bytes = shutil.disk_usage(there).free
    ok = free_bytes >= DEMO_BYTES
    return Check(
        name="disk",
        ok=ok,
        found=f"{free_bytes / 1e9:.1f} GB free at {there}",
        mend=""
        if ok
        else f"make room, {DEMO_BYTES / 1e9:.0f} GB at least, or name another folder with --data",
    )


def memory() -> Check:
    total_bytes = psutil.virtual_memory().total
    ok = total_bytes >= MEMORY_BYTES
    return Check(
        name="memory",
        ok=ok,
        found=f"{total_bytes / 1e9:.1f} GB",
        mend="" if ok else f"the demo with eight cameras wants {MEMORY_BYTES / 1e9:.0f} GB",
    )


def port(number: int) -> Check:
    taken = listens(number)
    return Check(
        name="port",
        ok=not taken,
        found=f"{number} is {'taken' if taken else 'free'}",
        mend="stop the program that listens there, or name another with --port" if taken else "",
    )
