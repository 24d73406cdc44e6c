"""Which frames go on is decided by their times, not by counting them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoders.policy import EVERY_FRAME, DecodePolicy, FrameRateLimiter

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def taken(policy: DecodePolicy, times_s: list[float]) -> list[float]:
    pace = FrameRateLimiter(policy)
    return [at_s for at_s in times_s if pace.takes(START + timedelta(seconds=at_s))]


def test_every_frame_goes_on_by_default() -> None:
    assert taken(EVERY_FRAME, [0, 0.04, 0.08]) == [0, 0.04, 0.08]


@pytest.mark.parametrize("source_fps", [10, 15, 23.976, 25, 29.97, 30])
def test_the_rate_that_goes_on_does_not_depend_on_the_rate_of_the_source(source_fps: float) -> None:
    times_s = [n / source_fps for n in range(int(60 * source_fps))]
    assert len(taken(DecodePolicy(5), times_s)) == pytest.approx(300, abs=1)


def test_a_source_slower_than_the_policy_goes_on_whole() -> None:
    times_s = [n / 2.0 for n in range(20)]
    assert taken(DecodePolicy(5), times_s) == times_s


def test_after_a_gap_frames_go_on_at_the_same_rate_not_in_a_rush() -> None:
    times_s = [n / 25 for n in range(25)] + [60 + n / 25 for n in range(25)]
    assert len([at_s for at_s in taken(DecodePolicy(5), times_s) if at_s >= 60]) == 5


@given(st.lists(st.floats(0.001, 3.0), min_size=1, max_size=60))
def test_two_frames_that_go_on_are_never_much_closer_than_the_policy_says_on_average(
    gaps_s: list[float],
) -> None:
    times_s = [sum(gaps_s[:n]) for n in range(len(gaps_s) + 1)]
    assert len(taken(DecodePolicy(2), times_s)) <= times_s[-1] * 2 + 2


def test_a_policy_of_no_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        DecodePolicy(0)
