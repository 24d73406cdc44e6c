"""Reads a city's profile and the calendar that it names."""

from __future__ import annotations

from pathlib import Path

from incidents.procedure.policy import Policy, same_name
from incidents.procedure.profile_file import CalendarDocument, ProfileDocument, policy_of
from incidents.procedure.profiles import FOLDER
from mastwatch.config.faults import ConfigError, Fault
from mastwatch.config.reading import read
from mastwatch.config.tree import read_tree


def load_profile(city: str) -> Policy:
    """The policy of a city, by its key (`da-lat`), its name (`Đà Lạt`), or the path of a YAML file.

    Raises:
        ConfigError: no such city, or a profile that cannot be used: with every fault and its line.
    """
    return read_profile(profile_path(city))


def read_profile(path: Path) -> Policy:
    """Raises ConfigError with the faults of the profile, or else of its calendar."""
    profile = read(path, ProfileDocument)
    return policy_of(profile, read(path.parent / profile.calendar, CalendarDocument))


def profile_path(city: str) -> Path:
    """Raises ConfigError: no such city."""
    if city.endswith((".yaml", ".yml")):
        return Path(city)
    known: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        values = read_tree(path).values
        if not isinstance(values, dict) or "city" not in values:
            continue  # a calendar, which the profiles name
        key, name = str(values["city"]), str(values.get("name"))
        if same_name(city, key) or same_name(city, name):
            return path
        known[key] = name
    names = ", ".join(f"{key} ({name})" for key, name in known.items())
    problem = f"no such city; known: {names}, or the path of a profile ending in .yaml"
    raise ConfigError([Fault(city, 0, problem)])
