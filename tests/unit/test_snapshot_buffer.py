"""Pictures of the recent past, few enough to store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.evidence.snapshot_buffer import SnapshotBuffer
from ingest.frame import Frame
from ingest.picture import ArrayPicture

START = datetime(2026, 11, 22, tzinfo=UTC)
PICTURE = ArrayPicture(np.zeros((8, 8, 3), np.uint8))


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def seen(buffer: SnapshotBuffer, times_s: list[float]) -> SnapshotBuffer:
    for at_s in times_s:
        buffer.add(Frame(camera_id="cho", sequence=0, captured_at=after(at_s), picture=PICTURE))
    return buffer


def test_the_nearest_picture_shows_a_moment() -> None:
    buffer = seen(SnapshotBuffer(60), [n / 5 for n in range(50)])
    shown = buffer.nearest(after(4.4))
    assert shown is not None
    assert shown.at == after(4)
    assert shown.jpeg.startswith(b"\xff\xd8")


def test_a_moment_of_which_there_is_no_picture_is_not_shown_by_another() -> None:
    buffer = seen(SnapshotBuffer(60), [0, 1, 2, 30, 31])
    assert buffer.nearest(after(16)) is None
    assert SnapshotBuffer(60).nearest(START) is None


def test_pictures_older_than_the_span_are_dropped() -> None:
    assert seen(SnapshotBuffer(10), [float(n) for n in range(30)]).nearest(after(5)) is None


@pytest.mark.parametrize("stay_s", [2, 20, 60, 120, 180, 300])
def test_a_stay_of_up_to_five_minutes_has_its_beginning_whenever_it_ends(stay_s: float) -> None:
    buffer = SnapshotBuffer(stay_s + 60)
    for at_s in range(1000):
        seen(buffer, [float(at_s)])
        assert at_s < stay_s or buffer.nearest(after(at_s - stay_s)) is not None


@given(n_seen=st.integers(0, 400), n_most=st.integers(4, 60))
def test_a_buffer_holds_no_more_pictures_than_it_may(n_seen: int, n_most: int) -> None:
    buffer = seen(SnapshotBuffer(10_000, n_most), [float(n) for n in range(n_seen)])
    assert len(buffer._earlier) + len(buffer._recent) <= n_most
