"""A live stream over real RTSP, and each way in which it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from ingest.connection.ring import PacketRing
from ingest.connection.rtsp import Timeouts
from ingest.connection.supervisor import StreamStatus, Supervisor
from ingest.decoders.policy import EVERY_FRAME, DecodePolicy
from ingest.errors import Ended, NoVideo, Stalled, Unauthorized, Undecodable, Unreachable
from ingest.frame import Frame
from ingest.stream import RtspSource
from ingest.waits import Waits
from mastwatch.stack.cameras import VirtualCameras
from mastwatch.stack.process import free_port
from tests.contract.conftest import CLIP, FaultyNetwork

LOOPED = f"{CLIP}.mp4?play_count=0"
NAMED = b's=Session streamed by "aio-rtsp-toolkit server"'
SOUND_TOO = (NAMED, b"s=-\r\nm=audio 0 RTP/AVP 0\r\ni=".ljust(len(NAMED), b"-"))


def source(url: str, policy: DecodePolicy = EVERY_FRAME, decode_timeout_s: float = 30) -> RtspSource:
    timeouts = Timeouts(open_s=2, read_s=2, decode_s=decode_timeout_s)
    return RtspSource("hầm", url, PacketRing(20), policy, timeouts=timeouts)


def first(n_frames: int, frames: Iterator[Frame]) -> list[Frame]:
    return list(islice(frames, n_frames))


def test_frames_carry_utc_times_that_follow_the_stream(cameras: VirtualCameras) -> None:
    before = datetime.now(UTC)
    times = [frame.captured_at for frame in first(50, source(cameras.url(CLIP)).frames())]
    assert before < times[0] < datetime.now(UTC)
    assert all(0.03 < (b - a).total_seconds() < 0.05 for a, b in pairwise(times))


def test_the_policy_thins_frames_and_says_how_many(cameras: VirtualCameras) -> None:
    camera = source(cameras.url(CLIP), DecodePolicy(5))
    sequences = [frame.sequence for frame in first(11, camera.frames())]
    assert sequences[-1] - sequences[0] == pytest.approx(60, abs=6)
    assert camera.frame_counts.n_thinned == camera.frame_counts.n_decoded - 11


def test_frame_times_go_on_when_the_clip_begins_again(cameras: VirtualCameras) -> None:
    times = [frame.captured_at for frame in first(250, source(cameras.url(CLIP)).frames())]
    assert all(0 < (b - a).total_seconds() < 0.1 for a, b in pairwise(times))


def test_a_stream_that_ends_is_said_to_have_ended(cameras: VirtualCameras) -> None:
    with pytest.raises(Ended, match=rf"camera hầm at rtsp://127\.0\.0\.1:\d+/{CLIP}\.mp4: the camera closed"):
        list(source(cameras.url_once(CLIP)).frames())


def test_a_source_that_is_closed_ends_without_an_error(cameras: VirtualCameras) -> None:
    camera = source(cameras.url(CLIP))
    frames = camera.frames()
    first(3, frames)
    camera.close()
    assert list(frames) == []


def test_a_connection_that_breaks_ends_the_stream(network: FaultyNetwork) -> None:
    frames = source(network.url(LOOPED)).frames()
    first(5, frames)
    network.cut()
    with pytest.raises(Ended):
        list(frames)


def test_a_server_that_falls_silent_but_holds_the_connection_is_stalled(network: FaultyNetwork) -> None:
    frames = source(network.url(LOOPED)).frames()
    first(5, frames)
    network.freeze()
    with pytest.raises(Stalled, match=r"connected, but no data for 2\.\d s"):
        list(frames)


def test_a_server_that_never_answers_is_unreachable(network: FaultyNetwork) -> None:
    network.freeze()
    with pytest.raises(Unreachable, match="no answer within 2 s"):
        list(source(network.url(LOOPED)).frames())


def test_a_port_on_which_nobody_listens_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="Connection refused"):
        list(source(f"rtsp://127.0.0.1:{free_port()}/main").frames())


def test_an_address_without_a_route_is_unreachable() -> None:
    # Class E of IPv4 (RFC 1112): no host has it, so the system itself refuses.
    with pytest.raises(Unreachable, match=r"cannot connect \("):
        list(source("rtsp://255.255.255.255/main").frames())


def test_a_path_that_the_server_does_not_know_is_no_video(cameras: VirtualCameras) -> None:
    with pytest.raises(NoVideo, match=r"nowhere\.mp4\S*: no stream at this path"):
        list(source(cameras.url("nowhere")).frames())


def test_a_wrong_password_is_reported_without_showing_it(network: FaultyNetwork) -> None:
    network.ask_for("đúng")
    with pytest.raises(Unauthorized) as caught:
        list(source(network.url(LOOPED, "xem:b%C3%AD-m%E1%BA%ADt")).frames())
    assert "wrong user name or password" in str(caught.value)
    assert "xem" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_right_password_lets_the_pictures_through(network: FaultyNetwork) -> None:
    network.ask_for("a@b/c")
    assert len(first(3, source(network.url(LOOPED, "xem:a%40b%2Fc")).frames())) == 3


def test_an_unknown_codec_is_no_video(network: FaultyNetwork) -> None:
    network.swapped = (b" H264/", b" XYZW/")
    with pytest.raises(NoVideo, match=r"unsupported codec: set the camera to H\.264"):
        list(source(network.url(LOOPED)).frames())


def test_a_camera_without_a_lens_is_no_video(network: FaultyNetwork) -> None:
    network.swapped = (b"m=video", b"m=audio")
    with pytest.raises(NoVideo, match="answers, but sends no video"):
        list(source(network.url(LOOPED)).frames())


def test_a_camera_may_name_itself_in_the_encoding_of_its_country(network: FaultyNetwork) -> None:
    network.swapped = (NAMED, b"s=" + "摄像头".encode("gb18030").ljust(len(NAMED) - 2))
    assert len(first(3, source(network.url(LOOPED)).frames())) == 3


def test_sound_is_not_asked_for_since_it_would_hide_that_the_pictures_have_stopped(
    network: FaultyNetwork,
) -> None:
    network.swapped = SOUND_TOO
    first(3, source(network.url(LOOPED)).frames())
    assert sum(said.startswith(b"SETUP") for said in network.said) == 1


def test_data_from_which_no_picture_comes_is_undecodable(network: FaultyNetwork) -> None:
    camera = source(network.url(LOOPED), decode_timeout_s=1)
    frames = camera.frames()
    first(5, frames)
    network.scramble = True
    with pytest.raises(Undecodable, match="sends data, but nothing could be decoded for 1 s"):
        list(frames)
    assert camera.frame_counts.n_undecodable > 0


def supervised(url: str, stop: threading.Event) -> Supervisor:
    return Supervisor(source(url), stop, Waits(first_s=0.2, most_s=1), jitter=lambda: 1.0)


def test_after_a_break_frames_go_on_in_number_and_time(network: FaultyNetwork) -> None:
    frames = supervised(network.url(LOOPED), threading.Event()).frames()
    before = first(5, frames)
    network.cut()
    # What had arrived before the break is still read.
    after = first(5, (frame for frame in frames if network.n_connections == 2))
    read = [*before, *after]
    assert [frame.sequence for frame in after] == list(range(after[0].sequence, after[0].sequence + 5))
    assert all(a.sequence < b.sequence and a.captured_at < b.captured_at for a, b in pairwise(read))
    assert after[-1].captured_at - datetime.now(UTC) < timedelta(seconds=2)


def test_a_supervisor_says_why_a_camera_is_not_live_and_when_it_tries_again(network: FaultyNetwork) -> None:
    stop = threading.Event()
    camera = supervised(network.url(LOOPED), stop)
    frames = camera.frames()
    first(1, frames)
    assert camera.state.status is StreamStatus.LIVE
    network.ask_for("đã đổi")
    network.cut()
    reader = threading.Thread(target=list, args=(frames,))
    reader.start()
    until(lambda: isinstance(camera.state.reason, Unauthorized))
    assert camera.state.status is StreamStatus.WAITING
    assert camera.state.retry_at is not None
    assert camera.state.retry_at > camera.state.since
    stop.set()
    reader.join(5)
    assert camera.state.status is StreamStatus.STOPPED


def test_a_dead_camera_does_not_hold_another(cameras: VirtualCameras, network: FaultyNetwork) -> None:
    network.freeze()
    stop = threading.Event()
    dead = threading.Thread(target=list, args=(supervised(network.url(LOOPED), stop).frames(),))
    dead.start()
    assert len(first(50, supervised(cameras.url(CLIP), stop).frames())) == 50
    stop.set()
    dead.join(10)
    assert not dead.is_alive()


def until(happened: object) -> None:
    deadline_s = time.monotonic() + 10
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < deadline_s, "it did not happen within 10 s"
        time.sleep(0.02)
