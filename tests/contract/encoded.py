"""Packets of small streams encoded for a test, as a camera sends them: H.264, its parameter sets in band."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from ingest.packet import Packet, StreamFormat

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FPS = 25


def packets(
    width_px: int, height_px: int, n_pictures: int, *, from_s: float = 0.0, keyframe_every: int = 10
) -> list[Packet]:
    """A bright bar that moves down; two of three pictures are shown in another order than they are sent."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width_px, height_px, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    context.options = {"g": str(keyframe_every), "bf": "2", "preset": "veryfast", "threads": "1"}
    encoded: list[Packet] = []
    for picture in [*(_picture(width_px, height_px, n) for n in range(n_pictures)), None]:
        for packet in context.encode(picture):
            at = START + timedelta(seconds=from_s + (packet.pts or 0) / FPS)
            encoded.append(Packet(at=at, data=bytes(packet), is_keyframe=packet.is_keyframe))
    return encoded


def format_of(width_px: int, height_px: int, codec: str = "h264") -> StreamFormat:
    return StreamFormat(codec=codec, width_px=width_px, height_px=height_px, parameter_sets=b"")


def _picture(width_px: int, height_px: int, number: int) -> av.VideoFrame:
    bgr = np.full((height_px, width_px, 3), 40, np.uint8)
    top = bar_top(height_px, number)
    bgr[top : top + 8] = 220
    frame = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def bar_top(height_px: int, number: int) -> int:
    """The first line of the bar in a picture."""
    return 8 * (number % (height_px // 8))
