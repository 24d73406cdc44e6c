"""What an installation sets: one YAML file, then `MASTWATCH_*` variables over it. Read once, at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NewType, TypeVar, get_type_hints

import yaml

from incidents.evidence.opening import StoreSettings

PREFIX = "MASTWATCH_"
MAX_PORT = 65535
CLIP_MAX_S = 600  # the stream of so long is kept in memory, for every camera
T = TypeVar("T")
Port = NewType("Port", int)


class SettingsError(Exception):
    """A setting is unknown, missing or cannot be read. Says which, where, and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting by the name it has in the file; `MASTWATCH_HTTP_PORT` is `http_port`."""

    city: str = "da-lat"  # the profile with its categories, limits and units
    data_dir: Path = Path(".data")  # evidence, photos, the outbox
    models_dir: Path | None = None  # `MASTWATCH_MODELS` is read too
    weights: str | None = None  # a name in models/registry.toml; None: those that fit each picture
    cameras_file: Path | None = None
    database_url: str | None = field(default=None, repr=False)
    kafka_bootstrap: str | None = None
    http_host: str = "127.0.0.1"
    http_port: Port = Port(8080)
    secure_cookies: bool = True  # False only where people reach the console without https
    metrics_port: Port | None = None  # of the worker, the consumer and the sweeper; None: no metrics page
    # The consumer stops after more dead letters than this in the window, if they are more than this share.
    dead_letters_max: int = 20
    dead_letters_share: float = 0.1
    dead_letters_window_s: float = 600.0
    evidence_before_s: float = 10.0
    evidence_after_s: float = 10.0
    evidence_keep_days: int = 90  # of what was dismissed
    evidence_store: str | None = None  # a folder, or s3://bucket/prefix; None: data_dir
    s3_endpoint_url: str | None = None  # None: Amazon's own
    s3_region: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = field(default=None, repr=False)
    analysis_processes: int | None = None  # of a worker; 0: in the worker itself; None: by its processors


def evidence_of(settings: Settings) -> StoreSettings:
    return StoreSettings(
        address=settings.evidence_store or str(settings.data_dir),
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
    )


def need(name: str, value: T | None) -> T:
    """The value of a setting that a command cannot do without."""
    if value is None:
        variable = PREFIX + name.upper()
        raise SettingsError(f"the setting `{name}` is missing: set it in the settings file or in {variable}")
    return value


def writable(option: str, path: Path) -> Path:
    """Where a result goes, tried before the work that makes it."""
    try:
        path.open("ab").close()
    except OSError as error:
        raise SettingsError(f"{option} {path} cannot be written: {error.strerror}") from error
    return path


def load(environ: Mapping[str, str]) -> Settings:
    """From the file that MASTWATCH_SETTINGS names, if any, and the environment over it.

    A variable ending in `_FILE` names a file that holds the value: for secrets that are mounted.
    Raises:
        SettingsError: with the file and line, or the variable, that is wrong.
    """
    path = environ.get(PREFIX + "SETTINGS")
    values = from_file(Path(path)) if path else {}
    return Settings(**{**values, **from_environment(environ)})  # type: ignore[arg-type]  # parsed by type


def from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    aliases = {"models_dir": "MASTWATCH_MODELS"}
    for name, parse in parsers().items():
        for variable in (aliases.get(name, ""), PREFIX + name.upper()):
            text = text_of(environ, variable)
            if text is not None:
                values[name] = parsed(parse, text, variable)
    return values


def text_of(environ: Mapping[str, str], variable: str) -> str | None:
    path = environ.get(variable + "_FILE") if variable else None
    if path is None:
        return environ.get(variable)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable}_FILE: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{variable}_FILE: {path} is not text in UTF-8: {error.reason}") from error


def from_file(path: Path) -> dict[str, object]:
    root = root_of(path)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f"{path}:1: wanted `name: value` lines")
    known = parsers()
    values: dict[str, object] = {}
    for key, value in root.value:
        where = f"{path}:{key.start_mark.line + 1}"
        if key.value not in known:
            raise SettingsError(f"{where}: unknown setting `{key.value}`; known: {', '.join(known)}")
        if not isinstance(value, yaml.ScalarNode):
            raise SettingsError(f"{where}: `{key.value}` takes one value")
        values[key.value] = parsed(known[key.value], value.value, f"{where}: {key.value}")
        if isinstance(values[key.value], Path):
            values[key.value] = path.parent / value.value  # as its writer sees it
    return values


def parsed(parse: Callable[[str], object], text: str, where: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error


def root_of(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.reader.ReaderError) as error:
        raise SettingsError(f"{path} is not text in UTF-8: {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path}:{line}: not YAML: {error.problem}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: hundreds of lists or mappings lie in one another") from error


def parsers() -> dict[str, Callable[[str], object]]:
    """How the text of each setting is read, by its type."""
    hints = get_type_hints(Settings)
    by_type: dict[object, Callable[[str], object]] = {
        str: str,
        str | None: str,
        Path: Path,
        Path | None: Path,
        int: whole_number,
        int | None: whole_number,
        Port: port,
        Port | None: port,
        float: clip_seconds,
        bool: yes_or_no,
    }
    return {each.name: by_type[hints[each.name]] for each in fields(Settings)}


def whole_number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"wanted a whole number, found `{text}`")
    return int(text)


def port(text: str) -> Port:
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise ValueError(f"wanted a port, 0 to {MAX_PORT}, found `{text}`")
    return Port(int(text))


def clip_seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"wanted a number, found `{text}`") from error
    if not 0 <= value <= CLIP_MAX_S:  # NaN is refused here too
        raise ValueError(f"wanted a number, 0 to {CLIP_MAX_S}, found `{text}`")
    return value


def yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"wanted true or false, found `{text}`")
    return text.lower() == "true"
