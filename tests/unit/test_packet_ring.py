"""The ring keeps whole groups of pictures, so that what is exported can be played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.connection.ring import PacketRing, Segment
from ingest.packet import Packet, StreamFormat

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
WIDE = StreamFormat(codec="h264", width_px=1920, height_px=1080, parameter_sets=b"wide")
SMALL = StreamFormat(codec="h264", width_px=640, height_px=360, parameter_sets=b"small")


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def fill(ring: PacketRing, n_packets: int, keyframe_every: int, from_s: int = 0, n_bytes: int = 10) -> None:
    """One picture a second."""
    for n in range(n_packets):
        at, key = after(from_s + n), n % keyframe_every == 0
        ring.add(Packet(at=at, data=bytes(n_bytes), is_keyframe=key))


def filled(seconds: float, n_packets: int, keyframe_every: int) -> PacketRing:
    ring = PacketRing(seconds)
    ring.begin(WIDE)
    fill(ring, n_packets, keyframe_every)
    return ring


def span(segment: Segment | None) -> tuple[float, float] | None:
    if segment is None:
        return None
    return (segment.started_at - START).total_seconds(), segment.duration_s


def test_a_segment_begins_at_the_keyframe_before_and_says_so() -> None:
    assert span(filled(60, 60, keyframe_every=10).export(after(25), after(34))) == (20, 15)


def test_a_group_is_held_while_any_second_of_it_is_wanted() -> None:
    ring = filled(10, 100, keyframe_every=36)
    assert span(ring.export(after(89), after(95))) == (72, 24)


def test_what_is_no_longer_held_is_left_out_of_the_segment() -> None:
    assert span(filled(10, 100, keyframe_every=5).export(after(50), after(95))) == (85, 11)


def test_nothing_is_exported_from_a_time_that_is_not_held() -> None:
    ring = filled(10, 100, keyframe_every=5)
    assert ring.export(after(20), after(30)) is None
    assert ring.export(after(200), after(210)) is None
    assert PacketRing(10).export(after(0), after(10)) is None


def test_a_segment_goes_over_a_reconnect() -> None:
    ring = filled(60, 20, keyframe_every=5)
    ring.begin(WIDE)
    fill(ring, 20, keyframe_every=5, from_s=25)
    assert span(ring.export(after(15), after(30))) == (15, 16)


def test_a_segment_ends_where_the_camera_changed_its_picture() -> None:
    ring = filled(60, 20, keyframe_every=5)
    ring.begin(SMALL)
    fill(ring, 20, keyframe_every=5, from_s=20)
    assert span(ring.export(after(15), after(30))) == (15, 5)


def test_packets_before_the_first_keyframe_are_of_no_use_and_are_counted() -> None:
    ring = PacketRing(10)
    ring.begin(WIDE)
    ring.add(Packet(at=START, data=b"..", is_keyframe=False))
    assert (ring.n_dropped, ring.n_bytes) == (1, 0)


def test_pictures_that_are_shown_in_another_order_than_sent_are_all_in_the_segment() -> None:
    ring = PacketRing(60)
    ring.begin(WIDE)
    for shown_s in (0, 3, 1, 2, 6, 4, 5):
        ring.add(Packet(at=after(shown_s), data=b".", is_keyframe=shown_s == 0))
    segment = ring.export(after(0), after(3))
    assert segment is not None
    assert [(packet.at - START).total_seconds() for packet in segment.packets] == [0, 3, 1, 2]


def test_a_ring_holds_no_more_bytes_than_it_may() -> None:
    ring = PacketRing(1000, max_bytes=100)
    ring.begin(WIDE)
    fill(ring, 50, keyframe_every=3, n_bytes=10)
    assert ring.n_bytes <= 100


def test_a_group_larger_than_the_ring_is_dropped_and_counted() -> None:
    ring = PacketRing(1000, max_bytes=100)
    ring.begin(WIDE)
    fill(ring, 50, keyframe_every=40, n_bytes=10)
    assert ring.n_dropped > 0
    assert ring.n_bytes <= 100


@given(
    seconds=st.integers(1, 30),
    keyframe_every=st.integers(1, 40),
    n_packets=st.integers(1, 120),
    start_s=st.integers(0, 120),
    length_s=st.integers(0, 30),
)
def test_a_segment_begins_with_a_keyframe_and_holds_all_that_is_stored(
    seconds: int, keyframe_every: int, n_packets: int, start_s: int, length_s: int
) -> None:
    ring = filled(seconds, n_packets, keyframe_every)
    segment = ring.export(after(start_s), after(start_s + length_s))
    newest_s = n_packets - 1
    held_from_s = max(0, newest_s - seconds)
    if held_from_s <= start_s <= newest_s:
        assert segment is not None
        assert segment.packets[0].is_keyframe
        assert segment.started_at <= after(start_s)
        assert segment.packets[-1].at == after(min(start_s + length_s, newest_s))
