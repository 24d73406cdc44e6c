"""A video file as a source of frames, for tests, `detect` and `eval`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import av

from ingest.decoders.cpu import CpuDecoder
from ingest.decoders.decoder import DamagedPacket, Decoder, DecoderFactory, TimedPicture, UnsupportedCodec
from ingest.decoders.frames import FrameAssembler, FrameCounts
from ingest.decoders.policy import DecodePolicy
from ingest.errors import NoVideo, Undecodable
from ingest.frame import Frame
from ingest.packet import Packet, StreamFormat

# A file is read for its own sake: it may have all processors.
FILE_DECODER: DecoderFactory = partial(CpuDecoder, n_threads=0)


class FileSource:
    """Frames of a file as fast as they are asked for; a frame's time is `started_at` plus its place in it.

    Args:
        started_at: UTC, the time of the file's first moment.
    Raises:
        NoVideo: the file cannot be opened or holds no video; raised when it is built.
    """

    def __init__(
        self,
        camera_id: str,
        path: Path,
        policy: DecodePolicy,
        started_at: datetime,
        decoder: DecoderFactory = FILE_DECODER,
    ) -> None:
        self._camera_id = camera_id
        self._path = path
        self._started_at = started_at
        self._new_decoder = decoder
        self._assembler = FrameAssembler(camera_id, str(path), policy)
        try:
            self._container = av.open(str(path), metadata_errors="replace")
        except (av.FFmpegError, OSError) as error:
            raise NoVideo(camera_id, str(path), f"cannot be opened as video: {error.strerror}") from error
        if not self._container.streams.video or self._container.streams.video[0].codec_context is None:
            self._container.close()
            raise NoVideo(camera_id, str(path), "contains no video that can be decoded")
        self._stream = self._container.streams.video[0]

    @property
    def fps(self) -> float:
        """The file's own average rate; 0 where it does not say."""
        return float(self._stream.average_rate or 0)

    @property
    def frame_counts(self) -> FrameCounts:
        return self._assembler.counts

    def frames(self) -> Iterator[Frame]:
        """Raises Undecodable where the file is damaged, or its pictures are unfit or without a time."""
        with closing(self._decoder()) as decoder:
            yield from self._assembler.frames(self._pictures(decoder))

    def close(self) -> None:
        """May be called twice."""
        self._container.close()

    def _decoder(self) -> Decoder:
        context = self._stream.codec_context
        stream_format = StreamFormat(
            codec=context.name,
            width_px=context.width,
            height_px=context.height,
            parameter_sets=context.extradata or b"",
        )
        try:
            return self._new_decoder(stream_format)
        except UnsupportedCodec as error:
            raise NoVideo(self._camera_id, str(self._path), str(error)) from error

    def _pictures(self, decoder: Decoder) -> Iterator[TimedPicture]:
        try:
            for packet in self._packets():
                yield from decoder.decode(packet)
            yield from decoder.flush()
        except DamagedPacket as error:
            raise self._undecodable(f"cannot be decoded: {error}") from error
        except av.FFmpegError as error:
            raise self._undecodable(f"cannot be read: {error.strerror}") from error

    def _packets(self) -> Iterator[Packet]:
        for number, packet in enumerate(self._container.demux(self._stream)):
            if packet.size == 0:  # PyAV marks the end of the stream by an empty packet
                return
            if packet.pts is None or packet.time_base is None:
                raise self._undecodable(f"packet {number} has no time: put the video into an MP4 file")
            at = self._started_at + timedelta(seconds=float(packet.pts * packet.time_base))
            yield Packet(
                at=at,
                data=bytes(packet),
                is_keyframe=packet.is_keyframe,
                is_shown=not packet.is_discard,
            )

    def _undecodable(self, what: str) -> Undecodable:
        return Undecodable(self._camera_id, str(self._path), what)
