"""Pipelines that fail, for the tests of isolation; in a module, so that other processes find them."""

from __future__ import annotations

import os
import signal
import time

from detectors.perception.detections import Detections
from detectors.pipeline import Pipeline
from detectors.rules.event import Event
from ingest.camera import Camera
from ingest.frame import Frame

FAILING = "hong"  # the id of the camera whose pipeline fails


class RaisingPipeline(Pipeline):
    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        super().step(frame, detections)
        raise ZeroDivisionError(f"the rule fails at frame {frame.sequence}")


class CrashingPipeline(Pipeline):
    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().step(frame, detections)


class HangingPipeline(Pipeline):
    def step(self, frame: Frame, detections: Detections) -> list[Event]:
        time.sleep(3600)
        return super().step(frame, detections)


def raising(camera: Camera) -> Pipeline:
    return RaisingPipeline(camera) if camera.camera_id == FAILING else Pipeline(camera)


def crashing(camera: Camera) -> Pipeline:
    return CrashingPipeline(camera) if camera.camera_id == FAILING else Pipeline(camera)


def hanging(camera: Camera) -> Pipeline:
    return HangingPipeline(camera) if camera.camera_id == FAILING else Pipeline(camera)
