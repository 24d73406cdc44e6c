"""`mastwatch detect` and `mastwatch eval` on real clips with real weights."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from ingest.camera import ZoneType
from mastwatch.__main__ import main
from mastwatch.config.truths import load_truth

PARKED = "underpass-parked-motorbikes"


@pytest.fixture
def models(shared_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTWATCH_MODELS", str(shared_dir / "models"))


@pytest.fixture
def one_clip(shared_dir: Path, tmp_path: Path) -> Path:
    """A folder with one short clip in it."""
    folder = tmp_path / "footage"
    folder.mkdir()
    (folder / PARKED).symlink_to(shared_dir / "footage" / PARKED)
    return folder


@pytest.fixture
def camera_file(shared_dir: Path, tmp_path: Path) -> Path:
    truth = load_truth(shared_dir / "footage" / PARKED / "truth.yaml")
    zones = [
        {
            "id": zone.zone_id,
            "name": "Mép đường",
            "type": zone.type.value,
            "polygon": [list(point) for point in zone.polygon],
            "dwell_s": 2,
        }
        for zone in truth.zones
        if zone.type is ZoneType.NO_PARKING
    ]
    camera = {
        "id": "cam-1",
        "name": "Hầm chui",
        "address": "Hầm chui",
        "source": str(shared_dir / "footage" / PARKED / "clip.mp4"),
        "location": {"lon": 108.44, "lat": 11.94},
        "zones": zones,
    }
    path = tmp_path / "cameras.yaml"
    path.write_text(json.dumps({"cameras": [camera]}), encoding="utf-8")
    return path


@pytest.mark.usefixtures("models")
def test_eval_tells_figures_by_family_and_clip_and_writes_every_alarm(
    one_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alarms = tmp_path / "alarms.jsonl"
    assert main(["eval", str(one_clip), "--alarms", str(alarms), "--json"]) == 0
    document = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert document["overall"]["encroachment"]["n_true"] == 2
    assert document["clips"][PARKED] == document["overall"]
    written = [json.loads(line) for line in alarms.read_text(encoding="utf-8").splitlines()]
    assert len(written) == document["overall"]["all"]["n_alarms"] > 0
    assert {"clip", "family", "kind", "started_at_s", "raised_at_s", "box"} <= set(written[0])


@pytest.mark.usefixtures("models")
def test_detect_prints_candidates_and_draws_a_video(
    shared_dir: Path, camera_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, film = shared_dir / "footage" / PARKED / "clip.mp4", tmp_path / "seen.mp4"
    assert main(["detect", str(clip), "--camera", str(camera_file), "--draw", str(film), "--json"]) == 0
    *lines, summary = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert summary["candidates"] == len(lines) > 0
    assert {line["kind"] for line in lines} == {"parked_in_no_parking"}
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == summary["frames"]
    assert (frames[0].width, frames[0].height) == (1280, 724)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["eval", "{tmp}"], "no folder in it holds a truth.yaml"),
        (["detect", "{tmp}/none.mp4", "--camera", "{camera}"], "none.mp4"),
        (
            ["eval", "{clips}", "--alarms", "{tmp}/none/x.jsonl"],
            "none/x.jsonl cannot be written: No such file",
        ),
        (
            ["detect", "{clip}", "--camera", "{camera}", "--draw", "{tmp}"],
            "cannot be written: Is a directory",
        ),
        (
            ["detect", "{clip}", "--camera", "{camera}", "--draw", "{clip}"],
            "is the clip itself; name another",
        ),
        (["detect", "x.mp4", "--camera", "{camera}", "--id", "cam-9"], "holds no camera 'cam-9'"),
    ],
)
@pytest.mark.usefixtures("models")
def test_what_cannot_be_read_or_written_is_named_in_one_line(
    arguments: list[str],
    said: str,
    camera_file: Path,
    one_clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = {
        "camera": camera_file,
        "clips": one_clip,
        "clip": one_clip / PARKED / "clip.mp4",
        "tmp": tmp_path,
    }
    words = [word.format(**paths) for word in arguments]
    assert main(words) == 1
    errors = capsys.readouterr().err.strip().splitlines()
    assert said in errors[-1]
