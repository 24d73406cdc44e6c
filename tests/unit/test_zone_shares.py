"""What is looked up is what the points say, for every box and polygon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.perception.geometry import grid_in, inside
from detectors.perception.tracks import Xyxy
from detectors.view.zone_shares import N_COLUMNS, N_REMEMBERED, N_ROWS, ZoneShares

POINTS = st.tuples(st.floats(0, 1920), st.floats(0, 1080))
L_SHAPE = np.array([(100, 100), (1500, 100), (1500, 300), (400, 300), (400, 900), (100, 900)], np.float64)


@st.composite
def boxes(draw: st.DrawFn) -> Xyxy:
    (x, y), width_px, height_px = draw(POINTS), draw(st.floats(1, 900)), draw(st.floats(1, 600))
    return x - 100, y - 100, x - 100 + width_px, y - 100 + height_px


def by_points(polygon_px: np.typing.NDArray[np.float64], box: Xyxy) -> float:
    points = grid_in(np.array([box], np.float64), N_COLUMNS, N_ROWS)
    return float(inside(polygon_px, points[0]).mean())


@given(st.lists(POINTS, min_size=3, max_size=8), st.lists(boxes(), min_size=1, max_size=20))
def test_a_share_is_that_of_the_points_whatever_the_polygon(
    corners: list[tuple[float, float]], some: list[Xyxy]
) -> None:
    polygon_px = np.array(corners, np.float64)
    shares = ZoneShares(polygon_px)
    for box in [*some, *some]:
        assert shares.share(box) == by_points(polygon_px, box)


@given(st.lists(POINTS, min_size=3, max_size=8), st.lists(POINTS, min_size=1, max_size=20))
def test_a_point_is_held_where_its_ray_says_so(
    corners: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    polygon_px = np.array(corners, np.float64)
    shares = ZoneShares(polygon_px)
    for point in [*points, *corners]:
        assert shares.holds(point) == bool(inside(polygon_px, np.array([point]))[0])


@pytest.mark.parametrize(
    ("box", "share"),
    [
        ((150, 150, 300, 250), 1.0),
        ((600, 500, 700, 600), 0.0),
        ((1600, 950, 1700, 1000), 0.0),
        ((200, 200, 220, 400), 1.0),
    ],
)
def test_a_box_wholly_inside_or_outside_an_l_is_known_without_its_points(box: Xyxy, share: float) -> None:
    assert ZoneShares(L_SHAPE).share(box) == share


def test_no_more_boxes_are_remembered_than_a_few_seconds_hold() -> None:
    shares = ZoneShares(L_SHAPE)
    for n in range(3 * N_REMEMBERED):
        shares.share((n, 0, n + 10, 10))
    assert len(shares._known) <= N_REMEMBERED
