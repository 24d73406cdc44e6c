"""What a connection hands on: one piece of a stream as the camera encoded it, with its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    codec: str  # as FFmpeg calls it: "h264", "hevc"
    width_px: int
    height_px: int
    parameter_sets: bytes  # what the decoder must know first, as the stream's description gave it


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    at: datetime  # UTC time of its picture; packets come in the order in which they are decoded
    data: bytes
    is_keyframe: bool
    is_shown: bool = True  # False: later pictures build on it, but a trimmed file does not show it
