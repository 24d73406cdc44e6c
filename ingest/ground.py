"""Whether measured points can map a picture to the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Across the line that fits best, as a share of the spread along it; 300 m of a street 5 m wide have 0.017.
FLAT = 0.005


def spans_a_plane(points: Sequence[tuple[float, float]]) -> bool:
    """Whether four of the points are corners: neither all of them nor all but one lie (nearly) on a line.

    Args:
        points: x, y, four or more.
    """
    array = np.array(points, np.float64)
    return not any(_is_flat(np.delete(array, n, axis=0)) for n in range(len(array)))


def _is_flat(points: NDArray[np.float64]) -> bool:
    along, across = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(across <= FLAT * along)
