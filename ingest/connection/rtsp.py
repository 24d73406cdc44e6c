"""A connection to a camera over RTSP: packets with their times, which are stored in the ring as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import av
from av.container import InputContainer

from ingest.connection.clock import StreamClock
from ingest.connection.packets import ArrivingPackets, PacketCounts
from ingest.connection.ring import PacketRing
from ingest.errors import NoVideo, StreamError, Unauthorized, Unreachable
from ingest.packet import Packet, StreamFormat

# TCP, since a lost UDP datagram is a broken picture until the next keyframe. No probing of the frame rate:
# it takes up to three seconds, and nothing here needs it. No sound: FFmpeg would not notice that the pictures
# of a camera have stopped for as long as it hears something.
OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "0", "allowed_media_types": "video"}
NO_VIDEO = "answers, but sends no video: check the path of the stream"
UNSUPPORTED_CODEC = "unsupported codec: set the camera to H.264"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    open_s: float = 5.0  # for connecting and for the stream's description
    read_s: float = 5.0  # without a packet before the stream counts as stalled
    # With packets but without a picture. Longer than cameras let pass between keyframes: joined in between,
    # nothing can be decoded until the next.
    decode_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStream:
    format: StreamFormat
    # Each is in the ring already. Raises Stalled or Ended sooner or later, since a live stream has no good
    # end; ends without an error after `close` of the connection.
    packets: Iterator[Packet]


class RtspConnection:
    """Connects as often as it is asked to. Its times never run back, from one connection to the next either.

    Args:
        ring: gets every packet, decoded or not; at `begin` for each connection.
        clock: maps the stream's times to UTC.
    """

    def __init__(
        self, camera_id: str, url: str, ring: PacketRing, clock: StreamClock, timeouts: Timeouts
    ) -> None:
        self._camera_id = camera_id
        self._url = url
        self._ring = ring
        self._clock = clock
        self._timeouts = timeouts
        self._closing = False
        self.counts = PacketCounts()

    @contextmanager
    def connected(self) -> Iterator[LiveStream]:
        """Raises:
        Unreachable, Unauthorized, NoVideo: the camera sends nothing that could be decoded.
        """
        container = self._open()
        try:
            yield self._stream(container)
        finally:
            container.close()

    def close(self) -> None:
        """End the packets at the next one, or when the read timeout is over. From any thread, any number of
        times."""
        self._closing = True

    def error(self, kind: type[StreamError], what: str) -> StreamError:
        return kind(self._camera_id, self._url, what)

    def _stream(self, container: InputContainer) -> LiveStream:
        if not container.streams.video:
            raise self.error(NoVideo, NO_VIDEO)
        context = container.streams.video[0].codec_context
        # PyAV has no context for a codec that FFmpeg cannot decode; its types do not say so.
        if context is None:
            raise self.error(NoVideo, UNSUPPORTED_CODEC)
        if not context.width:
            raise self.error(NoVideo, NO_VIDEO)
        stream_format = StreamFormat(
            codec=context.name,
            width_px=context.width,
            height_px=context.height,
            parameter_sets=context.extradata or b"",
        )
        self._ring.begin(stream_format)
        return LiveStream(format=stream_format, packets=self._packets(container))

    def _packets(self, container: InputContainer) -> Iterator[Packet]:
        arriving = ArrivingPackets(container, self._clock, self.counts)
        for packet in arriving.packets(lambda: self._closing):
            self._ring.add(packet)
            yield packet
        if not self._closing:
            raise self.error(*arriving.end(self._timeouts.read_s))

    def _open(self) -> InputContainer:
        began_s = time.monotonic()
        try:
            return av.open(
                self._url,
                options=OPTIONS,
                timeout=(self._timeouts.open_s, self._timeouts.read_s),
                metadata_errors="replace",  # cameras name themselves in the encoding of their country
            )
        except (av.FFmpegError, OSError) as error:
            # `from None`: FFmpeg's error names the address with the password in it.
            raise self._not_opened(error, time.monotonic() - began_s) from None

    def _not_opened(self, error: av.FFmpegError | OSError, took_s: float) -> StreamError:
        """FFmpeg's reasons in ours. It calls whatever it does not understand invalid data, silence too."""
        if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
            return self.error(Unauthorized, "wrong user name or password")
        if isinstance(error, av.error.HTTPNotFoundError):
            return self.error(NoVideo, "no stream at this path: check the path of the stream")
        if isinstance(error, av.error.HTTPOtherClientError):
            return self.error(NoVideo, NO_VIDEO)
        if took_s >= self._timeouts.open_s * 0.9:
            return self.error(Unreachable, f"no answer within {self._timeouts.open_s:g} s")
        if isinstance(error, av.error.InvalidDataError):
            return self.error(NoVideo, "the answer is not RTSP: check the port")
        return self.error(Unreachable, f"cannot connect ({error.strerror})")
