"""Boundaries as short SVG paths: clipped to the frame, with no more points than can be seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from math import hypot

Point = tuple[float, float]

MARGIN = 4.0  # beyond the frame, so that the edges made by clipping are not seen
TOLERANCE = 0.7  # pixels by which a simplified boundary may be off


def svg_path(rings: Iterable[Sequence[Point]], width: float, height: float) -> str:
    """One path for the rings, given in pixels; empty where none reaches into the frame."""
    clipped = (_clip(_thinned(ring), width, height) for ring in rings if _may_be_seen(ring, width, height))
    return "".join(_relative(simplify(ring)) for ring in clipped if len(ring) > 2)


def _may_be_seen(ring: Sequence[Point], width: float, height: float) -> bool:
    """It has an extent of pixels, and may lie in the frame."""
    left, right = min(x for x, _ in ring), max(x for x, _ in ring)
    top, bottom = min(y for _, y in ring), max(y for _, y in ring)
    in_frame = right > 0 and bottom > 0 and left < width and top < height
    return in_frame and max(right - left, bottom - top) > 2 * TOLERANCE


def _thinned(ring: Sequence[Point]) -> list[Point]:
    """Without points that nearly coincide: surveyed boundaries have dozens to a pixel."""
    kept = [ring[0]]
    for point in ring:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= TOLERANCE:
            kept.append(point)
    return kept


def _relative(points: Sequence[Point]) -> str:
    """From point to point in tenths of a pixel: half as long as with each place in full."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    steps = ((x - at_x, y - at_y) for (at_x, at_y), (x, y) in pairwise(tenths))
    corners = " ".join(f"{dx / 10:g} {dy / 10:g}" for dx, dy in steps if dx or dy)
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{corners}z".replace(" -", "-")


def _clip(ring: Sequence[Point], width: float, height: float) -> list[Point]:
    """The part of a ring inside the frame, edge by edge.

    Source: Sutherland and Hodgman, "Reentrant Polygon Clipping", CACM 1974.
    """
    sides: tuple[tuple[int, float, int], ...] = (  # axis, limit, 1: at most the limit, -1: at least
        (0, -MARGIN, -1),
        (0, width + MARGIN, 1),
        (1, -MARGIN, -1),
        (1, height + MARGIN, 1),
    )
    return reduce(lambda points, side: _clip_side(points, *side), sides, list(ring))


def _clip_side(points: list[Point], axis: int, limit: float, sign: int) -> list[Point]:
    def inside(point: Point) -> bool:
        return (point[axis] - limit) * sign <= 0

    kept: list[Point] = []
    for before, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        if inside(before) != inside(point):
            share = (limit - before[axis]) / (point[axis] - before[axis])
            kept.append(
                (before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share)
            )
        if inside(point):
            kept.append(point)
    return kept


def simplify(points: Sequence[Point]) -> list[Point]:
    """Leaves out each point that is nearer than `TOLERANCE` to the line between those kept around it.

    Source: Douglas and Peucker, Cartographica 1973; with a stack, as a boundary has thousands of points.
    """
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        farthest = max(
            range(first + 1, last),
            key=lambda at: _distance(points[at], points[first], points[last]),
            default=first,
        )
        if farthest > first and _distance(points[farthest], points[first], points[last]) > TOLERANCE:
            kept.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return [points[at] for at in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the segment between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    length_squared = along[0] ** 2 + along[1] ** 2
    offset = (point[0] - start[0], point[1] - start[1])
    if length_squared == 0:
        return hypot(*offset)
    share = min(max((offset[0] * along[0] + offset[1] * along[1]) / length_squared, 0), 1)
    return hypot(offset[0] - along[0] * share, offset[1] - along[1] * share)
