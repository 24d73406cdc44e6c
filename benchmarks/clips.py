"""Clips of 1920x1080 for measuring, made of smaller real ones: how long decoding and detecting takes depends
on the size, and the clips that are shared are small."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

# All 16:9, so that nothing is stretched. The first is a junction with 20 to 30 vehicles in view.
NAMES = (
    "cn-junction-overpass",
    "us-downtown-junction-timelapse",
    "us-road-straight-down",
    "window-view-parked-street",
)
WIDTH_PX, HEIGHT_PX = 1920, 1080
FPS = 25
N_FRAMES = 240
STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
# As a camera is commonly set: H.264, a keyframe every two seconds.
ENCODER = {"preset": "veryfast", "crf": "23", "g": str(2 * FPS)}


def make(footage: Path, folder: Path, n_clips: int) -> list[Path]:
    """Write the first `n_clips` of `NAMES` into `folder`, upscaled (bicubic) and encoded anew (libx264)."""
    made = []
    for name in NAMES[:n_clips]:
        path = folder / f"{name}.mp4"
        _upscale(footage / name / "clip.mp4", path)
        made.append(path)
    return made


def _upscale(source: Path, to: Path) -> None:
    with av.open(str(source)) as small, av.open(str(to), "w") as large:
        stream = large.add_stream("libx264", rate=FPS, options=ENCODER)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        for number, frame in enumerate(islice(small.decode(video=0), N_FRAMES)):
            picture = frame.reformat(WIDTH_PX, HEIGHT_PX, "yuv420p", interpolation="BICUBIC")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            large.mux(stream.encode(picture))
        large.mux(stream.encode(None))
