"""A running demo, watched from outside: how long until its first page, how soon a candidate is in the queue,
what is dropped and why, and what each of its processes takes."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import httpx
import psutil
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.folders import add_folders
from benchmarks.machine import machine
from mastwatch.stack.process import free_port

FIRST_PAGE_WITHIN_S = 300
SAMPLE_EVERY_S = 2.0
# What a process is called here: by the first of these words that is in its command line.
NAMES = {
    "postgres": "database",
    "tansu": "broker",
    "rtsp": "cameras",
    **{name: name for name in ("worker", "consume", "sweep", "serve", "demo")},
}
LATENCIES = (
    "SELECT extract(epoch FROM queued_at - (event->>'seen_at')::timestamptz)::float8 FROM candidate"
    " WHERE queued_at > now() - make_interval(secs => %s)"
)
FRAME_COUNTERS = ("mastwatch_frames_decoded", "mastwatch_frames_inferred", "mastwatch_frames_dropped")


@dataclass(slots=True)
class Taken:
    """By the processes of one name together."""

    cpu_s: dict[int, float] = field(default_factory=dict)  # by process id
    first_cpu_s: dict[int, float] = field(default_factory=dict)
    memory_peak_mb: float = 0.0  # proportional set size: shared pages are counted once

    def sample(self, processes: list[psutil.Process]) -> None:
        memory_mb = 0.0
        for process in processes:
            try:
                times, memory = process.cpu_times(), process.memory_full_info()
            except psutil.NoSuchProcess:
                continue  # a connection of the database that has ended
            self.cpu_s[process.pid] = times.user + times.system
            self.first_cpu_s.setdefault(process.pid, self.cpu_s[process.pid])
            memory_mb += memory.pss / 2**20
        self.memory_peak_mb = max(self.memory_peak_mb, memory_mb)

    def used_cpu_s(self) -> float:
        return sum(self.cpu_s[pid] - first for pid, first in self.first_cpu_s.items())


@contextmanager
def demo(footage: Path, models: Path, data: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A demo in front of nothing but an empty data folder, and its address."""
    port = free_port()
    words = ["demo", "--footage", footage, "--models", models, "--data", data, "--port", port]
    argv = [sys.executable, "-m", "mastwatch", *map(str, words)]
    started = subprocess.Popen(argv, stdout=sys.stderr, stderr=sys.stderr)
    try:
        yield psutil.Process(started.pid), f"http://127.0.0.1:{port}"
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(60)


def first_page(process: psutil.Process, address: str, started_s: float) -> float:
    """Seconds from the command to a page that a person can sign in on."""
    while time.perf_counter() - started_s < FIRST_PAGE_WITHIN_S:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise RuntimeError("the demo ended before its first page")
        try:
            if httpx.get(f"{address}/sign-in", timeout=5).status_code == httpx.codes.OK:
                return time.perf_counter() - started_s
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"no page within {FIRST_PAGE_WITHIN_S} s")


def by_name(root: psutil.Process) -> dict[str, list[psutil.Process]]:
    named: dict[str, list[psutil.Process]] = defaultdict(list)
    for process in [root, *root.children(recursive=True)]:
        try:
            words = " ".join(process.cmdline())
        except psutil.NoSuchProcess:
            continue
        named[next((name for word, name in NAMES.items() if word in words), "other")].append(process)
    return named


def wait_for_worker(root: psutil.Process) -> Mapping[str, str]:
    """Its environment, from which its metrics and the database are known."""
    while root.is_running():
        for process in by_name(root).get("worker", []):
            with suppress(psutil.NoSuchProcess):  # between fork and exec it has another name
                environment = process.environ()
                if _answers(environment.get("MASTWATCH_METRICS_PORT", "")):
                    return environment
        time.sleep(0.2)
    raise RuntimeError("the demo ended before its worker ran")


def _answers(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).is_success
    except (httpx.TransportError, httpx.InvalidURL):
        return False


def frames(port: str) -> dict[str, float]:
    """Summed over the cameras; those dropped apart by reason."""
    counted: dict[str, float] = defaultdict(float)
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    for family in text_string_to_metric_families(text):
        if family.name in FRAME_COUNTERS:
            for sample in family.samples:
                reason = sample.labels.get("reason")
                name = family.name.removeprefix("mastwatch_frames_") + (f": {reason}" if reason else "")
                counted[name] += sample.value
    return counted


def watch(root: psutil.Process, seconds: float) -> dict[str, Taken]:
    taken: dict[str, Taken] = defaultdict(Taken)
    end_s = time.perf_counter() + seconds
    while time.perf_counter() < end_s:
        for name, processes in by_name(root).items():
            taken[name].sample(processes)
        time.sleep(SAMPLE_EVERY_S)
    return taken


def latency(database_url: str, seconds: float) -> dict[str, float | int | None]:
    """From the camera's frame in which the rule was satisfied to the queue; the clip is cut in between."""
    with psycopg.connect(database_url) as connection:
        took_s = [row[0] for row in connection.execute(LATENCIES, (seconds,)).fetchall()]
    if len(took_s) < 2:
        return {"n_candidates": len(took_s), "p50_s": None, "p95_s": None}
    p95_s = quantiles(took_s, n=20, method="inclusive")[-1]
    return {"n_candidates": len(took_s), "p50_s": round(median(took_s), 2), "p95_s": round(p95_s, 2)}


def measure(footage: Path, models: Path, data: Path, seconds: float) -> dict[str, object]:
    started_s = time.perf_counter()
    with demo(footage, models, data) as (root, address):
        first_page_s = first_page(root, address, started_s)
        environment = wait_for_worker(root)
        all_live_s = time.perf_counter() - started_s
        port = environment["MASTWATCH_METRICS_PORT"]
        before = frames(port)
        taken = watch(root, seconds)
        after = frames(port)
        queued = latency(environment["MASTWATCH_DATABASE_URL"], seconds)
    return {
        "first_page_s": round(first_page_s, 1),
        "worker_answers_s": round(all_live_s, 1),
        "watched_s": seconds,
        "seen_to_queued": queued,
        "frames": {name: round(after[name] - before.get(name, 0)) for name in sorted(after)},
        "processes": {
            name: {
                "cpu_cores": round(used.used_cpu_s() / seconds, 3),
                "memory_peak_mb": round(used.memory_peak_mb),
            }
            for name, used in sorted(taken.items())
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="mastwatch bench demo", description=__doc__)
    add_folders(parser)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long it is watched")
    parser.add_argument("--json", action="store_true", help="print one line")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        # PostgreSQL runs as a user of its own where we are root, and has to reach its folder.
        Path(folder).chmod(0o755)
        measured = measure(args.footage, args.models, Path(folder), args.seconds)
    print(json.dumps({**measured, **machine()}, indent=None if args.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
