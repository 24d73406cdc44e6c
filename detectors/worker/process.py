"""The process that watches: cameras -> model -> rules -> evidence -> outbox -> bus."""

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
from detectors.evidence.store import EvidenceStore
from detectors.runtimes.router import ModelRouter
from detectors.worker.camera_pipeline import CameraPipeline
from detectors.worker.frame_queue import FrameQueue
from detectors.worker.housekeeping import Housekeeping
from detectors.worker.metrics import WorkerMetrics
from incidents.bus.delivery import Delivery
from incidents.bus.kafka import CandidateSender, Cluster
from incidents.bus.outbox import Outbox
from incidents.contract.events import CandidateRaised
from ingest.camera import Camera

log = logging.getLogger(__name__)

BATCH = 8
TAKE_S = 0.5
# How far back a restarted worker looks for what it raised and may still stand.
REMEMBERED = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    cameras: tuple[Camera, ...]
    models_dir: Path
    weights: str | None = None  # a name in models/registry.toml; None: those that fit each picture
    data_dir: Path  # holds `evidence/` and the outbox
    cluster: Cluster
    evidence_before_s: float = 10.0
    evidence_after_s: float = 10.0
    evidence_keep_days: int = 90
    metrics_port: int | None = None  # None: no metrics page


class NotAStream(Exception):
    def __init__(self, camera: Camera) -> None:
        super().__init__(
            f"camera {camera.camera_id}: a worker watches live streams, and {camera.source} is a file; "
            "give an rtsp:// address, or look at the file with `mastwatch detect`"
        )


def run(settings: WorkerSettings, stop: threading.Event) -> None:
    """Watch until `stop` is set, or until a part of the worker fails.

    Raises:
        NotAStream: a camera's source is a file.
        WeightsError: weights are missing or not the registered ones.
        OutboxError: the outbox cannot be opened.
        DetectorFailed: the engine stopped answering.
        OSError: the metrics port is in use.
    """
    for camera in settings.cameras:
        if not camera.is_stream:
            raise NotAStream(camera)
    with (
        closing(ModelRouter(settings.models_dir, settings.weights)) as detector,
        closing(Outbox(settings.data_dir / "outbox.sqlite")) as outbox,
        closing(CandidateSender(settings.cluster)) as sender,
    ):
        worker = Worker(settings, detector, outbox, sender, stop)
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
    """The parts of one worker, wired."""

    def __init__(
        self,
        settings: WorkerSettings,
        detector: ModelRouter,
        outbox: Outbox,
        sender: CandidateSender,
        stop: threading.Event,
    ) -> None:
        self._detector = detector
        self._outbox = outbox
        self._stop = stop
        self._all_raised = threading.Event()  # the last frame has been looked at
        self._failure: BaseException | None = None
        self._tally = WorkerCounters()
        self._delivery = Delivery(outbox, sender)
        # The clip's beginning must still be held when the last of the waiting is over.
        ring_s = settings.evidence_before_s + settings.evidence_after_s + 2 * GRACE_S
        self._watches = {
            camera.camera_id: CameraPipeline(
                camera, ring_s, stop, detector.weights_for, partial(self._raised_lately, camera.camera_id)
            )
            for camera in settings.cameras
        }
        self._frames = FrameQueue(self._count_dropped)
        store = EvidenceStore(settings.data_dir / "evidence")
        self._keeper = EvidenceRecorder(
            store,
            outbox,
            self._tally,
            before_s=settings.evidence_before_s,
            after_s=settings.evidence_after_s,
        )
        self.metrics = WorkerMetrics(
            watches=tuple(self._watches.values()), tally=self._tally, outbox_depth=outbox.depth
        )
        self._housekeeping = Housekeeping(
            store, outbox, keep_days=settings.evidence_keep_days, line=self.metrics.line
        )

    def run(self) -> None:
        """Until `stop`. Raises what made a part fail."""
        if n_released := self._outbox.release_held():
            log.warning("%d candidates of a worker that died go out without a clip", n_released)
        threads = {name: self._start(name, part) for name, part in self._parts().items()}
        threads["model"].join()  # until `stop`
        self._all_raised.set()
        for watch in self._watches.values():
            watch.source.close()
        for thread in threads.values():
            thread.join()
        if self._failure is not None:
            raise self._failure

    def _parts(self) -> Mapping[str, Callable[[], None]]:
        """What runs, each in its own thread."""
        parts: dict[str, Callable[[], None]] = {
            f"camera {camera_id}": self._reading(watch) for camera_id, watch in self._watches.items()
        }
        return parts | {
            "model": self._look,
            # Longer than the others: what the last frames raise is kept too.
            "evidence": lambda: self._keeper.run(self._all_raised),
            "delivery": lambda: self._delivery.run(self._stop, self._count_sent),
            "housekeeping": lambda: self._housekeeping.run(self._stop),
        }

    def _start(self, name: str, part: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                part()
            except BaseException as error:  # whatever it is: it ends the worker, and `run` raises it
                log.exception("%s failed", name)
                self._failure = self._failure or error
                self._stop.set()

        thread = threading.Thread(target=guarded, name=name)
        thread.start()
        return thread

    def _reading(self, watch: CameraPipeline) -> Callable[[], None]:
        return lambda: watch.read(self._frames.put)

    def _look(self) -> None:
        """Frames of all cameras through the model, then each through its camera's rules."""
        while not self._stop.is_set():
            frames = self._frames.take(BATCH, TAKE_S)
            found = self._detector.detect([frame.picture for frame in frames])
            for frame, detections in zip(frames, found, strict=True):
                for raised in self._watches[frame.camera_id].look(frame, detections):
                    self._keeper.add(raised)

    def _raised_lately(self, camera_id: str) -> list[CandidateRaised]:
        return self._outbox.recent(camera_id, datetime.now(UTC) - REMEMBERED)

    def _count_dropped(self, camera_id: str) -> None:
        self._watches[camera_id].tally.n_dropped += 1

    def _count_sent(self, n_sent: int) -> None:
        self._tally.n_sent += n_sent
