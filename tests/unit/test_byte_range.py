"""Which bytes are asked for, as RFC 9110 has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_api.byte_range import ByteRange, NotSatisfiable, byte_range


@pytest.mark.parametrize(
    ("header", "start", "n_bytes"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=900-", 900, 100),
        ("bytes=-100", 900, 100),
        ("bytes=950-2000", 950, 50),
        ("bytes=-5000", 0, 1000),
        ("Bytes=0-0", 0, 1),
    ],
)
def test_one_range_is_cut_at_the_end_of_the_file(header: str, start: int, n_bytes: int) -> None:
    assert byte_range(header, 1000) == ByteRange(start=start, n_bytes=n_bytes)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=9-3",
        "lines=0-9",
        "bytes=0-1,5-9",
        "bytes=a-b",
        "bytes=-1-2",
    ],
)
def test_a_header_that_cannot_be_followed_is_ignored(header: str | None) -> None:
    assert byte_range(header, 1000) is None


@pytest.mark.parametrize(("header", "n_total"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0)])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str, n_total: int) -> None:
    with pytest.raises(NotSatisfiable):
        byte_range(header, n_total)


@given(st.text(), st.integers(0, 10**12))
def test_whatever_is_sent_the_part_lies_in_the_file(text: str, n_total: int) -> None:
    try:
        part = byte_range(f"bytes={text}", n_total)
    except NotSatisfiable:
        return
    assert part is None or (part.start >= 0 and part.n_bytes > 0 and part.start + part.n_bytes <= n_total)
