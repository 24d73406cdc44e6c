"""A worker's figures: a page for Prometheus, and a line a minute for people who read logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from detectors.evidence.counters import Drop, WorkerCounters
from detectors.isolation import Stage
from detectors.worker.camera_pipeline import CameraPipeline
from ingest.connection.supervisor import StreamStatus


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkerMetrics(Collector):
    """Reads the numbers when they are asked for; counting costs nothing in between."""

    cameras: Sequence[CameraPipeline]
    counters: WorkerCounters
    waiting: Mapping[str, Callable[[], int]]  # by stage: frames that wait for it
    outbox_depth: Callable[[], int]

    def collect(self) -> Iterator[Metric]:
        yield from self._packets()
        yield from self._frames()
        yield from self._stages()
        yield from self._streams()
        yield from self._candidates()

    def line(self) -> str:
        """One JSON object: everything since the start of the process."""
        cameras = {camera.camera.camera_id: _camera_figures(camera) for camera in self.cameras}
        return json.dumps(
            {"worker": asdict(self.counters), "outbox": self.outbox_depth(), "cameras": cameras},
            ensure_ascii=False,
        )

    def _packets(self) -> Iterable[Metric]:
        packets = CounterMetricFamily("mastwatch_packets", "Packets received", labels=["camera"])
        received = CounterMetricFamily("mastwatch_received_bytes", "Bytes received", labels=["camera"])
        for camera in self.cameras:
            counts = camera.source.packet_counts
            packets.add_metric([camera.camera.camera_id], counts.n_packets)
            received.add_metric([camera.camera.camera_id], counts.n_bytes)
        return packets, received

    def _frames(self) -> Iterable[Metric]:
        decoded = CounterMetricFamily("mastwatch_frames_decoded", "Frames decoded", labels=["camera"])
        inferred = CounterMetricFamily(
            "mastwatch_frames_inferred", "Frames through the model", labels=["camera"]
        )
        analysed = CounterMetricFamily(
            "mastwatch_frames_analysed", "Frames through the rules", labels=["camera"]
        )
        dropped = CounterMetricFamily(
            "mastwatch_frames_dropped", "Frames and packets left out", labels=["camera", "reason"]
        )
        for camera in self.cameras:
            camera_id = camera.camera.camera_id
            decoded.add_metric([camera_id], camera.source.frame_counts.n_decoded)
            inferred.add_metric([camera_id], camera.counters.n_inferred)
            analysed.add_metric([camera_id], camera.counters.n_analysed)
            for reason, n_dropped in _drops(camera).items():
                dropped.add_metric([camera_id, reason], n_dropped)
        return decoded, inferred, analysed, dropped

    def _stages(self) -> Iterable[Metric]:
        seconds = CounterMetricFamily(
            "mastwatch_stage_seconds", "Time that a camera's frames took", labels=["camera", "stage"]
        )
        failures = CounterMetricFamily(
            "mastwatch_camera_failures", "Failures that restarted a camera", labels=["camera", "stage"]
        )
        restarting = GaugeMetricFamily(
            "mastwatch_camera_restarting", "1 while a camera waits for its next start", labels=["camera"]
        )
        for camera in self.cameras:
            camera_id, counters = camera.camera.camera_id, camera.counters
            seconds.add_metric([camera_id, "detection"], counters.inference_s)
            seconds.add_metric([camera_id, "analysis"], counters.analysis_s)
            restarting.add_metric([camera_id], float(camera.is_restarting))
            for stage in Stage:
                failures.add_metric([camera_id, stage], counters.n_failures[stage])
        waiting = GaugeMetricFamily(
            "mastwatch_stage_waiting", "Frames that wait for a stage", labels=["stage"]
        )
        for name, n_waiting in self.waiting.items():
            waiting.add_metric([name], n_waiting())
        return seconds, failures, restarting, waiting

    def _streams(self) -> Iterable[Metric]:
        state = GaugeMetricFamily(
            "mastwatch_stream_state", "1 for the state that a camera is in", labels=["camera", "state"]
        )
        failures = CounterMetricFamily(
            "mastwatch_stream_failures", "Connections that failed or broke", labels=["camera"]
        )
        held = GaugeMetricFamily("mastwatch_ring_bytes", "Stream stored for clips", labels=["camera"])
        for camera in self.cameras:
            camera_id, now = camera.camera.camera_id, camera.supervisor.state
            for status in StreamStatus:
                state.add_metric([camera_id, status], float(status is now.status))
            failures.add_metric([camera_id], now.n_failures)
            held.add_metric([camera_id], camera.ring.n_bytes)
        return state, failures, held

    def _candidates(self) -> Iterable[Metric]:
        events = CounterMetricFamily("mastwatch_alarms", "Events raised", labels=["camera", "family", "kind"])
        for camera in self.cameras:
            for (family, kind), n_events in camera.counters.n_events.copy().items():
                events.add_metric([camera.camera.camera_id, family, kind], n_events)
        yield events
        totals = {
            "mastwatch_alarms_lost": ("Events that could not be stored", self.counters.n_lost),
            "mastwatch_candidates_held": ("Candidates stored", self.counters.n_held),
            "mastwatch_candidates_without_clip": (
                "Candidates sent without a clip",
                self.counters.n_without_clip,
            ),
            "mastwatch_candidates_sent": ("Candidates that the log acknowledged", self.counters.n_sent),
            "mastwatch_write_failures": (
                "Times the disk refused a candidate",
                self.counters.n_write_failures,
            ),
        }
        for name, (description, total) in totals.items():
            yield CounterMetricFamily(name, description, value=total)
        yield GaugeMetricFamily(
            "mastwatch_outbox_depth", "Candidates that no log has acknowledged", value=self.outbox_depth()
        )


def _drops(camera: CameraPipeline) -> dict[str, int]:
    packets, frames = camera.source.packet_counts, camera.source.frame_counts
    return {
        "not_due": frames.n_thinned,
        "undecodable": frames.n_undecodable,
        "repeated": packets.n_repeated,
        "not_for_clips": camera.ring.n_dropped,
        **{reason.value: camera.counters.n_dropped[reason] for reason in Drop},
    }


def _camera_figures(camera: CameraPipeline) -> dict[str, object]:
    state = camera.supervisor.state
    return {
        "state": state.status,
        "reason": str(state.reason) if state.reason else None,
        "failures": state.n_failures + camera.counters.n_failures.total(),
        "packets": camera.source.packet_counts.n_packets,
        "decoded": camera.source.frame_counts.n_decoded,
        "inferred": camera.counters.n_inferred,
        "analysed": camera.counters.n_analysed,
        "dropped": _drops(camera),
        "alarms": camera.counters.n_events.total(),
    }
