"""Decoding on the processor, by FFmpeg."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext

from ingest.decoders.decoder import DamagedPacket, TimedPicture, UnsupportedCodec
from ingest.packet import Packet, StreamFormat
from ingest.picture import DecodedPicture

# More packets than any codec holds back before it shows the first of them.
MOST_AWAITED = 64


class CpuDecoder:
    """Args:
    n_threads: 1 for a camera, since many cameras share the processors; 0 takes all of them for one file.

    Raises:
        UnsupportedCodec: FFmpeg does not decode it, or it is no video.
    """

    def __init__(self, stream_format: StreamFormat, n_threads: int = 1) -> None:
        self._context: VideoCodecContext | None = _context(stream_format, n_threads)
        # FFmpeg hands a packet's number through to its picture: pictures come in another order than packets.
        self._at_of: dict[int, datetime] = {}
        self._n_packets = 0

    def decode(self, packet: Packet) -> Sequence[TimedPicture]:
        number = self._n_packets
        self._n_packets += 1
        if packet.is_shown:  # a picture without a time is not handed on
            self._at_of[number] = packet.at
        encoded = av.Packet(packet.data)
        encoded.pts, encoded.is_keyframe = number, packet.is_keyframe
        pictures = self._decoded(encoded)
        # Packets without a picture of their own (the second field, a damaged one) leave their time behind.
        self._at_of.pop(number - MOST_AWAITED, None)
        return pictures

    def flush(self) -> Sequence[TimedPicture]:
        return self._decoded(None)

    def close(self) -> None:
        self._context = None
        self._at_of.clear()

    def _decoded(self, encoded: av.Packet[Any] | None) -> list[TimedPicture]:
        if self._context is None:
            raise ValueError("the decoder is closed")
        try:
            decoded = self._context.decode(encoded)
        except av.FFmpegError as error:
            raise DamagedPacket(error.strerror) from error
        return [
            TimedPicture(at=self._at_of.pop(frame.pts), picture=DecodedPicture(frame))
            for frame in decoded
            if frame.pts in self._at_of
        ]


def _context(stream_format: StreamFormat, n_threads: int) -> VideoCodecContext:
    try:
        context = av.CodecContext.create(stream_format.codec, "r")
    except ValueError as error:  # PyAV's answer to a name that FFmpeg does not know
        raise UnsupportedCodec(stream_format.codec) from error
    if not isinstance(context, VideoCodecContext):
        raise UnsupportedCodec(stream_format.codec)
    if stream_format.parameter_sets:
        context.extradata = stream_format.parameter_sets
    context.width, context.height = stream_format.width_px, stream_format.height_px
    context.thread_count = n_threads
    return context
