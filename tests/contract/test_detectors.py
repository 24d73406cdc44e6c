"""Every runtime behind `Detector` gives the same answers in the same form."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.perception.detections import F32, Detections, Detector
from detectors.runtimes.errors import DetectorFailed
from detectors.runtimes.openvino import OpenVinoDetector
from detectors.runtimes.ultralytics import UltralyticsDetector
from ingest.frame import Bgr, Picture
from ingest.picture import ArrayPicture
from models.registry import VEHICLES, Weights, resolve

# Of the vehicles at least 24 px high on real street pictures, how many are found at an overlap of 0.5.
# Measured 2026-11: see docs/performance.md. A floor, so that a broken letterbox or head shows.
RECALL_MIN = 0.5
HEIGHT_MIN_PX = 24
KNOWN = {"person", "bicycle", "car", "motorcycle", "bus", "truck"}
VEHICLE_LABELS = (1, 2, 3, 4)  # bike, car, bus, truck in images.yaml


def openvino(models: Path) -> Detector:
    return OpenVinoDetector(resolve("yolo11n-int8-640x640", models))


def ultralytics(models: Path) -> Detector:
    if find_spec("ultralytics") is None:
        pytest.skip("the extra `gpu` is not installed: make setup-gpu")
    return UltralyticsDetector(resolve("yolo11n", models), device="cpu")


@pytest.fixture(scope="module", params=[openvino, ultralytics], ids=["openvino", "ultralytics"])
def detector(request: pytest.FixtureRequest, shared_dir: Path) -> Iterator[Detector]:
    make: Callable[[Path], Detector] = request.param
    opened = make(shared_dir / "models")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def street(shared_dir: Path) -> Path:
    return shared_dir / "footage" / "images-overbridge-vehicles"


def pictures(street: Path, n: int) -> list[Picture]:
    return [ArrayPicture(read(path)) for path in sorted((street / "images").glob("*.jpg"))[:n]]


def read(path: Path) -> Bgr:
    bgr = cv2.imread(str(path))
    assert bgr is not None
    return np.asarray(bgr, np.uint8)


def vehicles_px(label: Path, picture: Picture) -> F32:
    """(n, 4) the labelled vehicles that are high enough to be asked for, in pixels."""
    rows = np.loadtxt(label, ndmin=2)
    centre, size = rows[:, 1:3], rows[:, 3:5]
    xyxy = np.hstack([centre - size / 2, centre + size / 2])
    xyxy_px = (xyxy * np.array([picture.width_px, picture.height_px] * 2)).astype(np.float32)
    high = xyxy_px[:, 3] - xyxy_px[:, 1] >= HEIGHT_MIN_PX
    return xyxy_px[high & np.isin(rows[:, 0], VEHICLE_LABELS)]


def overlaps(a_px: F32, b_px: F32) -> F32:
    """(n, m) intersection over union."""
    corner = np.maximum(a_px[:, None, :2], b_px[None, :, :2])
    opposite = np.minimum(a_px[:, None, 2:], b_px[None, :, 2:])
    shared = np.prod(np.clip(opposite - corner, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a_px, b_px)]
    union: F32 = areas[0][:, None] + areas[1][None, :] - shared
    return shared / union


def test_no_pictures_no_detections(detector: Detector) -> None:
    assert detector.detect([]) == []


def test_an_empty_street_has_no_detections(detector: Detector) -> None:
    (found,) = detector.detect([ArrayPicture(np.full((720, 1280, 3), 90, np.uint8))])
    assert len(found) == 0
    assert found.xyxy_px.shape == (0, 4)


def test_boxes_lie_in_the_picture_and_are_of_known_classes(detector: Detector, street: Path) -> None:
    (picture,) = pictures(street, 1)
    (found,) = detector.detect([picture])
    x1, y1, x2, y2 = found.xyxy_px.T
    assert len(found) > 3
    assert (found.xyxy_px.dtype, found.score.dtype, found.class_index.dtype) == (
        np.float32,
        np.float32,
        np.int32,
    )
    assert ((x1 >= 0) & (x1 < x2) & (x2 <= picture.width_px)).all()
    assert ((y1 >= 0) & (y1 < y2) & (y2 <= picture.height_px)).all()
    assert ((found.score > 0) & (found.score <= 1)).all()
    assert {found.classes[index].name for index in found.class_index.tolist()} <= KNOWN


def test_a_batch_comes_back_in_its_order_whatever_sizes_are_in_it(detector: Detector, street: Path) -> None:
    first, second, third = pictures(street, 3)
    batch = [first, ArrayPicture(second.bgr[:, :1000]), third, ArrayPicture(first.bgr[:500])] * 5
    together = detector.detect(batch)
    alone = [detector.detect([picture])[0] for picture in batch[:4]]
    assert len(together) == 20
    for found, wanted in zip(together, alone * 5, strict=True):
        assert same(found, wanted)


def same(a: Detections, b: Detections) -> bool:
    """Equal but for the last digits, which depend on how an engine splits a batch."""
    return len(a) == len(b) and bool(np.allclose(a.xyxy_px, b.xyxy_px, atol=0.5))


def test_it_finds_the_vehicles_of_a_real_street(detector: Detector, street: Path) -> None:
    n_true = n_found = 0
    for image in sorted((street / "images").glob("*.jpg")):
        picture = ArrayPicture(read(image))
        true_px = vehicles_px(street / "labels" / f"{image.stem}.txt", picture)
        (found,) = detector.detect([picture])
        seen = found.where((found.score >= 0.25) & found.in_roles(VEHICLES))
        n_true += len(true_px)
        n_found += int((overlaps(true_px, seen.xyxy_px).max(axis=1, initial=0) >= 0.5).sum())
    assert n_true > 100
    assert n_found / n_true >= RECALL_MIN


def test_both_runtimes_see_the_same_street(shared_dir: Path, street: Path) -> None:
    one, other = openvino(shared_dir / "models"), ultralytics(shared_dir / "models")
    batch = pictures(street, 8)
    agreed: list[bool] = []
    for a, b in zip(one.detect(batch), other.detect(batch), strict=True):
        sure = a.where(a.score >= 0.4)
        agreed += (overlaps(sure.xyxy_px, b.xyxy_px).max(axis=1, initial=0) >= 0.7).tolist()
    assert len(agreed) > 20
    assert np.mean(agreed) >= 0.9


def weights_at(shared_dir: Path, path: Path) -> Weights:
    return replace(resolve("yolo11n-int8-640x640", shared_dir / "models"), path=path)


def test_a_network_with_other_classes_than_its_table_is_refused_naming_the_class(shared_dir: Path) -> None:
    weights = resolve("yolo11n-int8-640x640", shared_dir / "models")
    other = replace(weights, names=("pedestrian", *weights.names[1:]))
    with pytest.raises(DetectorFailed, match=r"yolo11n-int8-640x640: class 0 is 'person' .* 'pedestrian'"):
        OpenVinoDetector(other)


def test_a_network_with_more_classes_than_its_table_is_refused(shared_dir: Path) -> None:
    weights = resolve("yolo11n-int8-384x640", shared_dir / "models")
    with pytest.raises(DetectorFailed, match=r"has 80 classes, its class table in models/registry\.toml 79"):
        OpenVinoDetector(replace(weights, names=weights.names[:79]))


@pytest.mark.parametrize("name", ["absent.xml", "garbage.xml"])
def test_openvino_names_a_file_that_it_cannot_run(shared_dir: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "garbage.xml").write_bytes(b"\x00" * 400)
    with pytest.raises(DetectorFailed, match=name):
        OpenVinoDetector(weights_at(shared_dir, tmp_path / name))


@pytest.mark.parametrize("name", ["absent.pt", "garbage.pt", "garbage.xml"])
def test_ultralytics_names_a_file_that_it_cannot_run(shared_dir: Path, tmp_path: Path, name: str) -> None:
    if find_spec("ultralytics") is None:
        pytest.skip("the extra `gpu` is not installed: make setup-gpu")
    for garbage in ("garbage.pt", "garbage.xml"):
        (tmp_path / garbage).write_bytes(b"\x00" * 400)
    with pytest.raises(DetectorFailed, match=name):
        UltralyticsDetector(weights_at(shared_dir, tmp_path / name))


COUNT_WHAT_CHANGES = """
import os, sys, warnings
from pathlib import Path
import cv2, numpy, torch
from PIL import Image
from detectors.runtimes.ultralytics import UltralyticsDetector
from models.registry import resolve

def shared():
    options = [numpy.get_printoptions(), list(warnings.filters), cv2.getNumThreads()]
    return [Image.open, torch.save, dict(os.environ), *options]

weights = resolve("yolo11n", Path(sys.argv[1]))
# NumExpr's is there and overwritten, most others are new.
os.environ["NUMEXPR_MAX_THREADS"] = "3"
cv2.setNumThreads(3)
before = shared()
UltralyticsDetector(weights, device="cpu")
assert "ultralytics" in sys.modules
print([(was, now) for was, now in zip(before, shared(), strict=True) if was != now])
"""


def test_ultralytics_leaves_the_process_as_it_found_it(shared_dir: Path) -> None:
    if find_spec("ultralytics") is None:
        pytest.skip("the extra `gpu` is not installed: make setup-gpu")
    # In a process of its own: what is imported once changes nothing when it is imported again.
    done = subprocess.run(
        [sys.executable, "-c", COUNT_WHAT_CHANGES, str(shared_dir / "models")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.skipif(find_spec("torch") is not None, reason="the extra `gpu` is installed here")
def test_without_the_extra_the_error_says_how_to_install_it(shared_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(DetectorFailed, match="make setup-gpu"):
        UltralyticsDetector(weights_at(shared_dir, tmp_path / "yolo11n.pt"))
