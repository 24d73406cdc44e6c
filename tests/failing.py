"""Pipelines that fail, for the tests of isolation; in a module, so that other processes find them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from datetime import datetime

from detectors.perception.detections import Detections
from detectors.perception.observations import Observations
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from detectors.rules.rule import Need, PastAlert
from detectors.view.scene import Scene
from ingest.camera import Camera, ZoneType
from ingest.frame import Frame

FAILING = "hong"  # the id of the camera whose pipeline fails


class RaisingRule:
    """Implements `Rule`: raises at every frame."""

    kinds = ()
    zone_types = frozenset(ZoneType)
    needs = frozenset({Need.STATIONARY})

    def begin(self, past: Sequence[PastAlert], scene: Scene, at: datetime) -> None:
        return None

    def alerts(self, state: None, scene: Scene) -> Sequence[PastAlert]:
        return ()

    def step(self, state: None, seen: Observations, scene: Scene) -> tuple[None, list[Event]]:
        raise ZeroDivisionError(f"the rule fails in view {scene.view_id}")


class CrashingPipeline(Pipeline):
    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().step(frame, detections)


class HangingPipeline(Pipeline):
    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        time.sleep(3600)
        return super().step(frame, detections)


def raising(camera: Camera) -> Pipeline:
    return Pipeline(camera, (RaisingRule(),)) if camera.camera_id == FAILING else Pipeline(camera)


def crashing(camera: Camera) -> Pipeline:
    return CrashingPipeline(camera) if camera.camera_id == FAILING else Pipeline(camera)


def hanging(camera: Camera) -> Pipeline:
    return HangingPipeline(camera) if camera.camera_id == FAILING else Pipeline(camera)
