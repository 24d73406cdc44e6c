"""Virtual cameras: clips of a folder as live H.264 over RTSP, each from its beginning and over and over."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from mastwatch.stack.footage import as_camera_sends
from mastwatch.stack.process import Process, Program, free_port, listens

START_WITHIN_S = 15


def clips_in(footage: Path) -> dict[str, Path]:
    """The clips of a footage folder (`NAME/clip.mp4`) by their names."""
    return {path.parent.name: path for path in sorted(footage.glob("*/clip.mp4"))}


def prepare(clips: Mapping[str, Path], folder: Path) -> None:
    """Make `folder` hold each clip as a camera would send it. Takes about a second a clip, the first time.

    Raises:
        FootageError: a clip cannot be read.
    """
    for name, clip in clips.items():
        as_camera_sends(clip, folder / f"{name}.mp4")


class VirtualCameras:
    """The RTSP server over a folder that `prepare` has filled, as a process of its own.

    Raises:
        DidNotStart: it does not listen in time.
    """

    def __init__(self, folder: Path, log_path: Path) -> None:
        self.port = free_port()
        argv = [sys.executable, "-m", "mastwatch.stack.rtsp_server", str(folder), str(self.port)]
        program = Program(name="cameras", argv=argv, log_path=log_path, stop_within_s=2)
        self.process = Process.start(program)
        self.process.wait_until(lambda: listens(self.port), START_WITHIN_S)

    def url(self, name: str) -> str:
        """The stream of one clip, played over and over."""
        return f"rtsp://127.0.0.1:{self.port}/{quote(name)}.mp4?play_count=0"

    def url_once(self, name: str) -> str:
        """The stream of one clip that ends with it."""
        return f"rtsp://127.0.0.1:{self.port}/{quote(name)}.mp4"

    def stop(self) -> None:
        self.process.stop()
