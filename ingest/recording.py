"""Annotated pictures as a video file that plays anywhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from ingest.frame import Bgr

TICKS_PER_S = 90_000
ENCODER = {"crf": "21", "preset": "veryfast"}


class Recording:
    """An MP4 file with H.264, written picture by picture.

    Args:
        width_px, height_px: of every picture; even, as H.264 needs.
    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, width_px: int, height_px: int) -> None:
        try:
            self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        except av.FFmpegError as error:
            raise OSError(error.errno, f"cannot be written as MP4: {error.strerror}", str(path)) from error
        self._stream = self._container.add_stream("libx264", rate=25, options=ENCODER)
        self._stream.width, self._stream.height = width_px, height_px
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, TICKS_PER_S)

    def add(self, bgr: Bgr, at_s: float) -> None:
        """A picture that is shown from `at_s` on, seconds after the first; later with every call."""
        picture = av.VideoFrame.from_ndarray(bgr, format="bgr24")
        picture.pts, picture.time_base = round(at_s * TICKS_PER_S), Fraction(1, TICKS_PER_S)
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()
