from pathlib import Path

import pytest

from mastwatch.settings import SettingsError, load, need


def settings_file(folder: Path, text: str) -> dict[str, str]:
    path = folder / "mastwatch.yaml"
    path.write_text(text, encoding="utf-8")
    return {"MASTWATCH_SETTINGS": str(path)}


def test_without_anything_set_the_defaults_hold() -> None:
    assert load({}).city == "da-lat"
    assert load({}).secure_cookies


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    environ = settings_file(tmp_path, "city: hue\nhttp_port: 9000\n")
    settings = load({**environ, "MASTWATCH_HTTP_PORT": "9100"})
    assert (settings.city, settings.http_port) == ("hue", 9100)


def test_a_path_in_the_file_is_meant_from_where_the_file_lies(tmp_path: Path) -> None:
    assert (
        load(settings_file(tmp_path, "cameras_file: cameras.yaml")).cameras_file == tmp_path / "cameras.yaml"
    )


def test_a_secret_may_come_from_a_mounted_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://u:p@db/mastwatch\n", encoding="utf-8")
    settings = load({"MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret")})
    assert settings.database_url == "postgresql://u:p@db/mastwatch"


def test_a_secret_is_not_printed() -> None:
    assert "hidden" not in repr(load({"MASTWATCH_DATABASE_URL": "postgresql://u:hidden@db/mastwatch"}))


def test_the_folder_of_weights_has_a_short_name_too() -> None:
    assert load({"MASTWATCH_MODELS": "/opt/weights"}).models_dir == Path("/opt/weights")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("city: da-lat\nport: 80", "mastwatch.yaml:2: unknown setting `port`; known: city"),
        ("http_port: many", "mastwatch.yaml:1: http_port: wanted a port, 0 to 65535, found `many`"),
        ("secure_cookies: perhaps", "wanted true or false, found `perhaps`"),
        ("http_port: 70000", "mastwatch.yaml:1: http_port: wanted a port, 0 to 65535, found `70000`"),
        ("metrics_port: -1", "mastwatch.yaml:1: metrics_port: wanted a port, 0 to 65535, found `-1`"),
        ("evidence_before_s: long", "wanted a number, found `long`"),
        ("evidence_before_s: .nan", "wanted a number, found `.nan`"),
        ("evidence_after_s: nan", "wanted a number, 0 to 600, found `nan`"),
        ("evidence_after_s: 1e15", "wanted a number, 0 to 600, found `1e15`"),
        ("city: " + "[" * 5000, "lie in one another"),
        ("evidence_after_s: -5", "wanted a number, 0 to 600, found `-5`"),
        ("evidence_keep_days: ever", "wanted a whole number, found `ever`"),
        ("city: [a, b]", "mastwatch.yaml:1: `city` takes one value"),
        ("- city", "mastwatch.yaml:1: wanted `name: value` lines"),
        ("city: 'da-lat", "mastwatch.yaml:1: not YAML"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(settings_file(tmp_path, text))
    assert said in str(error.value)


@pytest.mark.parametrize("written", [b"city: \xff", b"city: \x00"])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "mastwatch.yaml"
    path.write_bytes(written)
    with pytest.raises(SettingsError, match=r"mastwatch\.yaml is not text in UTF-8"):
        load({"MASTWATCH_SETTINGS": str(path)})


def test_a_secret_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"MASTWATCH_DATABASE_URL_FILE: .*/secret is not text in UTF-8"):
        load({"MASTWATCH_DATABASE_URL_FILE": str(tmp_path / "secret")})


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="MASTWATCH_HTTP_PORT: wanted a port"):
        load({"MASTWATCH_HTTP_PORT": "eighty"})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"/nowhere\.yaml cannot be read: No such file"):
        load({"MASTWATCH_SETTINGS": "/nowhere.yaml"})


def test_what_a_command_cannot_do_without_is_asked_for_by_name() -> None:
    with pytest.raises(SettingsError, match=r"`database_url` is missing.*MASTWATCH_DATABASE_URL"):
        need("database_url", None)
