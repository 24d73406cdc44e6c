"""The last seconds of a stream as it came: evidence clips are exported from it without encoding anything."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ingest.packet import Packet, StreamFormat

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a stream that can be played by itself: it begins with a keyframe."""

    format: StreamFormat
    packets: tuple[Packet, ...]
    started_at: datetime  # of its first picture
    duration_s: float  # to the end of its last picture


@dataclass(slots=True)
class _Group:
    """A keyframe and what builds on it: useless in part, so kept or dropped whole."""

    format: StreamFormat
    packets: list[Packet] = field(default_factory=list)
    n_bytes: int = 0

    @property
    def begins_at(self) -> datetime:
        return self.packets[0].at


class PacketRing:
    """Keeps the last `seconds` of a stream and back to the keyframe before. Safe to use from several threads.

    Args:
        max_bytes: the most it holds. Where a camera needs more, it holds less than `seconds`; where one
            group of pictures alone is larger, that group is dropped and counted in `n_dropped`.
    """

    def __init__(self, seconds: float, max_bytes: int = 64 * MIB) -> None:
        self._span = timedelta(seconds=seconds)
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._groups: deque[_Group] = deque()
        self._format: StreamFormat | None = None
        self._open: _Group | None = None
        self.n_bytes = 0
        # Packets that could not be stored: before a first keyframe, or too many for max_bytes.
        self.n_dropped = 0

    @property
    def newest_at(self) -> datetime | None:
        """The time of the packet that came last; None where nothing is held."""
        with self._lock:
            return self._groups[-1].packets[-1].at if self._groups else None

    def begin(self, stream_format: StreamFormat) -> None:
        """A new connection: what comes next builds on nothing that came before."""
        with self._lock:
            self._format, self._open = stream_format, None

    def add(self, packet: Packet) -> None:
        with self._lock:
            if packet.is_keyframe and self._format is not None:
                self._open = _Group(self._format)
                self._groups.append(self._open)
            if self._open is None:
                self.n_dropped += 1
                return
            self._open.packets.append(packet)
            self._open.n_bytes += len(packet.data)
            self.n_bytes += len(packet.data)
            self._forget(packet.at - self._span)

    def export(self, start: datetime, end: datetime) -> Segment | None:
        """What was seen from start to end, from the keyframe at or before start on.

        It begins later where start is no longer held, and ends sooner where the stream changed its format.
        None where nothing of that time is held.
        """
        with self._lock:
            groups = self._groups_from(start, end)
            packets = [packet for group in groups for packet in group.packets]
        while packets and packets[-1].at > end:
            packets.pop()
        if not packets or max(packet.at for packet in packets) < start:
            return None
        return _segment(groups[0].format, packets)

    def _groups_from(self, start: datetime, end: datetime) -> list[_Group]:
        groups = list(self._groups)
        while len(groups) > 1 and groups[1].begins_at <= start:
            del groups[0]
        return [group for group in groups if group.format == groups[0].format and group.begins_at <= end]

    def _forget(self, before: datetime) -> None:
        while len(self._groups) > 1 and (
            self._groups[1].begins_at <= before or self.n_bytes > self._max_bytes
        ):
            self.n_bytes -= self._groups.popleft().n_bytes
        if self.n_bytes > self._max_bytes:
            self.n_dropped += sum(len(group.packets) for group in self._groups)
            self._groups.clear()
            self._open, self.n_bytes = None, 0


def _segment(stream_format: StreamFormat, packets: list[Packet]) -> Segment:
    times = sorted(packet.at for packet in packets)
    # The last picture stays as long as pictures of this stream usually do.
    shown_s = median((b - a).total_seconds() for a, b in pairwise(times)) if len(times) > 1 else 0.0
    return Segment(
        format=stream_format,
        packets=tuple(packets),
        started_at=times[0],
        duration_s=(times[-1] - times[0]).total_seconds() + shown_s,
    )
