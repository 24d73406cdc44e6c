"""The worker process: cameras -> detection -> analysis -> evidence -> outbox -> bus."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server

from detectors.evidence.counters import WorkerCounters
from detectors.evidence.recorder import GRACE_S, EvidenceRecorder
from detectors.evidence.writer import EvidenceWriter
from detectors.perception.detections import Detector
from detectors.pipeline import Pipeline
from detectors.runtimes.router import ModelRouter
from detectors.view.matcher import matcher_for
from detectors.worker.analysis import NewPipeline
from detectors.worker.analysis_stage import AnalysisStage, usual_processes
from detectors.worker.camera_pipeline import CameraPipeline
from detectors.worker.detect_stage import DetectStage
from detectors.worker.housekeeping import Housekeeping
from detectors.worker.metrics import WorkerMetrics
from incidents.bus.delivery import Delivery
from incidents.bus.outbox import Outbox
from incidents.bus.sender import EventSender
from incidents.bus.topics import Cluster
from incidents.contract.events import CandidateRaised
from incidents.evidence.opening import StoreSettings, open_store
from ingest.camera import Camera

log = logging.getLogger(__name__)

# How far back a camera that begins anew looks for what it raised and may still be there.
REMEMBERED = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    cameras: tuple[Camera, ...]
    models_dir: Path
    weights: str | None = None  # a name in models/registry.toml; None: those that fit each picture
    data_dir: Path  # holds the outbox
    evidence: StoreSettings
    cluster: Cluster
    evidence_before_s: float = 10.0
    evidence_after_s: float = 10.0
    outbox_keep_days: int = 90
    metrics_port: int | None = None  # None: no metrics page
    analysis_processes: int | None = None  # 0: in the worker itself; None: by the number of processors


class NotAStream(Exception):
    def __init__(self, camera: Camera) -> None:
        super().__init__(
            f"camera {camera.camera_id}: {camera.source} is a file, and a worker runs on live streams: "
            "set an rtsp:// address, or run `mastwatch detect` on the file"
        )


def run(settings: WorkerSettings, stop: threading.Event) -> None:
    """Watch until `stop` is set, or until a part that serves all cameras fails.

    Raises:
        NotAStream: a camera's source is a file.
        SeveralViews: a camera has more views than can be told apart.
        WeightsError: weights are missing or not the registered ones.
        OutboxError: the outbox cannot be opened.
        DetectorFailed: the engine stopped answering.
        OSError: the metrics port is in use.
    """
    for camera in settings.cameras:
        if not camera.is_stream:
            raise NotAStream(camera)
        matcher_for(camera)
    with (
        closing(ModelRouter(settings.models_dir, settings.weights)) as detector,
        closing(Outbox(settings.data_dir / "outbox.sqlite")) as outbox,
        closing(EventSender(settings.cluster)) as sender,
    ):
        worker = Worker(settings, detector, outbox, sender, stop, weights_for=detector.weights_for)
        with _metrics_page(worker.metrics, settings.metrics_port):
            worker.run()


@contextmanager
def _metrics_page(metrics: WorkerMetrics, port: int | None) -> Iterator[None]:
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(metrics)
    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Worker:
    """The parts of one worker, wired.

    Args:
        new_pipeline: makes a camera's pipeline, in whichever process it runs.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        detector: Detector,
        outbox: Outbox,
        sender: EventSender,
        stop: threading.Event,
        *,
        weights_for: Callable[[int, int], str],
        new_pipeline: NewPipeline = Pipeline,
    ) -> None:
        self._outbox = outbox
        self._stop = stop
        self._all_raised = threading.Event()  # the last frame has been analysed
        self._failure: BaseException | None = None
        self._counters = WorkerCounters()
        self._delivery = Delivery(outbox, sender)
        self._recorder = EvidenceRecorder(
            EvidenceWriter(open_store(settings.evidence)),
            outbox,
            self._counters,
            before_s=settings.evidence_before_s,
            after_s=settings.evidence_after_s,
        )
        self._cameras = {
            camera.camera_id: self._camera(camera, settings, weights_for) for camera in settings.cameras
        }
        self._analysis = AnalysisStage(
            tuple(self._cameras.values()),
            self._recorder.add,
            n_processes=_n_processes(settings.analysis_processes),
            new_pipeline=new_pipeline,
        )
        self._detection = DetectStage(self._cameras, detector, self._analysis.put)
        self.metrics = WorkerMetrics(
            cameras=tuple(self._cameras.values()),
            counters=self._counters,
            waiting={
                "detection": lambda: len(self._detection.frames),
                "analysis": lambda: self._analysis.n_waiting,
            },
            outbox_depth=outbox.depth,
        )
        self._housekeeping = Housekeeping(outbox, keep_days=settings.outbox_keep_days, line=self.metrics.line)

    def run(self) -> None:
        """Until `stop`. Raises what made a part fail."""
        if n_released := self._outbox.release_held():
            log.warning("%d candidates of a worker that died go out without a clip", n_released)
        threads = {name: self._start(name, part) for name, part in self._parts().items()}
        self._stop.wait()
        for camera in self._cameras.values():
            camera.source.close()
        evidence = threads.pop("evidence")
        for thread in threads.values():
            thread.join()
        self._all_raised.set()
        evidence.join()
        if self._failure is not None:
            raise self._failure

    def _parts(self) -> Mapping[str, Callable[[], None]]:
        """What runs, each in its own thread."""
        parts: dict[str, Callable[[], None]] = {
            f"camera {camera_id}": partial(camera.read, self._detection.frames.put)
            for camera_id, camera in self._cameras.items()
        }
        parts |= {
            f"analysis {number}": partial(lane.run, self._stop)
            for number, lane in enumerate(self._analysis.lanes)
        }
        return parts | {
            "detection": partial(self._detection.run, self._stop),
            # Longer than the others: the events of the last frames are recorded too.
            "evidence": partial(self._recorder.run, self._all_raised),
            "delivery": partial(self._delivery.run, self._stop, self._count_sent),
            "housekeeping": partial(self._housekeeping.run, self._stop),
        }

    def _camera(
        self, camera: Camera, settings: WorkerSettings, weights_for: Callable[[int, int], str]
    ) -> CameraPipeline:
        return CameraPipeline(
            camera,
            # The clip's beginning must still be there when the wait for its end is over.
            ring_s=settings.evidence_before_s + settings.evidence_after_s + 2 * GRACE_S,
            stop=self._stop,
            weights_for=weights_for,
            raised_lately=partial(self._raised_lately, camera.camera_id),
            n_unrecorded=partial(self._recorder.n_waiting, camera.camera_id),
        )

    def _start(self, name: str, part: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                part()
            except BaseException as error:  # a part that serves all: it ends the worker, and `run` raises it
                log.exception("%s failed", name)
                self._failure = self._failure or error
                self._stop.set()

        thread = threading.Thread(target=guarded, name=name)
        thread.start()
        return thread

    def _raised_lately(self, camera_id: str) -> list[CandidateRaised]:
        return self._outbox.recent(camera_id, datetime.now(UTC) - REMEMBERED, CandidateRaised)

    def _count_sent(self, n_sent: int) -> None:
        self._counters.n_sent += n_sent


def _n_processes(chosen: int | None) -> int:
    return usual_processes() if chosen is None else chosen
