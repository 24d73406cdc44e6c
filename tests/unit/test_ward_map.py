from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch_api.components.ward_map import HEIGHT, WIDTH, ward_map
from incidents.places.routing import WardOutline
from tests.events import CAMERA

SQUARE = [[[108.40, 11.90], [108.50, 11.90], [108.50, 12.00], [108.40, 12.00], [108.40, 11.90]]]
WARD = WardOutline(
    code="24778",
    name="Phường Lâm Viên - Đà Lạt",
    geometry_json=json.dumps({"type": "Polygon", "coordinates": SQUARE}),
)


@given(st.floats(108.40, 108.50), st.floats(11.90, 12.00), st.floats(0, 360))
def test_the_camera_and_its_view_lie_in_the_map(lon_deg: float, lat_deg: float, bearing_deg: float) -> None:
    camera = replace(CAMERA, lon_deg=lon_deg, lat_deg=lat_deg, bearing_deg=bearing_deg)
    drawn = ward_map(WARD, (), camera)
    assert 0 <= drawn.camera[0] <= WIDTH
    assert 0 <= drawn.camera[1] <= HEIGHT
    assert drawn.view_path


def test_north_is_up() -> None:
    south = ward_map(WARD, (), replace(CAMERA, lon_deg=108.45, lat_deg=11.91))
    north = ward_map(WARD, (), replace(CAMERA, lon_deg=108.45, lat_deg=11.99))
    assert north.camera[1] < south.camera[1]


def test_a_camera_that_looks_east_has_its_view_on_the_right() -> None:
    drawn = ward_map(WARD, (), replace(CAMERA, lon_deg=108.45, lat_deg=11.95, bearing_deg=90, view_deg=60))
    _, first, last = re.findall(
        r"(-?[\d.]+) -?[\d.]+(?=[LAZ])", re.sub(r"A40.0 40.0 0 0 1 ", "L", drawn.view_path or "")
    )
    assert float(first) > drawn.camera[0]
    assert float(last) > drawn.camera[0]


def test_what_nobody_measured_is_not_drawn() -> None:
    assert ward_map(WARD, (), replace(CAMERA, bearing_deg=None)).view_path is None


def test_a_place_outside_every_ward_still_has_a_map() -> None:
    drawn = ward_map(None, (WARD,), CAMERA)
    assert drawn.ward_path == ""
    assert drawn.camera == (WIDTH / 2, HEIGHT / 2)


def test_the_scale_is_true() -> None:
    drawn = ward_map(WARD, (), CAMERA)
    side_m = 0.10 * 111_320
    side = HEIGHT - 60
    assert abs(drawn.scale_length / side - drawn.scale_m / side_m) < 0.01
