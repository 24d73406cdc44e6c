"""An edge that sways is no thing, a thing is more than its edges."""

from __future__ import annotations

import numpy as np

from detectors.perception.background import DIFFERS, _beyond_edges
from ingest.frame import Bgr


def fence() -> Bgr:
    bgr = np.full((40, 60, 3), 90, np.uint8)
    bgr[:, 5::10] = bgr[:, 6::10] = 240
    return bgr


def test_a_fence_that_sways_by_a_pixel_shows_nothing_new() -> None:
    assert not _beyond_edges(np.roll(fence(), 1, axis=1), fence(), DIFFERS).any()


def test_a_thing_before_the_fence_does() -> None:
    now = fence()
    now[10:30, 20:40] = 20
    assert np.count_nonzero(_beyond_edges(now, fence(), DIFFERS)[10:30, 20:40]) > 300
