"""`mastwatch detect`: one file or stream -> candidates as JSON lines, and a video of what was seen."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from detectors.drawing.annotator import Annotator
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from detectors.runtimes.batches import detect_in_batches
from detectors.runtimes.router import ModelRouter
from ingest.camera import STREAM_SCHEMES, Camera
from ingest.connection.ring import PacketRing
from ingest.decoders.policy import DecodePolicy
from ingest.files import FileSource
from ingest.frame import Frame, FrameSource
from ingest.recording import Recording
from ingest.stream import RtspSource
from mastwatch.commands import Subparsers
from mastwatch.config.cameras import load_cameras
from mastwatch.settings import SettingsError, load, need, writable

N_FILE_BATCH = 8  # a file is there already; a live frame does not wait for the next one
RING_S = 1.0


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("detect", help="show what one file or stream holds")
    parser.add_argument("source", metavar="SOURCE", help="a video file, or rtsp://…")
    parser.add_argument("--camera", type=Path, required=True, metavar="FILE", help="cameras with their zones")
    parser.add_argument("--id", metavar="ID", help="which camera of the file, where it holds several")
    parser.add_argument("--draw", type=Path, metavar="OUT.mp4", help="write a video of what was seen")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of weights (MASTWATCH_MODELS)")
    parser.add_argument("--json", action="store_true", help="print a summary as one JSON object at the end")


def run(args: argparse.Namespace) -> int:
    models_dir = args.models or need("models_dir", load().models_dir)
    camera = _camera(args.camera, args.id)
    pipeline, n_frames, n_events = Pipeline(camera), 0, 0
    with ExitStack() as stack:
        detector = stack.enter_context(closing(ModelRouter(models_dir)))
        source = stack.enter_context(closing(_source(args.source, camera)))
        film = stack.enter_context(closing(_Film(_draw_path(args.draw, args.source), camera)))
        n_batch = 1 if args.source.startswith(STREAM_SCHEMES) else N_FILE_BATCH
        for frame, detections in detect_in_batches(source.frames(), detector, n_batch=n_batch):
            events = pipeline.step(frame, detections)
            film.add(frame, pipeline, events)
            for event in events:
                print(json.dumps(_line(event), ensure_ascii=False), flush=True)
            n_frames, n_events = n_frames + 1, n_events + len(events)
    if args.json:
        print(json.dumps({"source": args.source, "frames": n_frames, "candidates": n_events}))
    return 0


def _camera(path: Path, camera_id: str | None) -> Camera:
    cameras = {camera.camera_id: camera for camera in load_cameras(path, os.environ)}
    if camera_id is None and len(cameras) == 1:
        return next(iter(cameras.values()))
    if camera_id not in cameras:
        problem = "holds several cameras" if camera_id is None else f"holds no camera {camera_id!r}"
        raise SettingsError(f"{path}: {problem}; choose one with --id: {', '.join(cameras)}")
    return cameras[camera_id]


def _source(source: str, camera: Camera) -> FrameSource:
    policy = DecodePolicy(camera.detect_fps)
    if source.startswith(STREAM_SCHEMES):
        return RtspSource(camera.camera_id, source, PacketRing(RING_S), policy)
    return FileSource(camera.camera_id, Path(source), policy, datetime.now(UTC))


def _draw_path(path: Path | None, source: str) -> Path | None:
    if path is None:
        return None
    if path.exists() and Path(source).exists() and path.samefile(source):
        raise SettingsError(f"--draw {path} is the clip itself; name another file")
    return writable("--draw", path)


class _Film:
    """The video that `--draw` asks for; does nothing where it was not asked for."""

    def __init__(self, path: Path | None, camera: Camera) -> None:
        self._path = path
        self._annotator = Annotator(camera)
        self._recording: Recording | None = None
        self._began_at: datetime | None = None

    def add(self, frame: Frame, pipeline: Pipeline, events: Sequence[Event]) -> None:
        if self._path is None:
            return
        picture = self._annotator.draw(frame, pipeline, events)
        if self._recording is None or self._began_at is None:
            self._began_at = frame.captured_at
            self._recording = Recording(self._path, picture.shape[1], picture.shape[0])
        self._recording.add(picture, (frame.captured_at - self._began_at).total_seconds())

    def close(self) -> None:
        if self._recording is not None:
            self._recording.close()


def _line(event: Event) -> dict[str, object]:
    return {
        "camera_id": event.camera_id,
        "family": event.family,
        "kind": event.kind,
        "zone_id": event.zone_id,
        "object_class": event.object_class,
        "entered_at": event.entered_at.isoformat(),
        "raised_at": event.raised_at.isoformat(),
        "dwell_s": round(event.dwell_s, 3),
        "limit_s": event.limit_s,
        "score": round(event.score, 3),
        "box_px": [round(value, 1) for value in event.xyxy_px],
    }
