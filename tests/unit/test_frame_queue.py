"""Frames of many cameras wait for one model: bounded, the newest kept, nobody starved."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.worker.frame_queue import FrameQueue
from ingest.frame import Frame
from ingest.picture import ArrayPicture

PICTURE = ArrayPicture(np.zeros((2, 2, 3), np.uint8))


def frame(camera_id: str, sequence: int) -> Frame:
    at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=sequence)
    return Frame(camera_id=camera_id, sequence=sequence, captured_at=at, picture=PICTURE)


def taken(queue: FrameQueue, n_most: int = 100) -> list[tuple[str, int]]:
    return [(frame.camera_id, frame.sequence) for frame in queue.take(n_most, timeout_s=0)]


def test_frames_come_out_in_the_order_in_which_they_came() -> None:
    queue = FrameQueue(lambda camera_id: None)
    for camera_id, sequence in [("a", 0), ("b", 0), ("a", 1)]:
        queue.put(frame(camera_id, sequence))
    assert taken(queue, 2) == [("a", 0), ("b", 0)]
    assert taken(queue, 2) == [("a", 1)]


def test_where_the_model_is_slow_the_oldest_frame_of_the_same_camera_makes_way_and_is_counted() -> None:
    dropped: Counter[str] = Counter()
    queue = FrameQueue(lambda camera_id: dropped.update([camera_id]))
    queue.put(frame("quiet", 0))
    for sequence in range(5):
        queue.put(frame("busy", sequence))
    assert taken(queue) == [("quiet", 0), ("busy", 3), ("busy", 4)]
    assert dropped == {"busy": 3}


def test_taking_waits_for_a_frame_and_no_longer() -> None:
    queue = FrameQueue(lambda camera_id: None)
    assert queue.take(1, timeout_s=0.01) == []
    threading.Timer(0.05, queue.put, [frame("a", 0)]).start()
    assert len(queue.take(1, timeout_s=10)) == 1


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(1, 4))
def test_every_frame_is_taken_or_counted_and_each_camera_keeps_its_order(
    camera_ids: list[str], per_camera: int
) -> None:
    dropped: Counter[str] = Counter()
    queue = FrameQueue(lambda camera_id: dropped.update([camera_id]), per_camera)
    for sequence, camera_id in enumerate(camera_ids):
        queue.put(frame(camera_id, sequence))
    out = taken(queue)
    assert Counter(camera_id for camera_id, _ in out) + dropped == Counter(camera_ids)
    assert [sequence for _, sequence in out] == sorted(sequence for _, sequence in out)
    assert max(Counter(camera_id for camera_id, _ in out).values(), default=0) <= per_camera
