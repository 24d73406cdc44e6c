"""A clip as a camera would send it."""

from __future__ import annotations

from pathlib import Path

import av

from mastwatch.stack.errors import StackError

KEYFRAME_EVERY_S = 2
# Cameras send no pictures out of order. Clips hold them, and the demo's RTSP server would stamp them with
# the times of their neighbours.
X264_OPTIONS = {"preset": "superfast", "crf": "21", "bf": "0"}


class FootageError(StackError):
    def __init__(self, clip: Path, why: str) -> None:
        super().__init__(f"{clip} cannot be served as a camera: {why}")


def as_camera_sends(clip: Path, target: Path) -> None:
    """Encode a clip as H.264 without pictures out of order and a keyframe every two seconds; once.

    Nothing is done where `target` is there already and not older than the clip.
    Raises:
        FootageError: the clip is missing, is no video, or the target cannot be written.
    """
    try:
        if target.exists() and target.stat().st_mtime >= clip.stat().st_mtime:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        _encode(clip, unfinished)
        unfinished.replace(target)
    except (av.FFmpegError, OSError) as error:
        raise FootageError(clip, error.strerror or str(error)) from error


def _encode(clip: Path, target: Path) -> None:
    with av.open(str(clip)) as source, av.open(str(target), "w", format="mp4") as sent:
        if not source.streams.video:
            raise FootageError(clip, "it holds no video")
        film = source.streams.video[0]
        fps = film.average_rate or film.guessed_rate
        if fps is None:
            raise FootageError(clip, "it does not say how many pictures a second it has")
        options = X264_OPTIONS | {"g": str(round(fps * KEYFRAME_EVERY_S))}
        stream = sent.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        for frame in source.decode(film):
            # Its old kind of picture would be forced on the encoder.
            frame.pict_type = av.video.frame.PictureType.NONE
            sent.mux(stream.encode(frame))
        sent.mux(stream.encode(None))
