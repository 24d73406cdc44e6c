"""What a worker tells of itself: a page for Prometheus, and a line a minute for people who read logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from detectors.evidence.counters import WorkerCounters
from detectors.worker.camera_pipeline import CameraPipeline
from ingest.connection.supervisor import StreamStatus


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkerMetrics(Collector):
    """Reads the numbers when they are asked for; counting costs nothing in between."""

    watches: Sequence[CameraPipeline]
    tally: WorkerCounters
    outbox_depth: Callable[[], int]

    def collect(self) -> Iterator[Metric]:
        yield from self._frames()
        yield from self._streams()
        yield from self._candidates()

    def line(self) -> str:
        """One JSON object: everything since the start of the process."""
        cameras = {watch.camera.camera_id: _camera_figures(watch) for watch in self.watches}
        return json.dumps(
            {"worker": asdict(self.tally), "outbox": self.outbox_depth(), "cameras": cameras},
            ensure_ascii=False,
        )

    def _frames(self) -> Iterable[Metric]:
        packets = CounterMetricFamily("mastwatch_packets", "Packets received", labels=["camera"])
        received = CounterMetricFamily("mastwatch_received_bytes", "Bytes received", labels=["camera"])
        decoded = CounterMetricFamily("mastwatch_frames_decoded", "Frames decoded", labels=["camera"])
        inferred = CounterMetricFamily("mastwatch_frames_inferred", "Frames looked at", labels=["camera"])
        dropped = CounterMetricFamily(
            "mastwatch_frames_dropped", "Frames and packets left out", labels=["camera", "reason"]
        )
        for watch in self.watches:
            camera_id, counts = watch.camera.camera_id, watch.source.packet_counts
            packets.add_metric([camera_id], counts.n_packets)
            received.add_metric([camera_id], counts.n_bytes)
            decoded.add_metric([camera_id], watch.source.frame_counts.n_decoded)
            inferred.add_metric([camera_id], watch.tally.n_inferred)
            for reason, n_dropped in _drops(watch).items():
                dropped.add_metric([camera_id, reason], n_dropped)
        return packets, received, decoded, inferred, dropped

    def _streams(self) -> Iterable[Metric]:
        state = GaugeMetricFamily(
            "mastwatch_stream_state", "1 for the state that a camera is in", labels=["camera", "state"]
        )
        failures = CounterMetricFamily(
            "mastwatch_stream_failures", "Connections that failed or broke", labels=["camera"]
        )
        held = GaugeMetricFamily("mastwatch_ring_bytes", "Stream held for clips", labels=["camera"])
        for watch in self.watches:
            camera_id, now = watch.camera.camera_id, watch.supervisor.state
            for status in StreamStatus:
                state.add_metric([camera_id, status], float(status is now.status))
            failures.add_metric([camera_id], now.n_failures)
            held.add_metric([camera_id], watch.ring.n_bytes)
        return state, failures, held

    def _candidates(self) -> Iterable[Metric]:
        alarms = CounterMetricFamily("mastwatch_alarms", "Alarms raised", labels=["camera", "family", "kind"])
        for watch in self.watches:
            for (family, kind), n_alarms in watch.tally.n_alarms.copy().items():
                alarms.add_metric([watch.camera.camera_id, family, kind], n_alarms)
        yield alarms
        yield CounterMetricFamily(
            "mastwatch_alarms_lost",
            "Alarms that neither disk nor memory had room for",
            value=self.tally.n_lost,
        )
        yield CounterMetricFamily("mastwatch_candidates_held", "Candidates kept", value=self.tally.n_held)
        yield CounterMetricFamily(
            "mastwatch_candidates_without_clip",
            "Candidates sent without a clip",
            value=self.tally.n_without_clip,
        )
        yield CounterMetricFamily(
            "mastwatch_candidates_sent", "Candidates that the log acknowledged", value=self.tally.n_sent
        )
        yield CounterMetricFamily(
            "mastwatch_write_failures",
            "Times the disk refused a candidate",
            value=self.tally.n_write_failures,
        )
        yield GaugeMetricFamily(
            "mastwatch_outbox_depth", "Candidates that no log has acknowledged", value=self.outbox_depth()
        )


def _drops(watch: CameraPipeline) -> dict[str, int]:
    packets, frames = watch.source.packet_counts, watch.source.frame_counts
    return {
        "not_due": frames.n_thinned,
        "model_busy": watch.tally.n_dropped,
        "undecodable": frames.n_undecodable,
        "repeated": packets.n_repeated,
        "late": watch.pipeline.n_late,
        "not_for_clips": watch.ring.n_dropped,
    }


def _camera_figures(watch: CameraPipeline) -> dict[str, object]:
    state = watch.supervisor.state
    return {
        "state": state.status,
        "reason": str(state.reason) if state.reason else None,
        "failures": state.n_failures,
        "packets": watch.source.packet_counts.n_packets,
        "decoded": watch.source.frame_counts.n_decoded,
        "inferred": watch.tally.n_inferred,
        "dropped": _drops(watch),
        "alarms": watch.tally.n_alarms.total(),
    }
