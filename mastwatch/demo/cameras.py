"""Which cameras the demo has: eight places of Đà Lạt, in front of the clips that are there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.camera import Camera, View, Zone
from mastwatch.config.cameras import load_cameras
from mastwatch.config.truths import TRUTH_FILE, load_truth
from mastwatch.stack.cameras import clips_in
from mastwatch.stack.errors import StackError

# Clips are short and begin again: what stands for this long stands (docs/demo.md).
LENT_DWELL_S = 10.0
PLACES_FILE = Path(__file__).with_name("cameras.yaml")


class NothingToShow(StackError):
    """The demo lacks something that only its user can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    clips: Mapping[str, Path]  # by name
    cameras: tuple[Camera, ...]  # one a clip; the source is the clip's file

    def written(self, url: Callable[[str], str]) -> str:
        """The camera file of a worker. `url` tells the stream of a clip by its name."""
        cameras = [_described(camera, url(clip_of(camera))) for camera in self.cameras]
        return json.dumps({"cameras": cameras}, ensure_ascii=False, indent=2)  # JSON is YAML


def show_of(footage: Path) -> Show:
    """Our own eight clips with our own zones. A place whose clip is not there gets another one of the folder,
    with the zones of its truth.yaml.

    Raises:
        NothingToShow: the folder holds no such clip.
        ConfigError: a truth.yaml cannot be read.
    """
    there = clips_in(footage)
    places = load_cameras(PLACES_FILE, {})
    own = [place for place in places if clip_of(place) in there]
    free = [place for place in places if clip_of(place) not in there]
    taken = {clip_of(place) for place in own}
    others = (clip for name, clip in there.items() if name not in taken and _zones_of(clip))
    cameras = own + [_lent(place, clip) for place, clip in zip(free, others, strict=False)]
    if not cameras:
        raise NothingToShow(
            f"--footage {footage} has no clips: give a folder of folders, each with clip.mp4 and truth.yaml"
        )
    return Show(clips={clip_of(each): there[clip_of(each)] for each in cameras}, cameras=tuple(cameras))


def clip_of(camera: Camera) -> str:
    return Path(camera.source).stem


def _lent(place: Camera, clip: Path) -> Camera:
    """The place, in front of another clip."""
    return replace(
        place,
        source=f"{clip.parent.name}.mp4",
        views=(View(zones=tuple(replace(zone, dwell_s=LENT_DWELL_S) for zone in _zones_of(clip))),),
    )


def _zones_of(clip: Path) -> tuple[Zone, ...]:
    path = clip.with_name(TRUTH_FILE)
    return load_truth(path).zones if path.exists() else ()


def _described(camera: Camera, source: str) -> dict[str, Any]:
    location = {
        "lon": camera.lon_deg,
        "lat": camera.lat_deg,
        "bearing_deg": camera.bearing_deg,
        "view_deg": camera.view_deg,
    }
    return {
        "id": camera.camera_id,
        "name": camera.name,
        "address": camera.address,
        "source": source,
        "location": _known(location),
        "detect_fps": camera.detect_fps,
        "zones": [_described_zone(zone) for zone in camera.views[0].zones],
    }


def _described_zone(zone: Zone) -> dict[str, Any]:
    return _known(
        {
            "id": zone.zone_id,
            "name": zone.name,
            "type": str(zone.type),
            "polygon": [list(point) for point in zone.polygon],
            "direction": [list(point) for point in zone.direction] if zone.direction else None,
            "dwell_s": zone.dwell_s,
            "max_gap_s": zone.max_gap_s,
        }
    )


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
