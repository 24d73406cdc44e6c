"""What the demo shows depends on the clips that it is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mastwatch.config.cameras import load_cameras
from mastwatch.demo.cameras import NothingToShow, Show, clip_of, show_of

OURS = "sidewalk-bag-left"


def folder_of(tmp_path: Path, shared_dir: Path, *names: str) -> Path:
    footage = tmp_path / "footage"
    footage.mkdir()
    for name in names:
        (footage / name).symlink_to(shared_dir / "footage" / name)
    return footage


def written(show: Show, path: Path) -> Path:
    path.write_text(show.written(lambda clip: f"rtsp://127.0.0.1:8554/{clip}.mp4"), encoding="utf-8")
    return path


def test_the_shared_clips_fill_all_eight_places_with_our_own_zones(shared_dir: Path) -> None:
    show = show_of(shared_dir / "footage")
    assert len(show.cameras) == len(show.clips) == 8
    assert OURS in show.clips


def test_other_clips_take_the_places_whose_own_clip_is_not_there(tmp_path: Path, shared_dir: Path) -> None:
    show = show_of(folder_of(tmp_path, shared_dir, OURS, "campus-walkway-people"))
    assert set(show.clips) == {OURS, "campus-walkway-people"}
    lent = next(camera for camera in show.cameras if clip_of(camera) == "campus-walkway-people")
    assert [zone.zone_id for zone in lent.views[0].zones] == ["path"]


def test_what_is_written_for_the_worker_reads_back_the_same(tmp_path: Path, shared_dir: Path) -> None:
    clips = sorted(path.parent.name for path in (shared_dir / "footage").glob("*/truth.yaml"))
    ours = set(show_of(shared_dir / "footage").clips)
    footage = folder_of(tmp_path, shared_dir, *(name for name in clips if name not in ours))
    show = show_of(footage)
    read = load_cameras(written(show, tmp_path / "cameras.yaml"), {})
    assert [replace(camera, source="") for camera in read] == [
        replace(camera, source="") for camera in show.cameras
    ]


def test_a_folder_without_clips_is_said_to_hold_none(tmp_path: Path) -> None:
    with pytest.raises(NothingToShow, match="has no clips"):
        show_of(tmp_path)
