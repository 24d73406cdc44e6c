"""A camera file is either read whole or every fault in it is named by its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.camera import Camera, ZoneType
from mastwatch.config.cameras import load_cameras
from mastwatch.config.faults import ConfigError

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
    with pytest.raises(ConfigError) as caught:
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
        (
            "type: pavement",
            "type: sidewalk",
            "11: zones[0].type: unknown zone type 'pavement'; one of: sidewalk,",
        ),
        (
            "${NO_SUCH}",
            "${CHO_PASSWORD}",
            "6: source: needs the environment variable NO_SUCH; set it",
        ),
        ("lat: 91", "lat: 11.9427", "7: location.lat: wanted a number from -90 to 90, found '91'"),
        (
            "lat: 11.9427, fov: 60",
            "lat: 11.9427",
            "7: location.fov: unknown key; one of: lon, lat,",
        ),
        ("bearing: 40", "bearing_deg: 40", "7: location.bearing: unknown key; did you mean 'bearing_deg'?"),
        (
            "[0.5, 1.5]",
            "[0.5, 1]",
            "12: zones[0].polygon[2][1]: wanted a number from 0 to 1, found '1.5'",
        ),
        (
            "[[0, 0], [1, 0]]",
            "[[0, 0], [1, 0], [1, 1]]",
            "16: zones[1].polygon: a lane needs 3 points",
        ),
        ("[[0.1, 0.1]]", "[[0.1, 0.1], [0.9, 0.9]]", "17: zones[1].direction[1]: missing"),
        ("[0.1, 0.1], [0.1, 0.1]", "[0.1, 0.1], [0.9, 0.9]", "17: zones[1].direction: needs two"),
        (
            "type: stop_line",
            "type: lane",
            "17: zones[1].direction: only lane, roadway, shoulder have",
        ),
        ("id: via-he", "id: lan-1", "13: zones[1].id: 'via-he' is already the id of"),
        (
            "dwell_s: soon",
            "dwell_s: 15",
            "18: zones[1].dwell_s: wanted a number from 0 to 86400",
        ),
        ("id: chợ", "id: cho-da-lat", "3: id: 'chợ': use letters, digits"),
        (
            "name: ''",
            "name: Chợ Đà Lạt",
            "4: name: wanted a text of 1 to 500 characters, found ''",
        ),
        (
            "http://10.0.0.7",
            "rtsp://xem:${CHO_PASSWORD}@10.0.0.7",
            "6: source: must start with rtsp",
        ),
        (
            "rtsp://",
            "rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main",
            "6: source: not an address; write",
        ),
        (
            "rtsp://xem@/main",
            "rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main",
            "6: source: not an address",
        ),
        ("10.0.0.7:main", "10.0.0.7", "6: source: not an address; write rtsp://host/path"),
        (
            f"name: {'x' * 501}",
            "name: Chợ Đà Lạt",
            "4: name: wanted a text of 1 to 500 characters",
        ),
        ('name: "\\0"', "name: Chợ Đà Lạt", "4: name: holds the character U+0000"),
        (
            str([[0, 0], [1, 1]] * 501),
            "[[0, 0], [1, 0], [1, 1]]",
            "16: zones[1].polygon: wanted a list of 2 to 1000",
        ),
        (
            "source: ${WHOLE_ADDRESS}",
            "source: rtsp://xem:${CHO_PASSWORD}@10.0.0.7/main",
            "6: source: must start with rtsp",
        ),
        (
            "{detect_fps: 4, detect_fps: 5}",
            "{detect_fps: 4, dwell_s: 90}",
            "1: 'detect_fps' is given twice here; keep one",
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, wrong: str, right: str, fault: str
) -> None:
    (found,) = faults(tmp_path, GOOD.replace(right, wrong))
    assert found.replace("cameras[0].", "").startswith(fault)


def test_every_fault_of_a_file_is_reported_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("text", ["[" * 100_000, "cameras: " + "{a: " * 5000, "- " * 100_000])
def test_a_file_that_is_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == ["1: too many lists or mappings inside each other"]


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
    (fault,) = faults(tmp_path, text)
    assert fault == "5: too many values: aliases (*name) repeat too much"


@pytest.mark.parametrize("key", ["? [a, b]\n: 1", "? &k [*k]\n: 1", f"? {'x' * 5000}\n: 1"])
def test_a_key_that_is_no_word_is_not_repeated_at_length(tmp_path: Path, key: str) -> None:
    assert max(len(fault) for fault in faults(tmp_path, key)) < 200


@pytest.mark.parametrize("text", ["", "cameras: []", "[]", "cameras: 5"])
def test_a_file_without_a_camera_is_refused(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, text)) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_cameras(tmp_path / "nowhere.yaml", {})


def test_a_file_that_is_not_utf_8_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "cameras.yaml"
    path.write_bytes("cameras: Đà Lạt".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"cameras\.yaml: not UTF-8 text .*; save it as UTF-8"):
        load_cameras(path, {})


def cameras(n: int) -> str:
    """Each camera on six lines, the first at line 2."""
    return "cameras:\n" + "".join(
        f"  - id: cam-{i}\n"
        f"    name: Camera {i}\n"
        f"    address: Phố {i}\n"
        f"    source: rtsp://10.0.0.{i}/main\n"
        f"    location: {{lon: 108.4, lat: 11.9}}\n"
        f"    zones: [{{id: z, name: Lề, type: sidewalk, polygon: [[0, 0], [1, 0], [1, 1]]}}]\n"
        for i in range(n)
    )


def test_a_second_camera_with_the_same_id_is_named_by_its_line(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, cameras(3).replace("id: cam-2", "id: cam-0"))
    assert fault == "14: cameras[2].id: 'cam-0' is already the id of entry [0]; choose another"


def test_a_fault_in_the_tenth_camera_is_named_by_its_line(tmp_path: Path) -> None:
    text = cameras(12).replace("10.0.0.9/main", "10.0.0.9:port/main")
    (fault,) = faults(tmp_path, text)
    line = next(i for i, line in enumerate(text.splitlines(), start=1) if ":port" in line)
    assert fault.startswith(f"{line}: cameras[9].source: not an address")


def test_no_more_than_a_hundred_faults_are_listed(tmp_path: Path) -> None:
    found = faults(tmp_path, cameras(150).replace("lat: 11.9", "lat: 91"))
    assert (len(found), found[-1]) == (101, "... and 50 more")


TURNING = """\
cameras:
  - id: hoa-binh
    name: Hòa Bình
    address: Khu Hòa Bình
    source: rtsp://10.0.0.8/main
    location: {lon: 108.4369, lat: 11.9427}
    views:
      - id: bac
        name: Nhìn về bắc
        preset_token: "1"
        reference_image: views/bac.jpg
        zones: [{id: z, name: Lề, type: sidewalk, polygon: [[0, 0], [1, 0], [1, 1]]}]
        ground:
          - {picture: [0, 0], lon: 108.1, lat: 11.1}
          - {picture: [1, 0], lon: 108.2, lat: 11.1}
          - {picture: [1, 1], lon: 108.2, lat: 11.2}
          - {picture: [0, 1], lon: 108.1, lat: 11.2}
      - id: nam
        name: Nhìn về nam
        zones: [{id: z, name: Lề, type: sidewalk, polygon: [[0, 0], [1, 0], [1, 1]]}]
"""


def test_a_camera_that_turns_has_a_view_for_each_preset(tmp_path: Path) -> None:
    (camera,) = load(tmp_path, TURNING)
    north, south = camera.views
    assert (north.view_id, north.preset_token) == ("bac", "1")
    assert north.reference_image == tmp_path / "views/bac.jpg"
    assert (north.ground[2].picture, north.ground[2].lat_deg) == ((1, 1), 11.2)
    assert (south.view_id, south.preset_token, south.ground) == ("nam", None, ())


@pytest.mark.parametrize("written", ["zones: []", "# no zones"])
def test_a_view_without_zones_is_refused(tmp_path: Path, written: str) -> None:
    zones = "zones: [{id: z, name: Lề, type: sidewalk, polygon: [[0, 0], [1, 0], [1, 1]]}]"
    north, south = faults(tmp_path, TURNING.replace(zones, written))
    assert "cameras[0].views[0].zones: " in north
    assert "cameras[0].views[1].zones: " in south


def test_a_camera_without_zones_is_refused(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, cameras(1).replace("    zones:", "    # zones:"))
    assert found.startswith("2: cameras[0]: give either `zones` or `views`")


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        (["[0, 0]", "[0, 0.2]", "[0, 0.4]", "[0, 1]"], "lie on a line in the picture"),
        (["[0, 0]", "[0.001, 0.2]", "[0, 0.4]", "[0, 1]"], "lie on a line in the picture"),
        (["[0, 0]", "[0, 0.2]", "[1, 1]", "[0, 1]"], "lie on a line in the picture"),
        (["[0, 0]", "[1, 0]", "[1, 1]"], "needs 4 points or more, found 3"),
    ],
    ids=["on a line", "nearly on a line", "all but one on a line", "too few"],
)
def test_ground_points_that_cannot_map_the_picture_are_refused(
    tmp_path: Path, points: list[str], problem: str
) -> None:
    lines = TURNING.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if "- {picture" in line)
    ground = [
        re.sub(r"\[.*\]", point, line) for point, line in zip(points, lines[first : first + 4], strict=False)
    ]
    (fault,) = faults(tmp_path, "".join([*lines[:first], *ground, *lines[first + 4 :]]))
    assert fault.startswith("13: cameras[0].views[0].ground: ")
    assert problem in fault


def test_ground_points_on_a_line_of_the_map_are_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, TURNING.replace("lat: 11.2}", "lat: 11.1}"))
    assert "lie on a line on the map" in fault


def test_a_second_view_with_the_same_id_is_named_by_its_line(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, TURNING.replace("id: nam", "id: bac"))
    assert found.startswith("18: cameras[0].views[1].id: 'bac' is already the id of entry [0]")


def test_a_password_is_not_shown_where_the_source_has_a_fault(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, cameras(1).replace("10.0.0.0/main", "x:hidden@" + "h" * 600))
    assert "hidden" not in found
