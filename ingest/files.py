"""A video file as a source of frames, for tests, `detect` and `eval`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av

from ingest.decoders.policy import DecodePolicy, FrameRateLimiter
from ingest.errors import NoVideo, Undecodable
from ingest.frame import Frame
from ingest.picture import DecodedPicture, unfit_size


class FileSource:
    """Frames of a file as fast as they are asked for; a frame's time is `started_at` plus its place in it.

    Args:
        started_at: UTC, the time of the file's first moment.
    Raises:
        NoVideo: the file cannot be opened or holds no video; raised when it is built.
    """

    def __init__(self, camera_id: str, path: Path, policy: DecodePolicy, started_at: datetime) -> None:
        self._camera_id = camera_id
        self._path = path
        self._policy = policy
        self._started_at = started_at
        try:
            self._container = av.open(str(path), metadata_errors="replace")
        except (av.FFmpegError, OSError) as error:
            raise NoVideo(camera_id, str(path), f"cannot be opened as video: {error.strerror}") from error
        if not self._container.streams.video:
            self._container.close()
            raise NoVideo(camera_id, str(path), "holds no video")
        self._stream = self._container.streams.video[0]

    @property
    def fps(self) -> float:
        """The file's own average rate; 0 where it does not say."""
        return float(self._stream.average_rate or 0)

    def frames(self) -> Iterator[Frame]:
        """Raises Undecodable where the file is broken, or its pictures are unfit or without a time."""
        pace = FrameRateLimiter(self._policy)
        for sequence, decoded in enumerate(self._decoded()):
            if (unfit := unfit_size(decoded.width, decoded.height)) is not None:
                raise self._undecodable(unfit)
            if decoded.pts is None or decoded.time_base is None:
                raise self._undecodable(f"frame {sequence} has no time; put it in a container such as MP4")
            at = self._started_at + timedelta(seconds=float(decoded.pts * decoded.time_base))
            if pace.takes(at):
                yield Frame(
                    camera_id=self._camera_id,
                    sequence=sequence,
                    captured_at=at,
                    picture=DecodedPicture(decoded),
                )

    def close(self) -> None:
        self._container.close()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        try:
            yield from self._container.decode(self._stream)
        except av.FFmpegError as error:
            raise self._undecodable(f"cannot be decoded: {error.strerror}") from error

    def _undecodable(self, what: str) -> Undecodable:
        return Undecodable(self._camera_id, str(self._path), what)
