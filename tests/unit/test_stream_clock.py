"""A stream's timestamps become UTC times that never run back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.connection.clock import StreamClock

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FPS = 25


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def frame_times(clock: StreamClock, packets: list[tuple[float, float]]) -> list[datetime]:
    """packets: (stream_s, arrival in seconds after START)."""
    times = []
    for stream_s, arrived_s in packets:
        clock.observe(stream_s, after(arrived_s))
        times.append(clock.frame_time(clock.time_of(stream_s)))
    return times


def test_the_first_packet_is_taken_for_live() -> None:
    assert frame_times(StreamClock(), [(1000.0, 0.0)]) == [START]


def test_time_follows_the_stream_and_not_the_jitter_of_the_network() -> None:
    late = [0.0, 0.3, 0.1, 0.5, 0.2] * 10
    times = frame_times(StreamClock(), [(n / FPS, n / FPS + late[n]) for n in range(50)])
    assert abs((times[-1] - after(49 / FPS)).total_seconds()) < 0.01


def test_a_first_packet_that_came_late_is_made_up_for_within_half_a_minute() -> None:
    times = frame_times(
        StreamClock(), [(n / FPS, n / FPS + (1.0 if n == 0 else 0.0)) for n in range(30 * FPS)]
    )
    assert abs((times[-1] - after(29.96)).total_seconds()) < 0.01


def test_a_camera_whose_clock_is_slow_is_followed() -> None:
    """A hundred parts in a million: a third of a second in an hour."""
    times = frame_times(StreamClock(), [(n * 0.9999, float(n)) for n in range(3600)])
    assert abs((times[-1] - after(3599)).total_seconds()) < 0.01


def test_a_camera_that_sets_its_clock_gives_times_that_go_on() -> None:
    packets = [(n / FPS, n / FPS) for n in range(50)] + [(9000 + n / FPS, 2 + n / FPS) for n in range(50)]
    times = frame_times(StreamClock(), packets)
    assert max(b - a for a, b in pairwise(times)) < timedelta(seconds=0.1)


@pytest.mark.parametrize("jump_s", [-5.0, -8000.0, 9000.0, 7e10, -7e10])
def test_wherever_a_camera_sets_its_clock_to_frames_go_on_at_their_pace(jump_s: float) -> None:
    packets = [(9000 + n / FPS, n / FPS) for n in range(50)]
    packets += [(9000 + jump_s + n / FPS, n / FPS) for n in range(50, 100)]
    times = frame_times(StreamClock(), packets)
    assert abs((times[-1] - after(99 / FPS)).total_seconds()) < 0.1


def test_a_picture_from_before_a_jump_does_not_take_time_with_it() -> None:
    clock = StreamClock()
    frame_times(clock, [(9000 + n / FPS, n / FPS) for n in range(50)])
    clock.observe(0.0, after(2))
    assert clock.frame_time(clock.time_of(9000 + 49 / FPS)) <= after(2)
    assert clock.frame_time(clock.time_of(0.0)) < after(2.1)


def test_after_a_reconnect_time_goes_on_from_now() -> None:
    clock = StreamClock()
    frame_times(clock, [(n / FPS, n / FPS) for n in range(50)])
    assert clock.reconnected(after(30)) == after(30)
    (at,) = frame_times(clock, [(0.0, 30.0)])
    assert at == after(30)


def test_when_our_own_clock_was_set_back_time_goes_on_at_its_pace_after_a_reconnect() -> None:
    clock = StreamClock()
    frame_times(clock, [(n / FPS, 3600 + n / FPS) for n in range(50)])
    from_s = (clock.reconnected(after(0)) - START).total_seconds()
    times = frame_times(clock, [(n / FPS, from_s + n / FPS) for n in range(50)])
    assert (times[-1] - times[0]).total_seconds() == pytest.approx(49 / FPS, abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(0.001, 5), st.floats(0, 20), st.sampled_from(["", "", "", "reconnect", "jump"])),
        min_size=2,
        max_size=80,
    )
)
def test_times_never_run_back(steps: list[tuple[float, float, str]]) -> None:
    clock, stream_s, sent_s, times = StreamClock(), 0.0, 0.0, []
    for step_s, late_s, event in steps:
        stream_s, sent_s = stream_s + step_s, sent_s + step_s
        if event == "reconnect":
            clock.reconnected(after(sent_s))
            stream_s = 0.0
        if event == "jump":
            stream_s -= 500
        times += frame_times(clock, [(stream_s, sent_s + late_s)])
    assert all(a < b for a, b in pairwise(times))


def test_no_time_is_known_before_a_packet() -> None:
    with pytest.raises(ValueError, match="first packet"):
        StreamClock().time_of(0)
