"""What every source of frames does, a file and a live stream alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from ingest.connection.ring import PacketRing
from ingest.decoders.policy import EVERY_FRAME, DecodePolicy
from ingest.errors import Undecodable
from ingest.files import FileSource
from ingest.frame import FrameSource
from ingest.recording import Recording
from ingest.stream import RtspSource
from mastwatch.stack.cameras import VirtualCameras
from tests.contract.conftest import CLIP

CLIP_FPS = 30
NewSource = Callable[[DecodePolicy], FrameSource]


@pytest.fixture(params=["file", "stream"])
def new_source(request: pytest.FixtureRequest, shared_dir: Path) -> NewSource:
    if request.param == "file":
        path = shared_dir / "footage" / CLIP / "clip.mp4"
        return lambda policy: FileSource("hầm", path, policy, datetime.now(UTC))
    cameras: VirtualCameras = request.getfixturevalue("cameras")
    return lambda policy: RtspSource("hầm", cameras.url(CLIP), PacketRing(20), policy)


@pytest.fixture(params=["file", "stream"])
def strip(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FrameSource]:
    """Pictures of 2048x16."""
    recording = Recording(tmp_path / "strip.mp4", 2048, 16)
    for n in range(50):
        recording.add(np.full((16, 2048, 3), 5 * n, np.uint8), n / 25)
    recording.close()
    if request.param == "file":
        yield FileSource("hầm", tmp_path / "strip.mp4", EVERY_FRAME, datetime.now(UTC))
        return
    street = VirtualCameras(tmp_path, tmp_path / "street.log")
    yield RtspSource("hầm", street.url("strip"), PacketRing(20), EVERY_FRAME)
    street.stop()


def test_frames_are_numbered_and_their_times_follow_the_stream(new_source: NewSource) -> None:
    frames = list(islice(new_source(EVERY_FRAME).frames(), 60))
    assert [frame.sequence for frame in frames] == list(range(60))
    lengths_s = [(b.captured_at - a.captured_at).total_seconds() for a, b in pairwise(frames)]
    assert all(0.02 < length_s < 0.05 for length_s in lengths_s)
    assert {frame.camera_id for frame in frames} == {"hầm"}


def test_the_policy_thins_by_time_and_a_frame_keeps_its_number(new_source: NewSource) -> None:
    frames = list(islice(new_source(DecodePolicy(5)).frames(), 11))
    assert (frames[-1].captured_at - frames[0].captured_at).total_seconds() == pytest.approx(2, abs=0.05)
    assert frames[-1].sequence - frames[0].sequence == pytest.approx(2 * CLIP_FPS, abs=6)


def test_pictures_in_which_nothing_can_be_detected_are_refused(strip: FrameSource) -> None:
    with pytest.raises(Undecodable, match=r"unsupported picture size 2048x16: the shorter side must be"):
        list(strip.frames())


def test_a_source_may_be_closed_twice(new_source: NewSource) -> None:
    source = new_source(EVERY_FRAME)
    list(islice(source.frames(), 3))
    source.close()
    source.close()
