"""A segment of a stream as an MP4 file that a browser plays while it loads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
from av.stream import Stream

from ingest.connection.ring import Segment
from ingest.packet import Packet

TICKS_PER_S = 90_000  # the clock of H.264 over RTP


class CannotMux(Exception):
    """A stream with a codec that MP4 cannot hold."""


def write_mp4(segment: Segment, path: Path) -> None:
    """Write the packets unchanged, the index first, so that a browser plays the file while it loads.

    Raises:
        OSError: the file cannot be written.
        CannotMux: MP4 has no place for this codec.
    """
    try:
        _mux(segment, path)
    except av.FFmpegError as error:
        raise OSError(error.errno, f"cannot be written as MP4: {error.strerror}", str(path)) from error
    except ValueError as error:  # PyAV's answer to a codec that MP4 cannot hold
        raise CannotMux(f"the stream cannot be written as MP4: {error}") from error


def _mux(segment: Segment, path: Path) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_mux_stream(
            segment.format.codec,
            width=segment.format.width_px,
            height=segment.format.height_px,
            time_base=Fraction(1, TICKS_PER_S),
        )
        for packet in _packets(segment):
            packet.stream = stream
            container.mux(packet)


def _packets(segment: Segment) -> list[av.Packet[Stream]]:
    shown, data, keys = zip(*_samples(segment), strict=True)
    decoded = _decoding_ticks(shown)
    # One more, so that the last picture is shown too.
    ends = [*decoded[1:], decoded[0] + round(segment.duration_s * TICKS_PER_S)]
    packets: list[av.Packet[Stream]] = []
    for own_data, is_keyframe, pts, dts, end in zip(data, keys, shown, decoded, ends, strict=True):
        # A camera may send its parameter sets in the description only: the file must hold them.
        packet: av.Packet[Stream] = av.Packet(
            own_data if packets else segment.format.parameter_sets + own_data
        )
        packet.pts, packet.dts, packet.duration = pts, dts, max(end - dts, 1)
        packet.time_base = Fraction(1, TICKS_PER_S)
        packet.is_keyframe = is_keyframe
        packets.append(packet)
    return packets


def _samples(segment: Segment) -> Iterator[tuple[int, bytes, bool]]:
    """When each picture is shown, its data, whether it is a keyframe. One may come in several packets."""

    def ticks(packet: Packet) -> int:
        return round((packet.at - segment.started_at).total_seconds() * TICKS_PER_S)

    for shown, parts in groupby(segment.packets, key=ticks):
        packets = list(parts)
        yield shown, b"".join(part.data for part in packets), any(part.is_keyframe for part in packets)


def _decoding_ticks(shown: Sequence[int]) -> list[int]:
    """When each picture is to be decoded: in order, and none after it is shown.

    The stream's own decoding times are not used: over RTP they are a guess. Pictures are decoded at the times
    at which pictures are shown, sooner by as much as one that is shown late was sent early.
    """
    in_order = sorted(shown)
    ahead = max(nth - own for nth, own in zip(in_order, shown, strict=True))
    return [nth - ahead for nth in in_order]
