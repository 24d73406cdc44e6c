"""A clip becomes a stream as a camera would send it."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest

from mastwatch.stack.cameras import VirtualCameras, clips_in, prepare
from mastwatch.stack.footage import FootageError

CLIP = "vn-bag-dropped-walking"


@pytest.fixture
def clips(shared_dir: Path) -> dict[str, Path]:
    return {CLIP: clips_in(shared_dir / "footage")[CLIP]}


def test_pictures_are_sent_in_the_order_in_which_they_are_shown(
    clips: dict[str, Path], tmp_path: Path
) -> None:
    prepare(clips, tmp_path)
    with av.open(str(tmp_path / f"{CLIP}.mp4")) as sent:
        packets = [packet for packet in sent.demux(video=0) if packet.size]
    assert len(packets) == 189
    assert all(packet.pts == packet.dts for packet in packets)
    assert [n for n, packet in enumerate(packets) if packet.is_keyframe][:2] == [0, 60]


def test_a_clip_is_encoded_once_and_again_when_it_has_changed(clips: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / f"{CLIP}.mp4"
    prepare(clips, tmp_path)
    first = target.stat().st_mtime_ns
    prepare(clips, tmp_path)
    assert target.stat().st_mtime_ns == first
    os.utime(target, (0, 0))  # as if the clip were newer
    prepare(clips, tmp_path)
    assert target.stat().st_mtime_ns > first


def test_a_clip_that_is_no_video_is_named(tmp_path: Path) -> None:
    letter = tmp_path / "clip.mp4"
    letter.write_text("Kính gửi")
    with pytest.raises(FootageError, match=r"clip\.mp4 cannot be served as a camera: Invalid data"):
        prepare({"letter": letter}, tmp_path / "served")


def test_a_clip_may_have_any_name_that_a_folder_can_have(clips: dict[str, Path], tmp_path: Path) -> None:
    prepare({"chợ #1?": clips[CLIP]}, tmp_path / "served")
    cameras = VirtualCameras(tmp_path / "served", tmp_path / "cameras.log")
    try:
        with av.open(cameras.url_once("chợ #1?"), options={"rtsp_transport": "tcp"}, timeout=10) as stream:
            assert next(stream.decode(video=0)).width == 480
    finally:
        cameras.stop()
