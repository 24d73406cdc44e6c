"""A real clip as a source of frames."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from ingest.decoders.policy import EVERY_FRAME, DecodePolicy
from ingest.errors import NoVideo, Undecodable
from ingest.files import FileSource
from ingest.frame import Frame

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def clip(shared_dir: Path) -> Path:
    return shared_dir / "footage/it-tunnel-portal/clip.mp4"


def frames(path: Path, policy: DecodePolicy = EVERY_FRAME) -> list[Frame]:
    source = FileSource("hầm", path, policy, START)
    try:
        return list(source.frames())
    finally:
        source.close()


def test_a_frame_carries_the_time_of_its_place_in_the_file(clip: Path) -> None:
    read = frames(clip)
    assert len(read) == 375
    assert [frame.sequence for frame in read] == list(range(375))
    assert read[100].captured_at == START + timedelta(seconds=4)


def test_frames_come_in_the_order_they_were_seen_though_the_file_holds_them_otherwise(clip: Path) -> None:
    times = [frame.captured_at for frame in frames(clip)]
    assert times == sorted(set(times))


def test_five_frames_a_second_go_on_and_keep_the_number_of_their_place(clip: Path) -> None:
    assert [frame.sequence for frame in frames(clip, DecodePolicy(5))][:4] == [0, 5, 10, 15]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoVideo, match=r"camera hầm at .*nowhere\.mp4: cannot be opened .*No such file"):
        frames(tmp_path / "nowhere.mp4")


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp4"
    path.write_text("Kính gửi")
    with pytest.raises(NoVideo, match=r"letter\.mp4: cannot be opened as video"):
        frames(path)


def test_a_video_without_times_is_refused_instead_of_giving_nothing(tmp_path: Path, clip: Path) -> None:
    path = tmp_path / "raw.h264"
    with av.open(str(clip)) as source, av.open(str(path), "w", format="h264") as raw:
        stream = raw.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                raw.mux(packet)
    with pytest.raises(Undecodable, match="packet 0 has no time: put the video into an MP4 file"):
        frames(path)
