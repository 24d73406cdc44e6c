from __future__ import annotations

import re
from itertools import accumulate
from math import cos, pi, sin

from dispatch_api.components.outline import MARGIN, TOLERANCE, Point, simplify, svg_path


def points_of(path: str) -> list[Point]:
    """The corners of a path of one ring, drawn from point to point."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    steps = zip(numbers[::2], numbers[1::2], strict=True)
    return list(accumulate(steps, lambda at, step: (round(at[0] + step[0], 1), round(at[1] + step[1], 1))))


def circle(x: float, y: float, radius: float, n: int = 2000) -> list[Point]:
    return [(x + radius * cos(2 * pi * i / n), y + radius * sin(2 * pi * i / n)) for i in range(n + 1)]


def area(points: list[Point]) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def test_a_boundary_outside_the_frame_is_not_sent() -> None:
    assert svg_path([circle(500, 500, 50)], 100, 100) == ""


def test_a_boundary_that_reaches_into_the_frame_is_cut_at_its_margin() -> None:
    points = points_of(svg_path([circle(0, 0, 90)], 100, 100))
    assert min(min(point) for point in points) == -MARGIN
    assert max(max(point) for point in points) <= 90


def test_a_boundary_around_the_frame_fills_it() -> None:
    assert area(points_of(svg_path([circle(50, 50, 5000)], 100, 100))) == (100 + 2 * MARGIN) ** 2


def test_simplifying_leaves_few_points_and_moves_none_far() -> None:
    full = circle(100, 100, 90)
    few = simplify(full)
    assert len(few) < 60
    assert set(few) <= set(full)
    assert abs(area(few) - area(full)) < 2 * pi * 90 * TOLERANCE


def test_a_corner_stays() -> None:
    square: list[Point] = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    assert simplify(square) == [point for point in square if point != (5.0, 0.1)]
