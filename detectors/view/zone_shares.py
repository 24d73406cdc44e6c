"""How much of a box lies in a polygon, quick enough to be asked for every box in every frame."""

from __future__ import annotations

from math import ceil

import numpy as np

from detectors.perception.geometry import F64, Xy, bounding_box, grid_in, inside, meet
from detectors.perception.tracks import Xyxy

N_COLUMNS, N_ROWS = 7, 3  # points looked at within a box
N_CELLS = 48  # along the longer side of the polygon
# Half the diagonal of a cell, and a little: an edge further from a cell's centre does not touch the cell.
TOUCHES = 0.75
N_REMEMBERED = 4096  # some hundred tracks' boxes of the last seconds

Counts = list[list[int]]  # lists, not an array: single numbers are read


class ZoneShares:
    """Most boxes lie wholly inside or outside of a zone: that is looked up in a coarse grid of cells that no
    edge touches. Only boxes on an edge are computed point by point, and each box once: a track asks again.

    Args:
        polygon_px: (k, 2) corners in order.
    """

    def __init__(self, polygon_px: F64) -> None:
        self._polygon_px = polygon_px
        self._bounds_px = bounding_box(polygon_px)
        self._left_px, self._top_px, right_px, bottom_px = self._bounds_px
        width_px, height_px = right_px - self._left_px, bottom_px - self._top_px
        self._cell_px = max(width_px, height_px, 1.0) / N_CELLS
        self._n_columns = max(ceil(width_px / self._cell_px), 1)
        self._n_rows = max(ceil(height_px / self._cell_px), 1)
        self._n_inside, self._n_outside = self._counts()
        self._known: dict[Xyxy, float] = {}

    def share(self, box: Xyxy) -> float:
        """0..1, of N_COLUMNS * N_ROWS points."""
        known = self._known.get(box)
        if known is None:
            if len(self._known) >= N_REMEMBERED:
                self._known.clear()
            known = self._known[box] = self._computed(box)
        return known

    def holds(self, point_px: Xy) -> bool:
        (x, y), bounds = point_px, self._bounds_px
        if not (bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]):
            return False
        sure = self._sure((x, y, x, y))
        return bool(inside(self._polygon_px, np.array([point_px]))[0]) if sure is None else sure > 0

    def _computed(self, box: Xyxy) -> float:
        if not meet(self._bounds_px, box):
            return 0.0
        sure = self._sure(box)
        if sure is not None:
            return sure
        points = grid_in(np.array([box], np.float64), N_COLUMNS, N_ROWS)
        return float(inside(self._polygon_px, points[0]).mean())

    def _sure(self, box: Xyxy) -> float | None:
        """1 or 0 where no edge comes near the box; None where one does."""
        x1, y1 = (box[0] - self._left_px) / self._cell_px, (box[1] - self._top_px) / self._cell_px
        x2, y2 = (box[2] - self._left_px) / self._cell_px, (box[3] - self._top_px) / self._cell_px
        reaches_out = x1 < 0 or y1 < 0 or x2 >= self._n_columns or y2 >= self._n_rows
        left, top = max(int(x1), 0), max(int(y1), 0)
        right, bottom = min(int(x2), self._n_columns - 1) + 1, min(int(y2), self._n_rows - 1) + 1
        n_cells = (right - left) * (bottom - top)
        if n_cells <= 0:
            return None
        if _sum(self._n_outside, left, top, right, bottom) == n_cells:
            return 0.0
        if not reaches_out and _sum(self._n_inside, left, top, right, bottom) == n_cells:
            return 1.0
        return None

    def _counts(self) -> tuple[Counts, Counts]:
        """Of cells wholly inside and wholly outside: how many lie above and to the left of each corner."""
        columns = self._left_px + (np.arange(self._n_columns) + 0.5) * self._cell_px
        rows = self._top_px + (np.arange(self._n_rows) + 0.5) * self._cell_px
        centres = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        untouched = _distance_to_edges(self._polygon_px, centres) > TOUCHES * self._cell_px
        is_inside = inside(self._polygon_px, centres)
        shape = self._n_rows, self._n_columns
        return (
            _cumulated((untouched & is_inside).reshape(shape)),
            _cumulated((untouched & ~is_inside).reshape(shape)),
        )


def _distance_to_edges(polygon_px: F64, points_px: F64) -> F64:
    """(n,) from each of (n, 2) points to the nearest edge of the polygon."""
    along = np.concatenate((polygon_px[1:], polygon_px[:1])) - polygon_px
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    to_point = points_px[:, None] - polygon_px[None]
    share = np.clip((to_point * along).sum(axis=2) / squared, 0, 1)
    nearest: F64 = np.linalg.norm(to_point - share[..., None] * along, axis=2).min(axis=1)
    return nearest


def _cumulated(cells: np.typing.NDArray[np.bool_]) -> Counts:
    counts: Counts = np.pad(cells.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))).tolist()
    return counts


def _sum(counts: Counts, left: int, top: int, right: int, bottom: int) -> int:
    upper, lower = counts[top], counts[bottom]
    return lower[right] - lower[left] - upper[right] + upper[left]
