"""Boxes, polygons and directions in the plane of the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.perception.geometry import (
    along_and_across,
    cover,
    cover_matrix,
    distance_px,
    inside,
    iou,
    iou_matrix,
    unit_vector,
)
from detectors.perception.tracks import Xyxy

corners = st.tuples(*[st.integers(0, 500)] * 2, *[st.integers(1, 300)] * 2)
boxes = corners.map(lambda c: (float(c[0]), float(c[1]), float(c[0] + c[2]), float(c[1] + c[3])))


def test_half_of_a_box_over_another_of_its_size_is_a_third_of_both() -> None:
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)


def test_a_box_within_another_is_covered_whole() -> None:
    assert cover((0, 0, 100, 100), (10, 10, 20, 20)) == 1.0


@given(boxes, boxes)
def test_one_pair_and_a_matrix_of_one_pair_agree(a: Xyxy, b: Xyxy) -> None:
    assert iou(a, b) == pytest.approx(float(iou_matrix([a], [b])[0, 0]), abs=1e-5)
    assert cover(a, b) == pytest.approx(float(cover_matrix([a], [b])[0, 0]), abs=1e-5)


@given(boxes, boxes)
def test_overlap_is_the_same_both_ways_and_never_more_than_the_cover(a: Xyxy, b: Xyxy) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= cover(a, b) <= 1 + 1e-9


def test_no_boxes_make_an_empty_matrix() -> None:
    assert iou_matrix([], [(0, 0, 1, 1)]).shape == (0, 1)


def test_what_is_no_box_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, 4\)"):
        iou_matrix([[1, 2, 3]], [[0, 0, 1, 1]])


def test_a_point_in_the_notch_of_a_polygon_is_outside() -> None:
    notched = np.array([[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]], float)
    points = np.array([[5, 1], [5, 8], [1, 7], [11, 5]], float)
    assert inside(notched, points).tolist() == [True, False, True, False]


def test_a_step_back_along_a_direction_is_negative() -> None:
    along, across = along_and_across((-3.0, 4.0), unit_vector((0, 0), (10, 0)))
    assert (along, across) == (-3.0, 4.0)


def test_a_direction_to_itself_points_nowhere() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        unit_vector((1, 1), (1, 1))


def test_boxes_that_touch_are_no_distance_apart() -> None:
    assert distance_px((0, 0, 10, 10), (10, 0, 20, 10)) == 0.0
    assert distance_px((0, 0, 10, 10), (13, 14, 20, 20)) == 5.0
