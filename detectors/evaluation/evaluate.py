"""The whole way from pictures to events over clips whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from detectors.evaluation.matching import Judged, RaisedInClip, match
from detectors.evaluation.truth import Truth
from detectors.perception.detections import Detector
from detectors.perception.geometry import iou
from detectors.perception.track_history import TrackHistories
from detectors.perception.tracks import Xyxy
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from detectors.runtimes.batches import detect_in_batches
from ingest.camera import Camera, View
from ingest.decoders.policy import DecodePolicy
from ingest.files import FileSource
from ingest.frame import Frame

DETECT_FPS = 10.0
# Clips are short: a city's two minutes would fit in none of them.
DWELL_MOST_S = 10.0
DWELL_SHARE = 1 / 3
N_BATCH = 8
SAME_BOX = 0.9  # sway between the event and the track it came from
STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)  # a clip has no date; times count from its start


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClipResult:
    truth: Truth
    judged: tuple[Judged, ...]


def evaluate(truths: list[Truth], detector: Detector) -> Iterator[ClipResult]:
    """Clip after clip, as each is done."""
    for truth in truths:
        raised = run_clip(truth, detector)
        yield ClipResult(truth=truth, judged=tuple(match(truth, raised)))


def camera_of(truth: Truth) -> Camera:
    """The clip as a camera: its zones, a dwell that fits its length, nothing of its events."""
    dwell_s = min(DWELL_MOST_S, truth.duration_s * DWELL_SHARE)
    return Camera(
        camera_id=truth.name,
        name=truth.name,
        address="",
        source=str(truth.path),
        lon_deg=0.0,
        lat_deg=0.0,
        detect_fps=min(DETECT_FPS, truth.fps),
        views=(View(zones=tuple(replace(zone, dwell_s=dwell_s) for zone in truth.zones)),),
    )


def run_clip(truth: Truth, detector: Detector) -> list[RaisedInClip]:
    """Raises StreamError where the clip cannot be read."""
    camera = camera_of(truth)
    policy = DecodePolicy(camera.detect_fps)
    with closing(FileSource(camera.camera_id, truth.path, policy, STARTED_AT)) as source:
        return raised_in(camera, source.frames(), detector)


def raised_in(camera: Camera, frames: Iterable[Frame], detector: Detector) -> list[RaisedInClip]:
    """Every event over these frames, the first of which was taken at STARTED_AT or later."""
    pipeline = Pipeline(camera)
    followed: list[_Followed] = []
    for frame, detections in detect_in_batches(frames, detector, n_batch=N_BATCH):
        events = pipeline.step(frame, detections)
        for one in followed:
            one.follow(pipeline.tracks)
        followed += [_Followed(event, pipeline.tracks) for event in events]
    return [one.in_clip() for one in followed]


class _Followed:
    """An event and where its thing goes afterwards: the truth may give its box at a later moment."""

    def __init__(self, event: Event, tracks: TrackHistories) -> None:
        self._event = event
        # What stood is known by its place: a track on it may go on with the next car.
        has_moved = event.path[0].xyxy_px != event.path[-1].xyxy_px
        self._track_ids = {
            track_id
            for track_id, track in tracks.items()
            if has_moved and iou(track.now.xyxy_px, event.xyxy_px) > SAME_BOX
        }
        self._later: list[Xyxy] = []

    def follow(self, tracks: TrackHistories) -> None:
        self._later += [tracks[track_id].now.xyxy_px for track_id in self._track_ids if track_id in tracks]

    def in_clip(self) -> RaisedInClip:
        event = self._event
        return RaisedInClip(
            clip=event.camera_id,
            family=event.family,
            kind=event.kind,
            started_at_s=(event.entered_at - STARTED_AT).total_seconds(),
            raised_at_s=(event.raised_at - STARTED_AT).total_seconds(),
            limit_s=event.limit_s,
            box=event.xyxy_px,
            track=(*(point.xyxy_px for point in event.path), *self._later),
        )
