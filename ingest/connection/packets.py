"""Packets as they arrive: timed, repetitions left out, and why there are no more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import av
from av.container import InputContainer

from ingest.connection.clock import StreamClock
from ingest.errors import Ended, Stalled, StreamError
from ingest.packet import Packet

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"
USUAL_DURATION_S = 0.04


@dataclass(slots=True)
class PacketCounts:
    """What a camera sent, since the start of this process."""

    n_packets: int = 0
    n_bytes: int = 0
    n_repeated: int = 0  # packets that came twice; some servers repeat themselves under load


class ArrivingPackets:
    """The packets of one connection.

    Args:
        clock: told when each packet arrived.
    """

    def __init__(self, container: InputContainer, clock: StreamClock, counts: PacketCounts) -> None:
        self._container = container
        self._clock = clock
        self._counts = counts
        self._waiting_since_s = time.monotonic()
        self._broken: av.FFmpegError | OSError | None = None

    def packets(self, is_closing: Callable[[], bool]) -> Iterator[Packet]:
        """Until the stream ends (see `end`) or is closing."""
        for packet in self._timed(self._arriving(is_closing)):
            at = self._clock.time_of(float((packet.pts or 0) * packet.time_base))
            yield Packet(at=at, data=bytes(packet), is_keyframe=packet.is_keyframe)

    def end(self, read_timeout_s: float) -> tuple[type[StreamError], str]:
        """Why no more packets come."""
        silent_s = time.monotonic() - self._waiting_since_s
        # FFmpeg ends a stream that timed out as silently as one that was closed.
        if silent_s >= read_timeout_s * 0.9:
            return Stalled, f"connected, but no data for {silent_s:.1f} s"
        if self._broken is not None:
            return Ended, f"the connection broke ({self._broken.strerror})"
        return Ended, "the camera closed the stream"

    def _arriving(self, is_closing: Callable[[], bool]) -> Iterator[VideoPacket]:
        connected_at, connected_s = self._clock.reconnected(datetime.now(UTC)), time.monotonic()
        self._waiting_since_s = connected_s
        previous: VideoPacket | None = None
        try:
            for packet in self._container.demux(self._container.streams.video[0]):
                if is_closing() or packet.size == 0:  # PyAV marks the end of the stream by an empty packet
                    return
                # Elapsed time, not the wall clock: somebody may set that.
                self._arrived(packet, connected_at + timedelta(seconds=time.monotonic() - connected_s))
                if _repeats(packet, previous):
                    self._counts.n_repeated += 1
                else:
                    yield packet
                previous = packet
                self._waiting_since_s = time.monotonic()
        except (av.FFmpegError, OSError) as error:
            self._broken = error

    def _arrived(self, packet: VideoPacket, arrived_at: datetime) -> None:
        self._counts.n_packets += 1
        self._counts.n_bytes += packet.size
        ticks = packet.dts if packet.dts is not None else packet.pts
        if ticks is not None:
            self._clock.observe(float(ticks * packet.time_base), arrived_at)

    def _timed(self, packets: Iterator[VideoPacket]) -> Iterator[VideoPacket]:
        """Gives packets that came without a time the time just before the next: the first is the keyframe on
        which all others build, and FFmpeg knows no time before a server's second packet."""
        waiting: list[VideoPacket] = []
        for packet in packets:
            if packet.pts is None:
                waiting.append(packet)
                continue
            for steps, untimed in enumerate(reversed(waiting), start=1):
                usual_ticks = round(USUAL_DURATION_S / packet.time_base)
                untimed.pts = packet.pts - steps * (untimed.duration or usual_ticks)
            yield from waiting
            waiting.clear()
            yield packet


def _repeats(packet: VideoPacket, previous: VideoPacket | None) -> bool:
    if previous is None or packet.pts is None or packet.pts != previous.pts:
        return False
    return bytes(packet) == bytes(previous)
