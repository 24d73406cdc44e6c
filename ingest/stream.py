"""A live stream as a source of frames: a connection's packets through a decoder."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from ingest.connection.clock import StreamClock
from ingest.connection.packets import PacketCounts
from ingest.connection.ring import PacketRing
from ingest.connection.rtsp import RtspConnection, Timeouts
from ingest.decoders.cpu import CpuDecoder
from ingest.decoders.decoder import DamagedPacket, Decoder, DecoderFactory, TimedPicture, UnsupportedCodec
from ingest.decoders.frames import FrameAssembler, FrameCounts
from ingest.decoders.policy import DecodePolicy
from ingest.errors import NoVideo, Undecodable
from ingest.frame import Frame
from ingest.packet import Packet, StreamFormat


class RtspSource:
    """Frames of a live stream. `frames` connects; after a `StreamError` it may be called again and goes on
    counting, with frame times that never run back.

    Args:
        ring: gets every packet, decoded or not.
        decoder: makes the decoder of each connection.
    """

    def __init__(
        self,
        camera_id: str,
        url: str,
        ring: PacketRing,
        policy: DecodePolicy,
        *,
        timeouts: Timeouts | None = None,
        decoder: DecoderFactory = CpuDecoder,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._clock = StreamClock()
        self._connection = RtspConnection(camera_id, url, ring, self._clock, self._timeouts)
        self._assembler = FrameAssembler(camera_id, url, policy)
        self._new_decoder = decoder

    @property
    def packet_counts(self) -> PacketCounts:
        return self._connection.counts

    @property
    def frame_counts(self) -> FrameCounts:
        return self._assembler.counts

    def frames(self) -> Iterator[Frame]:
        """Raises a `StreamError` sooner or later: a live stream has no good end. Returns after `close`."""
        with self._connection.connected() as stream, closing(self._decoder(stream.format)) as decoder:
            decoded_s = time.monotonic()
            for packet in stream.packets:
                if pictures := self._decoded(decoder, packet):
                    yield from self._assembler.frames(pictures)
                    decoded_s = time.monotonic()
                elif time.monotonic() - decoded_s > self._timeouts.decode_s:
                    what = f"sends data, but nothing could be decoded for {self._timeouts.decode_s:g} s"
                    raise self._connection.error(Undecodable, what)

    def close(self) -> None:
        """End the frames at the next packet, or when the read timeout is over. From any thread, any number
        of times."""
        self._connection.close()

    def _decoder(self, stream_format: StreamFormat) -> Decoder:
        try:
            return self._new_decoder(stream_format)
        except UnsupportedCodec as error:
            what = f"{error}: set the camera to H.264"
            raise self._connection.error(NoVideo, what) from error

    def _decoded(self, decoder: Decoder, packet: Packet) -> Sequence[TimedPicture]:
        try:
            pictures = decoder.decode(packet)
        except DamagedPacket:
            self._assembler.counts.n_undecodable += 1
            return ()
        return [
            TimedPicture(at=self._clock.frame_time(timed.at), picture=timed.picture) for timed in pictures
        ]
