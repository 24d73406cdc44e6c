"""A camera file is either read whole or every fault in it is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.camera import Camera, CameraConfigError, ZoneType, load_cameras

GOOD = """\
defaults: {detect_fps: 4, dwell_s: 90}
cameras:
  - id: cho-da-lat
    name: Chợ Đà Lạt
    address: 2 Nguyễn Thị Minh Khai
    source: rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main
    location: {lon: 108.4369, lat: 11.9427, bearing_deg: 40, view_deg: 62}
    zones:
      - id: via-he
        name: Vỉa hè
        type: sidewalk
        polygon: [[0, 0.5], [0.5, 0.5], [0.5, 1]]
      - id: lan-1
        name: Làn 1
        type: lane
        polygon: [[0, 0], [1, 0], [1, 1]]
        direction: [[0.1, 0.1], [0.9, 0.9]]
        dwell_s: 15
"""
ENVIRONMENT = {"CHO_PASSWORD": "a@b/c", "WHOLE_ADDRESS": "rtsp://xem:a@10.0.0.7/main"}


def load(folder: Path, text: str) -> tuple[Camera, ...]:
    path = folder / "cameras.yaml"
    path.write_text(text, encoding="utf-8")
    return load_cameras(path, ENVIRONMENT)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(CameraConfigError) as caught:
        load(folder, text)
    return [line.removeprefix(f"{folder}/cameras.yaml:") for line in str(caught.value).splitlines()]


def test_a_camera_is_read_with_its_zones(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, GOOD)
    assert (camera.camera_id, camera.name, camera.bearing_deg) == ("cho-da-lat", "Chợ Đà Lạt", 40)
    (view,) = camera.views
    assert view.view_id == "default"
    assert [zone.type for zone in view.zones] == [ZoneType.SIDEWALK, ZoneType.LANE]
    assert view.zones[1].direction == ((0.1, 0.1), (0.9, 0.9))


def test_a_zone_overrides_the_defaults_of_the_file(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, GOOD)
    assert camera.detect_fps == 4
    assert [zone.dwell_s for zone in camera.views[0].zones] == [90, 15]
    assert [zone.max_gap_s for zone in camera.views[0].zones] == [None, None]


def test_a_password_comes_from_the_environment_and_is_quoted_for_the_address(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, GOOD)
    assert camera.source == "rtsp://xem:a%40b%2Fc@10.0.0.7/main"


def test_a_password_is_not_shown_when_a_camera_is_printed(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, GOOD)
    assert "a%40b" not in repr(camera)


def test_a_file_as_source_is_found_from_the_folder_of_the_camera_file(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, GOOD.replace("rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main", "clips/cho.mp4"))
    assert camera.source == str(tmp_path / "clips/cho.mp4")
    assert not camera.is_stream


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        ("type: pavement", "type: sidewalk", "11: unknown zone type 'pavement'; allowed: sidewalk, roadway,"),
        ("${NO_SUCH}", "${CHO_PASSWORD}", "6: source of camera needs the environment variable NO_SUCH"),
        ("lat: 91", "lat: 11.9427", "7: lat of location must be a number from -90 to 90"),
        ("lat: 11.9427, fov: 60", "lat: 11.9427", "7: location has no setting 'fov'; allowed: lon, lat,"),
        ("[0.5, 1.5]", "[0.5, 1]", "12: polygon of zone: a point is [x, y], each from 0 to 1"),
        ("[[0, 0], [1, 0]]", "[[0, 0], [1, 0], [1, 1]]", "16: polygon of a lane needs 3 points or more"),
        ("[[0.1, 0.1]]", "[[0.1, 0.1], [0.9, 0.9]]", "17: direction at line 17 is two different points"),
        ("id: via-he", "id: lan-1", "13: zone id 'via-he' is already used at line 9"),
        ("dwell_s: soon", "dwell_s: 15", "18: dwell_s of zone must be a number from 0 to 86400"),
        ("id: chợ", "id: cho-da-lat", "3: id 'chợ' of camera: use letters, digits"),
        ("name: ''", "name: Chợ Đà Lạt", "4: name of camera must be a text that is not empty"),
        (
            "http://10.0.0.7",
            "rtsp://xem:${CHO_PASSWORD}@10.0.0.7",
            "6: source of camera must start with rtsp",
        ),
        ("rtsp://", "rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main", "6: source of camera is no address; wanted"),
        ("rtsp://xem@/main", "rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main", "6: source of camera is no address"),
        ("10.0.0.7:main", "10.0.0.7", "6: source of camera is no address; wanted rtsp://host/path"),
        (f"name: {'x' * 501}", "name: Chợ Đà Lạt", "4: name of camera must be a text that is not empty, 500"),
        ('name: "\\0"', "name: Chợ Đà Lạt", "4: name of camera must be a text that is not empty"),
        (str([[0, 0], [1, 1]] * 501), "[[0, 0], [1, 0], [1, 1]]", "16: polygon of a lane needs 3 points or"),
        (
            "source: ${WHOLE_ADDRESS}",
            "source: rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main",
            "6: source of camera must start with rtsp",
        ),
        (
            "{detect_fps: 4, detect_fps: 5}",
            "{detect_fps: 4, dwell_s: 90}",
            "1: detect_fps of defaults is given",
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, wrong: str, right: str, fault: str
) -> None:
    (found,) = faults(tmp_path, GOOD.replace(right, wrong))
    assert found.startswith(fault)


def test_every_fault_of_a_file_is_told_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = GOOD.replace("type: sidewalk", "type: pavement").replace("lat: 11.9427, ", "")
    assert [fault.split(":")[0] for fault in faults(tmp_path, text)] == ["7", "11"]


def test_broken_yaml_is_named_by_its_line(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, GOOD.replace("{lon: 108.4369,", "{lon: 108.4369"))
    assert fault.startswith("7: not YAML: ")


@pytest.mark.parametrize(
    "address", ["rtsp://hầm", "rtsps://[fe80::1]:322/main?a=b@c", "rtsp://a:b/c#@cam/1 "]
)
def test_an_address_may_be_written_in_many_ways(tmp_path: Path, address: str) -> None:
    (camera,) = load(tmp_path, GOOD.replace("rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main", f"'{address}'"))
    assert camera.source == address.strip()


@pytest.mark.parametrize("text", ["[" * 5000, "cameras: " + "{a: " * 5000])
def test_a_file_that_is_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == ["1: not readable: hundreds of lists or mappings lie in one another"]


def test_a_short_file_that_aliases_make_endless_is_refused_soon(tmp_path: Path) -> None:
    zones, cameras = "      - *zone\n" * 300, "  - *camera\n" * 300
    text = f"""\
cameras:
  - &camera
    id: cho
    zones:
      - &zone {{id: ke, name: Lề, type: sidewalk, polygon: [&point [0, 1]{", *point" * 300}]}}
{zones}
{cameras}
"""
    assert 100 <= len(faults(tmp_path, text)) < 500


@pytest.mark.parametrize("key", ["? [a, b]\n: 1", "? &k [*k]\n: 1", f"? {'x' * 5000}\n: 1"])
def test_a_key_that_is_no_word_is_not_repeated_at_length(tmp_path: Path, key: str) -> None:
    assert max(len(fault) for fault in faults(tmp_path, key)) < 200


@pytest.mark.parametrize("text", ["", "cameras: []", "[]", "cameras: 5"])
def test_a_file_without_a_camera_is_refused(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, text)) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraConfigError, match=r"nowhere\.yaml:1: cannot be read: No such file"):
        load_cameras(tmp_path / "nowhere.yaml", {})
