"""What the benchmarks compute from what they measured."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.clips import HEIGHT_PX, N_FRAMES, WIDTH_PX, make
from benchmarks.cost import Cost, Meter
from benchmarks.detect import figures, overhead, ratio
from ingest.decoders.policy import EVERY_FRAME
from ingest.files import FileSource
from tests.events import SEEN_AT


def cost(fps: float) -> Cost:
    return Cost(n_frames=100, n_tracked=7, wall_s=100 / fps, cpu_s=2.0, rss_peak_mb=300.0)


def test_a_cost_comes_back_from_the_process_that_measured_it() -> None:
    assert Cost.from_json(cost(50).to_json()) == cost(50)


def test_a_ratio_compares_neighbours_in_time_so_that_a_slow_minute_does_not_count() -> None:
    assert ratio([cost(120), cost(60), cost(100)], [cost(60), cost(30), cost(20)]) == 2


def test_the_overhead_is_what_the_whole_takes_more_than_a_part() -> None:
    whole, part = replace(cost(50), cpu_s=2.3), cost(50)
    assert overhead([whole], [part]) == pytest.approx(0.15)


def test_a_meter_counts_the_processes_that_do_part_of_the_work() -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", busy], stdin=-1, stdout=-1) as child:
        meter = Meter(lambda: [child.pid])
        alone = Meter()
        assert child.stdout is not None
        child.stdout.readline()
        assert meter.cost(1, 0).cpu_s - alone.cost(1, 0).cpu_s >= 0.3
        child.kill()


def test_figures_are_medians_with_the_spread_beside_them() -> None:
    measured = figures([cost(50), cost(10), cost(20)])
    assert (measured["fps"], measured["fps_lowest_highest"]) == (20, [10, 50])
    assert measured["cpu_ms_per_frame"] == 20


def test_a_clip_for_measuring_is_1080p_h264_that_our_own_source_reads(
    shared_dir: Path, tmp_path: Path
) -> None:
    (path,) = make(shared_dir / "footage", tmp_path, 1)
    source = FileSource("bench", path, EVERY_FRAME, SEEN_AT)
    pictures = [frame.picture for frame in source.frames()]
    source.close()
    assert len(pictures) == N_FRAMES
    assert {(picture.width_px, picture.height_px) for picture in pictures} == {(WIDTH_PX, HEIGHT_PX)}


@pytest.mark.parametrize("name", ["detect", "pictures", "robust", "bus", "demo"])
def test_every_benchmark_says_what_it_takes(name: str) -> None:
    words = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert f"mastwatch bench {name}" in said.stdout
