"""Where settings come from: a YAML file, and the environment over it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from mastwatch.config.faults import ConfigError, Fault, one_fault
from mastwatch.config.tree import EmptyFile, Tree, line_at, read_tree
from mastwatch.config.wording import Shape, place_and_problem

PREFIX = "MASTWATCH_"
SETTINGS_FILE = PREFIX + "SETTINGS"
FROM_FILE = "_FILE"
ALIASES = {"models_dir": PREFIX + "MODELS"}
PATHS = ("data_dir", "models_dir", "cameras_file")
# Not settings: the name of the file, and what the tests are told.
OTHERS = (SETTINGS_FILE, PREFIX + "SHARED", PREFIX + "TEST_KAFKA", PREFIX + "CHROMIUM")


class Variables(PydanticBaseSettingsSource):
    """`MASTWATCH_NAME`, or the content of the file that `MASTWATCH_NAME_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        return _text(os.environ, field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        names = [name for name in self.settings_cls.model_fields if _variable(os.environ, name)]
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name in names:
            try:
                values[name] = self.get_field_value(self.settings_cls.model_fields[name], name)[0]
            except ConfigError as error:
                faults += error.faults
        if faults:
            raise ConfigError(faults)
        return values


class SettingsFile(PydanticBaseSettingsSource):
    """The file that MASTWATCH_SETTINGS names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        path = settings_path()
        tree = _tree(path) if path else None
        if path is None or tree is None:
            return {}
        if not isinstance(tree.values, dict):
            raise one_fault(path, 1, "wanted `name: value` lines")
        # A path is meant from where the file lies, as its writer sees it.
        paths = {
            name: path.parent / value
            for name, value in tree.values.items()
            if name in PATHS and isinstance(value, str)
        }
        return {**tree.values, **paths}


def settings_path() -> Path | None:
    text = os.environ.get(SETTINGS_FILE)
    return Path(text) if text else None


def faults_of(error: ValidationError, settings: type[BaseSettings]) -> Iterator[Fault]:
    """Each at the variable or the line that gave the value."""
    shape = Shape(settings.model_json_schema())
    path = settings_path()
    tree = _tree(path) if path else None
    for details in error.errors(include_url=False):
        loc, problem = place_and_problem(details, shape)
        name = str(loc[0])
        if variable := _variable(os.environ, name):
            yield Fault(variable, 0, problem)
        else:
            line = line_at(tree.root, loc) if tree else 0
            yield Fault(str(path), line, f"{name}: {problem}")


def unknown_variables(
    environ: Mapping[str, str], settings: type[BaseSettings]
) -> Iterator[tuple[str, str | None]]:
    """Variables with our prefix that nothing reads, each with the closest one that is read."""
    plain = [variable for name in settings.model_fields for variable in _plain(name)]
    known = {*plain, *(variable + FROM_FILE for variable in plain), *OTHERS}
    for variable in sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
        yield variable, next(iter(get_close_matches(variable, known, n=1)), None)


def _variable(environ: Mapping[str, str], name: str) -> str | None:
    """The variable that gives a setting its value."""
    given = (each for plain in _plain(name) for each in (plain, plain + FROM_FILE) if each in environ)
    return next(given, None)


def _plain(name: str) -> list[str]:
    return [PREFIX + name.upper(), *([ALIASES[name]] if name in ALIASES else [])]


def _text(environ: Mapping[str, str], name: str) -> str | None:
    """Raises ConfigError: given twice, or the file cannot be read."""
    for plain in _plain(name):
        if plain in environ and plain + FROM_FILE in environ:
            raise ConfigError([Fault(plain, 0, f"given together with {plain}{FROM_FILE}; keep one of them")])
        if plain in environ:
            return environ[plain]
        if plain + FROM_FILE in environ:
            return _content(plain + FROM_FILE, Path(environ[plain + FROM_FILE]))
    return None


def _content(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError([Fault(variable, 0, f"{path} cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 text ({error.reason} at byte {error.start})"
        raise ConfigError([Fault(variable, 0, problem)]) from error


def _tree(path: Path) -> Tree | None:
    try:
        return read_tree(path)
    except EmptyFile:  # every line may be commented out
        return None
