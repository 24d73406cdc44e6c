"""The files of a candidate: pictures with and without the box, and a clip that a browser plays."""

from __future__ import annotations

import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import cv2
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from detectors.evidence.snapshot_buffer import Snapshot, jpeg
from detectors.evidence.writer import EvidenceImages, EvidenceWriter
from incidents.evidence.folder import FolderStore
from incidents.evidence.store import EvidenceUnavailable
from ingest.connection.ring import PacketRing, Segment
from ingest.decoders.policy import EVERY_FRAME
from ingest.mp4 import CannotMux
from ingest.stream import RtspSource
from mastwatch.stack.cameras import VirtualCameras
from tests.contract.conftest import CLIP

RAISED_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
GREY = Snapshot(at=RAISED_AT, jpeg=jpeg(np.full((120, 160, 3), 128, np.uint8)))
SHOTS = EvidenceImages(best=GREY, xyxy_px=(40, 30, 100, 90), entered=GREY)


@pytest.fixture
def writer(tmp_path: Path) -> EvidenceWriter:
    return EvidenceWriter(FolderStore(tmp_path))


@pytest.fixture(scope="module")
def segment(cameras: VirtualCameras) -> Segment:
    """Four seconds of a live stream, over the end of the clip and its new beginning."""
    ring = PacketRing(30)
    frames = RtspSource("cho", cameras.url(CLIP), ring, EVERY_FRAME).frames()
    times = [frame.captured_at for frame in islice(frames, 240)]
    segment = ring.export(times[-1] - timedelta(seconds=4), times[-1])
    assert segment is not None
    return segment


def test_pictures_are_filed_by_day_and_candidate(writer: EvidenceWriter, tmp_path: Path) -> None:
    candidate_id = UUID(int=7)
    evidence = writer.write_images(candidate_id, RAISED_AT, SHOTS)
    assert evidence.image.path == f"2026/11/22/{candidate_id}/image.jpg"
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["entered.jpg", "image.jpg", "raw.jpg"]


def test_each_file_is_described_by_its_size_and_hash(writer: EvidenceWriter, tmp_path: Path) -> None:
    file = writer.write_images(uuid4(), RAISED_AT, SHOTS).raw_image
    content = (tmp_path / "evidence" / file.path).read_bytes()
    assert content == GREY.jpeg
    assert (file.n_bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_box_is_drawn_on_the_picture_and_not_on_the_raw_one(
    writer: EvidenceWriter, tmp_path: Path
) -> None:
    evidence = writer.write_images(uuid4(), RAISED_AT, SHOTS)
    image, raw = (
        cv2.imread(str(tmp_path / "evidence" / file.path)) for file in (evidence.image, evidence.raw_image)
    )
    assert np.abs(image[30, 70].astype(int) - 128).max() > 60
    assert np.abs(raw[30, 70].astype(int) - 128).max() < 5


def test_a_beginning_that_is_no_longer_at_hand_is_left_out(writer: EvidenceWriter) -> None:
    assert writer.write_images(uuid4(), RAISED_AT, replace(SHOTS, entered=None)).entered_image is None


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(EvidenceUnavailable, match="cannot write evidence/2026"):
        EvidenceWriter(FolderStore(tmp_path / "data")).write_images(uuid4(), RAISED_AT, SHOTS)


FILL_A_DISK_OF_1_KB = """
import resource, sys
from pathlib import Path
from uuid import uuid4
from detectors.evidence.writer import EvidenceWriter
from incidents.evidence.folder import FolderStore
from incidents.evidence.store import EvidenceUnavailable
from tests.contract.test_evidence_writer import RAISED_AT, SHOTS

resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
try:
    EvidenceWriter(FolderStore(Path(sys.argv[1]))).write_images(uuid4(), RAISED_AT, SHOTS)
except EvidenceUnavailable as error:
    print(error)
"""


def test_a_full_disk_is_an_error_that_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL_A_DISK_OF_1_KB, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "image.jpg" in done.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_clip_says_when_it_begins_and_how_long_it_is(writer: EvidenceWriter, segment: Segment) -> None:
    clip = writer.write_clip(uuid4(), RAISED_AT, segment)
    assert clip.started_at == segment.started_at
    assert 4 <= clip.duration_s < 7


def test_a_codec_that_mp4_has_no_place_for_is_an_error(writer: EvidenceWriter, segment: Segment) -> None:
    with pytest.raises(CannotMux, match=r"cannot be written as MP4: .*vp8"):
        writer.write_clip(uuid4(), RAISED_AT, replace(segment, format=replace(segment.format, codec="vp8")))


def test_no_unfinished_file_is_left(writer: EvidenceWriter, segment: Segment, tmp_path: Path) -> None:
    writer.write_clip(uuid4(), RAISED_AT, segment)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["clip.mp4"]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_chromium_plays_the_clip_to_its_end(writer: EvidenceWriter, segment: Segment, address: str) -> None:
    clip = writer.write_clip(uuid4(), RAISED_AT, segment)
    played = play(f"{address}/evidence/{clip.file.path}")
    assert played["duration"] == pytest.approx(clip.duration_s, abs=0.1)
    assert (played["width"], played["height"]) == (480, 848)
    assert played["ended"]


def play(url: str) -> dict[str, float]:
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page()
        page.goto(url.rsplit("/", 1)[0] + "/")
        page.set_content(f'<video src="{url}" muted></video>')
        played: dict[str, float] = page.evaluate(
            """async () => {
                const video = document.querySelector("video")
                const over = new Promise((done, failed) => {
                    video.onended = done
                    video.onerror = () => failed(video.error.message)
                })
                video.playbackRate = 4
                await video.play()
                await over
                return {
                    duration: video.duration,
                    width: video.videoWidth,
                    height: video.videoHeight,
                    ended: video.ended,
                }
            }"""
        )
        browser.close()
    return played
