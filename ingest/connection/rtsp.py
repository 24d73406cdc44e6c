"""One connection to a camera over RTSP: its packets go to the ring, its frames to whoever iterates."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import av
from av.container import InputContainer

from ingest.connection.clock import StreamClock
from ingest.connection.ring import PacketRing, StoredPacket, StreamFormat
from ingest.decoders.policy import DecodePolicy, FrameRateLimiter
from ingest.errors import Ended, NoVideo, Stalled, StreamError, Unauthorized, Undecodable, Unreachable
from ingest.frame import Frame
from ingest.picture import DecodedPicture, unfit_size

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 5.0
# Longer than cameras let pass between keyframes: joined in between, nothing can be decoded until the next.
DECODE_TIMEOUT_S = 30.0
# TCP, since a lost UDP datagram is a broken picture until the next keyframe. No probing of the frame rate:
# it takes up to three seconds, and nothing here needs it. No sound: FFmpeg would not notice that the pictures
# of a camera have stopped for as long as it hears something.
OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "0", "allowed_media_types": "video"}
NO_PICTURE = "answers, but sends no picture; look at the path of the stream"

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"


@dataclass(slots=True)
class StreamCounts:
    """What has become of what a camera sent, since the start of this process."""

    n_packets: int = 0
    n_bytes: int = 0
    n_decoded: int = 0
    n_undecodable: int = 0  # packets the decoder could make nothing of
    n_untimed: int = 0  # decoded pictures without a time, dropped
    n_repeated: int = 0  # packets that came twice; some servers repeat themselves under load
    n_thinned: int = 0  # decoded frames the policy left out


class RtspSource:
    """Frames of a live stream. `frames` connects; after a `StreamError` it may be called again and goes on
    counting, with frame times that never run back.

    Args:
        ring: gets every packet, decoded or not; at `begin` for each connection.
        open_timeout_s: how long connecting and the first picture's description may take.
        read_timeout_s: how long nothing may come before the stream counts as stalled.
        decode_timeout_s: how long data may come without a picture in it.
    """

    def __init__(
        self,
        camera_id: str,
        url: str,
        ring: PacketRing,
        policy: DecodePolicy,
        open_timeout_s: float = OPEN_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        decode_timeout_s: float = DECODE_TIMEOUT_S,
    ) -> None:
        self._camera_id = camera_id
        self._url = url
        self._ring = ring
        self._pace = FrameRateLimiter(policy)
        self._open_timeout_s = open_timeout_s
        self._read_timeout_s = read_timeout_s
        self._decode_timeout_s = decode_timeout_s
        self._clock = StreamClock()
        self._closing = False
        self.counts = StreamCounts()

    def frames(self) -> Iterator[Frame]:
        """Raises a `StreamError` sooner or later: a live stream has no good end. Returns after `close`."""
        container = self._open()
        try:
            yield from self._frames(container)
        finally:
            container.close()

    def close(self) -> None:
        """Ends the iteration at the next packet, or when the read timeout is over. From any thread."""
        self._closing = True

    def _open(self) -> InputContainer:
        began_s = time.monotonic()
        try:
            container = av.open(
                self._url,
                options=OPTIONS,
                timeout=(self._open_timeout_s, self._read_timeout_s),
                metadata_errors="replace",  # cameras name themselves in the encoding of their country
            )
        except (av.FFmpegError, OSError) as error:
            # `from None`: FFmpeg's error names the address with the password in it.
            raise self._not_opened(error, time.monotonic() - began_s) from None
        if (what := _nothing_to_see(container)) is not None:
            container.close()
            raise self._error(NoVideo, what)
        return container

    def _frames(self, container: InputContainer) -> Iterator[Frame]:
        stream = container.streams.video[0]
        # One thread a camera is enough, and many cameras share the processors.
        stream.codec_context.thread_count = 1
        self._ring.begin(_format(stream))
        decoded_s = time.monotonic()
        for packet in self._timed(self._packets(container, stream)):
            self._store(packet)
            for decoded in self._decoded(packet):
                decoded_s = time.monotonic()
                if (frame := self._frame(decoded)) is not None:
                    yield frame
            if time.monotonic() - decoded_s > self._decode_timeout_s:
                what = f"sends data, but no picture came of it for {self._decode_timeout_s:g} s"
                raise self._error(Undecodable, what)

    def _frame(self, decoded: av.VideoFrame) -> Frame | None:
        """None where the picture has no time or is not due."""
        if (unfit := unfit_size(decoded.width, decoded.height)) is not None:
            raise self._error(Undecodable, unfit)
        if decoded.pts is None:
            self.counts.n_untimed += 1
            return None
        at = self._clock.frame_time(float(decoded.pts * (decoded.time_base or 0)))
        sequence = self.counts.n_decoded
        self.counts.n_decoded += 1
        if not self._pace.takes(at):
            self.counts.n_thinned += 1
            return None
        picture = DecodedPicture(decoded)
        return Frame(camera_id=self._camera_id, sequence=sequence, captured_at=at, picture=picture)

    def _packets(self, container: InputContainer, stream: av.VideoStream) -> Iterator[VideoPacket]:
        """Packets as they arrive, their arrival told to the clock; until the stream fails or is closed."""
        connected_at, connected_s = self._clock.reconnected(datetime.now(UTC)), time.monotonic()
        waiting_s = connected_s  # since when we have been waiting for a packet
        why = "the camera closed the stream"
        previous: VideoPacket | None = None
        try:
            for packet in container.demux(stream):
                if self._closing:
                    return
                if packet.size == 0:  # PyAV's sign for the end of the stream
                    break
                # Elapsed time, not the wall clock: somebody may set that.
                arrived_at = connected_at + timedelta(seconds=time.monotonic() - connected_s)
                self._arrived(packet, arrived_at)
                if _repeats(packet, previous):
                    self.counts.n_repeated += 1
                else:
                    yield packet
                previous = packet
                waiting_s = time.monotonic()
        except (av.FFmpegError, OSError) as error:
            why = f"the connection broke ({error.strerror})"
        silent_s = time.monotonic() - waiting_s
        # FFmpeg ends a stream that timed out as silently as one that was closed.
        if silent_s >= self._read_timeout_s * 0.9:
            raise self._error(Stalled, f"connected, but nothing has come for {silent_s:.1f} s")
        raise self._error(Ended, why)

    def _arrived(self, packet: VideoPacket, arrived_at: datetime) -> None:
        self.counts.n_packets += 1
        self.counts.n_bytes += packet.size
        ticks = packet.dts if packet.dts is not None else packet.pts
        if ticks is not None:
            self._clock.observe(float(ticks * packet.time_base), arrived_at)

    def _timed(self, packets: Iterator[VideoPacket]) -> Iterator[VideoPacket]:
        """Gives a first packet that came without a time the time just before the next: it is the keyframe on
        which all others build, and FFmpeg knows no time before a server's second packet."""
        waiting: list[VideoPacket] = []
        for packet in packets:
            if packet.pts is None:
                waiting.append(packet)
                continue
            for steps, untimed in enumerate(reversed(waiting), start=1):
                untimed.pts = packet.pts - steps * (untimed.duration or round(0.04 / packet.time_base))
            yield from waiting
            waiting.clear()
            yield packet

    def _store(self, packet: VideoPacket) -> None:
        at = self._clock.time_of(float((packet.pts or 0) * packet.time_base))
        self._ring.add(StoredPacket(at=at, data=bytes(packet), is_keyframe=packet.is_keyframe))

    def _decoded(self, packet: VideoPacket) -> list[av.VideoFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self.counts.n_undecodable += 1
            return []

    def _not_opened(self, error: av.FFmpegError | OSError, took_s: float) -> StreamError:
        """FFmpeg's reasons in ours. To it whatever it does not understand is invalid data, silence too."""
        if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
            return self._error(Unauthorized, "the user name or the password is wrong")
        if isinstance(error, av.error.HTTPNotFoundError):
            return self._error(NoVideo, "no stream has this path; look at the path of the stream")
        if isinstance(error, av.error.HTTPOtherClientError):
            return self._error(NoVideo, NO_PICTURE)
        if took_s >= self._open_timeout_s * 0.9:
            return self._error(Unreachable, f"no answer within {self._open_timeout_s:g} s")
        if isinstance(error, av.error.InvalidDataError):
            return self._error(NoVideo, "what answers does not speak RTSP; look at the port")
        return self._error(Unreachable, f"cannot be connected ({error.strerror})")

    def _error(self, kind: type[StreamError], what: str) -> StreamError:
        return kind(self._camera_id, self._url, what)


def _nothing_to_see(container: InputContainer) -> str | None:
    """Why no picture can come of what the camera describes; None where one can."""
    if not container.streams.video:
        return NO_PICTURE
    context = container.streams.video[0].codec_context
    # PyAV has no context for a coding that FFmpeg cannot decode; its types do not say so.
    if context is None:
        return "sends pictures in a coding that is not known here; set it to H.264"
    return None if context.width else NO_PICTURE


def _repeats(packet: VideoPacket, previous: VideoPacket | None) -> bool:
    if previous is None or packet.pts is None or packet.pts != previous.pts:
        return False
    return bytes(packet) == bytes(previous)


def _format(stream: av.VideoStream) -> StreamFormat:
    context = stream.codec_context
    return StreamFormat(
        codec=context.name,
        width_px=context.width,
        height_px=context.height,
        parameter_sets=context.extradata or b"",
    )
