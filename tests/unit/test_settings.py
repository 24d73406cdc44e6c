from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from mastwatch import settings
from mastwatch.config.faults import ConfigError
from mastwatch.settings import Settings, SettingsError, need


def load(environ: Mapping[str, str]) -> Settings:
    """In an environment that holds only these variables of ours."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MASTWATCH_")]:
            patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        return settings.load()


def settings_file(folder: Path, text: str) -> dict[str, str]:
    path = folder / "mastwatch.yaml"
    path.write_text(text, encoding="utf-8")
    return {"MASTWATCH_SETTINGS": str(path)}


def test_without_anything_set_the_defaults_hold() -> None:
    assert load({}).city == "da-lat"
    assert load({}).secure_cookies


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    environ = settings_file(tmp_path, "city: hue\nhttp_port: 9000\n")
    read = load({**environ, "MASTWATCH_HTTP_PORT": "9100"})
    assert (read.city, read.http_port) == ("hue", 9100)


def test_a_path_in_the_file_is_meant_from_where_the_file_lies(tmp_path: Path) -> None:
    assert (
        load(settings_file(tmp_path, "cameras_file: cameras.yaml")).cameras_file == tmp_path / "cameras.yaml"
    )


def test_a_secret_may_come_from_a_mounted_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://u:p@db/mastwatch\n", encoding="utf-8")
    read = load({"MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret")})
    assert read.database_url == "postgresql://u:p@db/mastwatch"


def test_a_secret_is_not_printed() -> None:
    assert "hidden" not in repr(load({"MASTWATCH_DATABASE_URL": "postgresql://u:hidden@db/mastwatch"}))


def test_the_folder_of_weights_has_a_short_name_too() -> None:
    assert load({"MASTWATCH_MODELS": "/opt/weights"}).models_dir == Path("/opt/weights")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "city: da-lat\nport: 80",
            "mastwatch.yaml:2: port: unknown key; did you mean 'http_port'? one of: city",
        ),
        (
            "http_port: many",
            "mastwatch.yaml:1: http_port: wanted a whole number from 0 to 65535, found 'many'",
        ),
        ("secure_cookies: perhaps", "wanted true or false, found 'perhaps'"),
        ("http_port: 70000", "http_port: wanted a whole number from 0 to 65535, found '70000'"),
        ("metrics_port: -1", "metrics_port: wanted a whole number from 0 to 65535, found '-1'"),
        ("evidence_before_s: long", "wanted a number from 0 to 600, found 'long'"),
        ("evidence_before_s: .nan", "wanted a number from 0 to 600, found '.nan'"),
        ("evidence_after_s: nan", "wanted a number from 0 to 600, found 'nan'"),
        ("evidence_after_s: 1e15", "wanted a number from 0 to 600, found '1e15'"),
        ("city: " + "[" * 5000, "too many lists or mappings inside each other"),
        ("evidence_after_s: -5", "wanted a number from 0 to 600, found '-5'"),
        ("evidence_keep_days: ever", "wanted a whole number from 1 to 36500, found 'ever'"),
        ("city: [a, b]", "mastwatch.yaml:1: city: wanted a text of 1 to 2000 characters, found a list of 2"),
        ("- city", "mastwatch.yaml:1: wanted `name: value` lines"),
        ("city: 'da-lat", "mastwatch.yaml:1: not YAML"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(settings_file(tmp_path, text))
    assert said in str(error.value)


@pytest.mark.parametrize("written", [b"city: \xff", b"city: \x00"])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "mastwatch.yaml"
    path.write_bytes(written)
    with pytest.raises(ConfigError, match=r"mastwatch\.yaml(:1)?: not (UTF-8 text|YAML)"):
        load({"MASTWATCH_SETTINGS": str(path)})


def test_a_secret_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"MASTWATCH_DATABASE_URL_FILE: .*/secret is not UTF-8 text"):
        load({"MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret")})


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(
        ConfigError, match="MASTWATCH_HTTP_PORT: wanted a whole number from 0 to 65535, found 'eighty'"
    ):
        load({"MASTWATCH_HTTP_PORT": "eighty"})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"/nowhere\.yaml: cannot be read: No such file"):
        load({"MASTWATCH_SETTINGS": "/nowhere.yaml"})


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    environ = settings_file(tmp_path, "http_port: many\nevidnce_store: s3://b\n")
    with pytest.raises(ConfigError) as error:
        load({**environ, "MASTWATCH_METRICS_PORT": "-1"})
    assert [str(fault).removeprefix(f"{tmp_path}/") for fault in error.value.faults] == [
        "mastwatch.yaml:1: http_port: wanted a whole number from 0 to 65535, found 'many'",
        "mastwatch.yaml:2: evidnce_store: unknown key; did you mean 'evidence_store'? one of: "
        + ", ".join(Settings.model_fields),
        "MASTWATCH_METRICS_PORT: wanted a whole number from 0 to 65535, found '-1'",
    ]


def test_a_file_with_nothing_but_comments_changes_nothing(tmp_path: Path) -> None:
    assert load(settings_file(tmp_path, "# city: hue\n")).city == "da-lat"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://a", encoding="utf-8")
    environ = {"MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret"), "MASTWATCH_DATABASE_URL": "hidden"}
    with pytest.raises(ConfigError, match="given together with MASTWATCH_DATABASE_URL_FILE") as error:
        load(environ)
    assert "hidden" not in str(error.value)


def test_a_secret_whose_file_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"MASTWATCH_DATABASE_URL_FILE: /nowhere cannot be read: No such"):
        load({"MASTWATCH_DATABASE_URL_FILE": "/nowhere"})


@pytest.mark.parametrize("name", ["database_url", "s3_secret_access_key"])
def test_a_secret_with_a_fault_is_not_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(settings_file(tmp_path, f"{name}: {'hidden' * 400}"))
    assert f"mastwatch.yaml:1: {name}: wanted a text" in str(error.value)
    assert "hidden" not in str(error.value)


def test_a_variable_that_nothing_reads_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret").write_text("postgresql://db", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        load({"MASTWATCH_HTTP_PROT": "80", "MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret")})
    assert caplog.messages == [
        "unknown variable MASTWATCH_HTTP_PROT (did you mean MASTWATCH_HTTP_PORT?): ignored"
    ]


def test_what_a_command_cannot_do_without_is_asked_for_by_name() -> None:
    with pytest.raises(SettingsError, match=r"`database_url` is missing.*MASTWATCH_DATABASE_URL"):
        need("database_url", None)
