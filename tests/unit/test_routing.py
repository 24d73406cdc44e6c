from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from shapely.geometry import box

from incidents.errors import BoundariesError, InvalidInput
from incidents.people.roles import Role
from incidents.places.boundaries_file import read_wards
from incidents.places.routing import Boundaries, Place, Ward, WardRef, route
from mastwatch.config.profiles import load_profile

POLICY = load_profile("da-lat")
AFTER_MERGER = date(2025, 7, 1)
EAST = WardRef(code="24778", name="Phường Lâm Viên - Đà Lạt", valid_from=AFTER_MERGER)
WEST = WardRef(code="24787", name="Phường Cam Ly - Đà Lạt", valid_from=AFTER_MERGER)
NINTH = WardRef(code="24778", name="Phường 9", valid_from=date(2019, 9, 11))

M_LON = 1 / 108_900  # a metre in degrees of longitude at 12 degrees north


def ward(ref: WardRef, west: float, east: float, near_m: float = 25, valid_to: date | None = None) -> Ward:
    return Ward(ref=ref, type="phường", valid_to=valid_to, near_m=near_m, outline=box(west, 11.9, east, 12.0))


CITY = Boundaries(
    [
        ward(EAST, 108.45, 108.5),
        ward(WEST, 108.4, 108.45),
        ward(NINTH, 108.4, 108.5, near_m=150, valid_to=AFTER_MERGER),
    ]
)


def test_the_date_decides_between_wards_that_share_a_code() -> None:
    assert CITY.locate(108.46, 11.95, date(2025, 6, 30)).ward == NINTH
    assert CITY.locate(108.46, 11.95, date(2025, 7, 1)).ward == EAST


@pytest.mark.parametrize(("away_m", "near"), [(0, True), (24, True), (26, False), (500, False)])
def test_close_to_an_edge_a_person_confirms_the_ward(away_m: float, near: bool) -> None:
    place = CITY.locate(108.45 + away_m * M_LON, 11.95, AFTER_MERGER)
    assert place.near_boundary is near


def test_an_older_boundary_is_trusted_less() -> None:
    place = CITY.locate(108.4 + 140 * M_LON, 11.95, date(2022, 1, 1))
    assert place.near_boundary


def test_a_point_on_a_common_edge_always_falls_to_the_same_ward() -> None:
    assert {CITY.locate(108.45, 11.95, AFTER_MERGER).ward for _ in range(3)} == {EAST}
    swapped = Boundaries([ward(WEST, 108.4, 108.45), ward(EAST, 108.45, 108.5)])
    assert swapped.locate(108.45, 11.95, AFTER_MERGER).ward == EAST


def test_a_step_outside_the_drawn_edge_is_still_the_nearest_ward_to_be_confirmed() -> None:
    place = CITY.locate(108.5 + 10 * M_LON, 11.95, AFTER_MERGER)
    assert (place.ward, place.near_boundary) == (EAST, True)


def test_where_two_wards_overlap_a_person_confirms_the_ward() -> None:
    place = Boundaries([ward(EAST, 108.44, 108.5), ward(WEST, 108.4, 108.46)]).locate(
        108.45, 11.95, AFTER_MERGER
    )
    assert (place.ward, place.near_boundary) == (EAST, True)


def test_a_hole_is_not_in_the_ward_and_its_edge_is_an_edge() -> None:
    ring = replace(
        ward(EAST, 108.4, 108.5), outline=box(108.4, 11.9, 108.5, 12.0) - box(108.44, 11.94, 108.46, 11.96)
    )
    inside = ward(WEST, 0, 0)
    city = Boundaries([ring, replace(inside, outline=box(108.44, 11.94, 108.46, 11.96))])
    assert city.locate(108.45, 11.95, AFTER_MERGER) == Place(ward=WEST, near_boundary=False)
    assert city.locate(108.44 - 10 * M_LON, 11.95, AFTER_MERGER) == Place(ward=EAST, near_boundary=True)


def test_a_ward_in_two_parts_is_one_ward() -> None:
    parts = box(108.4, 11.9, 108.42, 12.0) | box(108.44, 11.9, 108.46, 12.0)
    city = Boundaries([replace(ward(EAST, 0, 0), outline=parts)])
    wards = [city.locate(lon_deg, 11.95, AFTER_MERGER).ward for lon_deg in (108.41, 108.43, 108.45)]
    assert wards == [EAST, None, EAST]


def test_far_outside_there_is_no_ward() -> None:
    place = CITY.locate(109.0, 11.95, AFTER_MERGER)
    assert (place.ward, place.near_boundary) == (None, False)


def test_before_the_first_boundaries_there_is_no_ward() -> None:
    assert CITY.locate(108.46, 11.95, date(2010, 1, 1)).ward is None


def test_sidewalks_are_the_wards_and_the_road_is_the_polices() -> None:
    order = route(POLICY, "urban_order", EAST)
    assert order.lead.name == "UBND phường Lâm Viên - Đà Lạt"
    assert [unit.name for unit in order.coordinating] == ["Công an phường Lâm Viên - Đà Lạt"]
    assert route(POLICY, "traffic", EAST).lead.name == "Công an phường Lâm Viên - Đà Lạt"


def test_a_department_leads_with_the_ward_beside_it() -> None:
    environment = route(POLICY, "environment", EAST)
    assert environment.lead.name == "Phòng Tài nguyên và Môi trường"
    assert [unit.name for unit in environment.coordinating] == ["UBND phường Lâm Viên - Đà Lạt"]


def test_where_no_ward_is_known_the_office_assigns() -> None:
    assert route(POLICY, "urban_order", None).lead.name == "Văn phòng HĐND và UBND"
    assert route(POLICY, "urban_order", None).coordinating == ()


def test_an_unknown_category_is_refused_with_those_of_the_city() -> None:
    with pytest.raises(InvalidInput, match="Đà Lạt has no 'noise'; it has attitude, traffic"):
        route(POLICY, "noise", EAST)


def test_a_numbered_ward_keeps_its_capital() -> None:
    assert NINTH.unit(Role.WARD).name == "UBND Phường 9"


def test_two_periods_of_one_code_are_two_units() -> None:
    assert NINTH.unit(Role.WARD).unit_id != EAST.unit(Role.WARD).unit_id


# Files of boundaries

FileOf = Callable[..., Path]


@pytest.fixture
def file_of(tmp_path: Path) -> FileOf:
    def write(*features: Any) -> Path:
        path = tmp_path / "wards.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write


def feature(west: float = 108.4, ring: list[list[float]] | None = None, **different: Any) -> dict[str, Any]:
    ring = ring or [[west, 11.9], [west + 0.05, 11.9], [west + 0.05, 12.0], [west, 12.0], [west, 11.9]]
    properties = {
        "code": "24778",
        "name": "Phường Lâm Viên - Đà Lạt",
        "type": "phường",
        "city": "Đà Lạt",
        "valid_from": "2025-07-01",
        "valid_to": None,
        **different,
    }
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value != "absent"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_a_good_file_gives_wards_as_exact_as_the_profile_says(file_of: FileOf) -> None:
    (read,) = read_wards(file_of(feature()), POLICY)
    assert (read.ref, read.near_m, read.valid_to) == (EAST, 25, None)


def test_a_city_is_the_same_however_its_marks_are_encoded(file_of: FileOf) -> None:
    assert read_wards(file_of(feature(city=normalize("NFD", "Đà Lạt"))), POLICY)


BOW_TIE = [[108.4, 11.9], [108.5, 12.0], [108.5, 11.9], [108.4, 12.0], [108.4, 11.9]]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (feature(ring=BOW_TIE), "Self-intersection"),
        (feature(ring=[[108.4, 11.9], [108.5, 12.0]]), "not a GeoJSON geometry"),
        (feature(ring=[["a", "b"]] * 4), "not a GeoJSON geometry"),
        (feature(west=900_000.0), "convert it to WGS 84 degrees"),
        (feature(code="absent"), "the property `code` is missing"),
        (feature(code="2" * 201), "or is longer than 200"),
        (feature(name="Phường\0"), "the property `name` contains non-printable characters"),
        (feature(name="Phường \ud800"), "the property `name` contains non-printable characters"),
        (feature(valid_from=None), "are not two dates in order"),
        (feature(valid_from="July"), "`valid_from` is 'July', not YYYY-MM-DD"),
        (feature(valid_to="2025-07-01"), "are not two dates in order"),
        (feature(valid_from="1999-01-01"), "knows no boundaries that old"),
        (feature(city="Huế"), "is of Huế, and the import is for Đà Lạt"),
        ({**feature(), "geometry": {"type": "Point", "coordinates": [108.4, 11.9]}}, "not a Polygon"),
        ({**feature(), "geometry": None}, "not a"),
        ({"type": "Feature"}, "not a GeoJSON Feature with properties"),
        ("ward", "not a GeoJSON Feature with properties"),
    ],
)
def test_a_broken_feature_is_named_with_its_fault(file_of: FileOf, broken: Any, fault: str) -> None:
    good = feature(west=108.6, code="1", name="Phường 1")
    with pytest.raises(BoundariesError) as refused:
        read_wards(file_of(good, broken), POLICY)
    assert "feature 2" in str(refused.value)
    assert fault in str(refused.value)


def test_two_wards_on_one_place_at_one_time_are_refused(file_of: FileOf) -> None:
    with pytest.raises(BoundariesError, match="Phường 2: overlaps Phường 1"):
        read_wards(file_of(feature(code="1", name="Phường 1"), feature(code="2", name="Phường 2")), POLICY)


def test_one_code_twice_at_one_time_is_refused(file_of: FileOf) -> None:
    with pytest.raises(BoundariesError, match="Phường 2: has the code 1 of Phường 1"):
        read_wards(
            file_of(feature(code="1", name="Phường 1"), feature(west=108.6, code="1", name="Phường 2")),
            POLICY,
        )


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it(file_of: FileOf) -> None:
    path = file_of(feature())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_wards(path, POLICY)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_a_file_may_say_that_it_is_in_wgs_84(file_of: FileOf, name: str) -> None:
    path = file_of(feature())
    path.write_text(json.dumps({"crs": {"properties": {"name": name}}, **json.loads(path.read_text())}))
    assert read_wards(path, POLICY)


def test_degrees_of_another_system_are_refused(file_of: FileOf) -> None:
    path = file_of(feature())
    vn_2000 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4756"}}
    path.write_text(json.dumps({"crs": vn_2000, **json.loads(path.read_text())}))
    with pytest.raises(BoundariesError, match=r"EPSG::4756.* convert it to WGS 84"):
        read_wards(path, POLICY)


@pytest.mark.parametrize("content", ["", "[]", '{"features": []}', "\x00", "[" * 100_000])
def test_a_file_without_features_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "wards.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BoundariesError, match=r"wards\.geojson: the file"):
        read_wards(path, POLICY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BoundariesError, match="cannot be read"):
        read_wards(tmp_path / "none.geojson", POLICY)


# Real boundaries and landmarks


@pytest.fixture(scope="module")
def đà_lạt(shared_dir: Path) -> Boundaries:
    layers = [shared_dir / "geo" / f"da-lat-wards-{year}.geojson" for year in (2022, 2025)]
    return Boundaries(ward for layer in layers for ward in read_wards(layer, POLICY))


@pytest.mark.parametrize(
    ("on", "column"), [(date(2022, 11, 24), "expected_2022"), (AFTER_MERGER, "expected_2025")]
)
def test_landmarks_lie_in_their_wards(đà_lạt: Boundaries, shared_dir: Path, on: date, column: str) -> None:
    with (shared_dir / "geo" / "landmarks-da-lat.csv").open(encoding="utf-8") as file:
        landmarks = list(csv.DictReader(file))
    found = {
        row["landmark"]: đà_lạt.locate(float(row["lon"]), float(row["lat"]), on).ward for row in landmarks
    }
    wrong = [
        row["landmark"]
        for row in landmarks
        if (place.name if (place := found[row["landmark"]]) else "") not in row[column].split("|")
    ]
    assert not wrong
