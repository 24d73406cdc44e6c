"""What an installation sets: one YAML file, then `MASTWATCH_*` variables over it. Read once, at the start."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, JsonValue, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from incidents.evidence.opening import StoreSettings
from mastwatch.config.faults import ConfigError
from mastwatch.config.settings_sources import PREFIX, SettingsFile, Variables, faults_of, unknown_variables

PORT_MAX = 65535
CLIP_MAX_S = 600  # a stream of that length is kept in memory, for every camera
T = TypeVar("T")
Name = Annotated[str, Field(min_length=1, max_length=2000)]
Port = Annotated[int, Field(ge=0, le=PORT_MAX)]
ClipSeconds = Annotated[float, Field(ge=0, le=CLIP_MAX_S)]
SECRET: dict[str, JsonValue] = {"writeOnly": True}  # as JSON Schema says that a value is never shown

logger = logging.getLogger(__name__)


class SettingsError(Exception):
    """A setting or an option is missing or cannot be used. Says which, and what to do."""


class Settings(BaseSettings):
    """Every setting by the name it has in the file; `MASTWATCH_HTTP_PORT` is `http_port`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )

    city: Name = Field(
        default="da-lat",
        title="City",
        description="the profile: categories, clauses, limits, units, working hours; a name, or a path "
        "that ends in `.yaml` ([city-profile.md](city-profile.md))",
    )
    data_dir: Path = Field(
        default=Path(".data"), title="Data folder", description="evidence, photos, the outbox of the worker"
    )
    models_dir: Path | None = Field(
        default=None, title="Model folder", description="folder of weights; `MASTWATCH_MODELS` is read too"
    )
    weights: Name | None = Field(
        default=None,
        title="Weights",
        description="a name in `models/registry.toml`, `yolo11n` for a GPU (`make setup-gpu`); without it "
        "those that fit each picture",
    )
    cameras_file: Path | None = Field(
        default=None, title="Camera file", description="cameras and their zones: [cameras.md](cameras.md)"
    )
    database_url: Name | None = Field(
        default=None,
        title="Database",
        description="`postgresql://user:password@host:5432/name`",
        repr=False,
        json_schema_extra=SECRET,
    )
    kafka_bootstrap: Name | None = Field(
        default=None, title="Kafka", description="`host:port[,host:port...]`"
    )
    http_host: Name = Field(
        default="127.0.0.1", title="HTTP address", description="the address on which `serve` listens"
    )
    http_port: Port = Field(default=8080, title="HTTP port", description="the port on which `serve` listens")
    secure_cookies: bool = Field(
        default=True,
        title="Secure cookies",
        description="`false` only where people reach the console without https",
    )
    metrics_port: Port | None = Field(
        default=None,
        title="Metrics port",
        description="Prometheus metrics of worker, consumer or sweeper, and `/healthz` and `/readyz` of the "
        "consumer; `serve` has all three",
    )
    dead_letters_max: int = Field(
        default=20,
        ge=0,
        le=1_000_000,
        title="Dead letters, number",
        description="the consumer stops after more [dead letters](#dead-letters) than this within the "
        "window, if they are also more than the share",
    )
    dead_letters_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        title="Dead letters, share",
        description="of the messages read within the window",
    )
    dead_letters_window_s: float = Field(
        default=600.0,
        ge=1,
        le=86_400,
        title="Dead letters, window",
        description="in seconds",
    )
    evidence_before_s: ClipSeconds = Field(
        default=10.0, title="Clip, before", description="seconds of the clip before the moment"
    )
    evidence_after_s: ClipSeconds = Field(
        default=10.0, title="Clip, after", description="seconds of the clip after the moment"
    )
    evidence_keep_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        title="Evidence, days",
        description="evidence of dismissed candidates is deleted after so many days, by the sweeper "
        "([below](#where-evidence-lies-and-when-it-goes))",
    )
    evidence_unknown_keep_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        title="Unknown evidence, days",
        description="files whose candidate never reached the database are deleted after so many days",
    )
    evidence_store: Name | None = Field(
        default=None,
        title="Evidence store",
        description="where pictures, clips and photos lie: a folder, or `s3://bucket/prefix`; the same for "
        "worker, `serve` and `sweep`; without it `data_dir`",
    )
    s3_endpoint_url: Name | None = Field(
        default=None,
        title="S3 address",
        description="of an S3-compatible server, as `https://s3.city.example`; without it Amazon's",
    )
    s3_region: Name | None = Field(
        default=None, title="S3 region", description="region of the bucket, where the server asks for one"
    )
    s3_access_key_id: Name | None = Field(
        default=None,
        title="S3 key",
        description="without it the credentials of the environment or the machine are used",
    )
    s3_secret_access_key: Name | None = Field(
        default=None,
        title="S3 secret",
        description="belongs to the key",
        repr=False,
        json_schema_extra=SECRET,
    )
    s3_addressing: Literal["path", "virtual"] | None = Field(
        default=None,
        title="S3 addressing",
        description="where the bucket stands in an address: `path` or `virtual` (in the host name); "
        "without it `path` with `s3_endpoint_url`",
    )
    s3_encryption: Literal["AES256", "aws:kms"] | None = Field(
        default=None,
        title="S3 encryption",
        description="by the server: `AES256` or `aws:kms`; without it as the bucket is set",
    )
    analysis_processes: int | None = Field(
        default=None,
        ge=0,
        le=256,
        title="Analysis processes",
        description="how many processes run a worker's rules; without it one per 4 processors; `0`: the "
        "worker itself runs them, which is the default below 4 processors",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ours alone: they name the line or the variable of a fault, and read secrets from files."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, Variables(settings_cls), SettingsFile(settings_cls)


def evidence_of(settings: Settings) -> StoreSettings:
    return StoreSettings(
        address=settings.evidence_store or str(settings.data_dir),
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        addressing=settings.s3_addressing,
        encryption=settings.s3_encryption,
    )


def load() -> Settings:
    """From the file that MASTWATCH_SETTINGS names, if any, and the environment over it.

    A variable ending in `_FILE` names a file that holds the value: for secrets that are mounted.
    Raises:
        ConfigError: with the line or the variable of every fault.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise ConfigError(faults_of(error, Settings)) from error
    for variable, meant in unknown_variables(os.environ, Settings):
        logger.warning(
            "unknown variable %s%s: ignored", variable, f" (did you mean {meant}?)" if meant else ""
        )
    return settings


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


def port(text: str) -> int:
    """A port as an option of a command."""
    if not text.isdecimal() or int(text) > PORT_MAX:
        raise ValueError(f"wanted a port, 0 to {PORT_MAX}, found `{text}`")
    return int(text)
