"""Boxes, polygons and directions in the plane of the picture: x to the right, y down, pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detectors.perception.detections import F32
from detectors.perception.tracks import Xyxy

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Xy = tuple[float, float]


def _boxes(xyxy_px: ArrayLike) -> F32:
    boxes = np.asarray(xyxy_px, np.float32)
    if boxes.size == 0:
        return np.empty((0, 4), np.float32)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes are (n, 4), not {boxes.shape}")
    return boxes


def area_px(xyxy_px: ArrayLike) -> F32:
    """(n,) areas of (n, 4) boxes."""
    boxes = _boxes(xyxy_px)
    area: F32 = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


def intersection_matrix(a_xyxy_px: ArrayLike, b_xyxy_px: ArrayLike) -> F32:
    """(n, m) areas that every box in `a` shares with every box in `b`. Either may be empty.

    Raises:
        ValueError: an array is not (k, 4).
    """
    # One plane for each side: an axis of two numbers would cost more than the numbers.
    a, b = _boxes(a_xyxy_px)[:, None], _boxes(b_xyxy_px)[None]
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    shared: F32 = np.maximum(width, 0) * np.maximum(height, 0)
    return shared


def iou_matrix(a_xyxy_px: ArrayLike, b_xyxy_px: ArrayLike) -> F32:
    """(n, m) intersection over union, 0..1.

    Source: Everingham et al., "The PASCAL VOC Challenge", IJCV 2010 (area overlap).
    """
    shared = intersection_matrix(a_xyxy_px, b_xyxy_px)
    union = area_px(a_xyxy_px)[:, None] + area_px(b_xyxy_px)[None] - shared
    overlap: F32 = np.divide(shared, np.maximum(union, 1e-9), dtype=np.float32)
    return overlap


def cover_matrix(a_xyxy_px: ArrayLike, b_xyxy_px: ArrayLike) -> F32:
    """(n, m) share of the smaller of the two boxes that the other covers, 0..1."""
    shared = intersection_matrix(a_xyxy_px, b_xyxy_px)
    smaller = np.minimum(area_px(a_xyxy_px)[:, None], area_px(b_xyxy_px)[None])
    covered: F32 = np.divide(shared, np.maximum(smaller, 1e-9), dtype=np.float32)
    return covered


def iou(a: Xyxy, b: Xyxy) -> float:
    """`iou_matrix` for two boxes, a hundred times faster than for two arrays of one."""
    shared = _intersection(a, b)
    return shared / max(_area(a) + _area(b) - shared, 1e-9) if shared else 0.0


def cover(a: Xyxy, b: Xyxy) -> float:
    """`cover_matrix` for two boxes."""
    shared = _intersection(a, b)
    return shared / max(min(_area(a), _area(b)), 1e-9) if shared else 0.0


def _intersection(a: Xyxy, b: Xyxy) -> float:
    # Most pairs of boxes are apart, and thousands are compared in every frame.
    if a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]:
        return 0.0
    return (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1]))


def _area(box: Xyxy) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def moved(box: Xyxy, right_px: float, down_px: float) -> Xyxy:
    return box[0] + right_px, box[1] + down_px, box[2] + right_px, box[3] + down_px


def centre(box: Xyxy) -> Xy:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def size_px(box: Xyxy) -> float:
    """One number for how large a box is: the side of the square of its area."""
    return math.sqrt(max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0))


def inside(polygon_px: F64, points_px: F64) -> Bool:
    """Which points lie in a polygon, by the number of edges a ray to the right crosses.

    Args:
        polygon_px: (k, 2) corners in order; the last joins the first.
        points_px: (n, 2).
    Returns:
        (n,) bool.
    """
    start, end = polygon_px, np.concatenate((polygon_px[1:], polygon_px[:1]))
    x, y = points_px[:, 0, None], points_px[:, 1, None]
    spans = (start[:, 1] > y) != (end[:, 1] > y)
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    crossing_x = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / rise
    odd: Bool = (spans & (x < crossing_x)).sum(axis=1) % 2 == 1
    return odd


def grid_in(boxes_px: F64, n_columns: int, n_rows: int) -> F64:
    """(n, n_columns * n_rows, 2) points evenly in each of (n, 4) boxes, none on an edge."""
    low, size = boxes_px[:, None, None, :2], (boxes_px[:, 2:] - boxes_px[:, :2])[:, None, None]
    shares = np.empty((n_rows, n_columns, 2))
    shares[..., 0] = (np.arange(n_columns) + 0.5) / n_columns
    shares[..., 1] = ((np.arange(n_rows) + 0.5) / n_rows)[:, None]
    return np.asarray(low + size * shares, np.float64).reshape(len(boxes_px), -1, 2)


def footprint(box: Xyxy) -> Xyxy:
    """Where a vehicle touches the ground, about: the lower two fifths of its box."""
    x1, y1, x2, y2 = box
    return x1, y2 - 0.4 * (y2 - y1), x2, y2


def unit_vector(from_px: Xy, to_px: Xy) -> Xy:
    dx, dy = to_px[0] - from_px[0], to_px[1] - from_px[1]
    length = math.hypot(dx, dy)
    if length == 0:
        raise ValueError(f"a direction from {from_px} to itself points nowhere")
    return dx / length, dy / length


def along_and_across(step_px: Xy, direction: Xy) -> Xy:
    """A step split into the part along a unit vector (backwards is negative) and the part across it."""
    along = step_px[0] * direction[0] + step_px[1] * direction[1]
    across = step_px[0] * -direction[1] + step_px[1] * direction[0]
    return along, across


def distance_px(a: Xyxy, b: Xyxy) -> float:
    """The gap between two boxes; 0 where they touch or overlap."""
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return math.hypot(dx, dy)


def meet(a: Xyxy, b: Xyxy) -> bool:
    """Whether two boxes touch or overlap."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def bounding_box(points_px: F64) -> Xyxy:
    """The smallest box around (k, 2) points."""
    (x1, y1), (x2, y2) = points_px.min(axis=0).tolist(), points_px.max(axis=0).tolist()
    return x1, y1, x2, y2
