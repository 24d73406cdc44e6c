"""Waits between attempts grow, are spread, and are bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import Ended
from ingest.waits import Waits


def test_each_failure_in_a_row_doubles_the_wait() -> None:
    assert [Waits().wait_s(n, jitter=1) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]


def test_a_wait_is_spread_over_its_second_half() -> None:
    assert [Waits().wait_s(3, jitter) for jitter in (0, 0.5, 1)] == [2, 3, 4]


def test_what_is_not_to_be_tried_in_a_hurry_waits_longest_at_once() -> None:
    assert Waits().wait_s(1, jitter=1, hurry=False) == 60


@given(n_in_a_row=st.integers(1, 100_000), jitter=st.floats(0, 1))
def test_no_wait_is_longer_than_the_most(n_in_a_row: int, jitter: float) -> None:
    assert 0.5 <= Waits().wait_s(n_in_a_row, jitter) <= 60


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://xem:m%40t@10.0.0.7:554/main?channel=1", "rtsp://10.0.0.7:554/main?channel=1"),
        ("rtsp://10.0.0.7/main", "rtsp://10.0.0.7/main"),
        ("/data/clips/chợ.mp4", "/data/clips/chợ.mp4"),
        ("rtsp://xem:m/t#1@10.0.0.7/main", "rtsp://10.0.0.7/main"),
        ("rtsp://xem:m@t@[fe80::7/main", "rtsp://[fe80::7/main"),
        ("rtsp://10.0.0.7/user=xem&password=m-t&channel=1", "rtsp://10.0.0.7/user=…&password=…&channel=1"),
        ("rtsp://10.0.0.7/user=xem_password=m-t_stream=0.sdp", "rtsp://10.0.0.7/user=…"),
        ("rtsp://10.0.0.7/live?pwd=m-t", "rtsp://10.0.0.7/live?pwd=…"),
    ],
)
def test_an_error_shows_where_but_no_password(address: str, shown: str) -> None:
    assert str(Ended("cho", address, "it ended")) == f"camera cho at {shown}: it ended"
