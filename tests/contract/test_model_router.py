"""Pictures of every shape find their network, or all go to the one that was chosen."""

from __future__ import annotations

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.runtimes.errors import DetectorFailed
from detectors.runtimes.router import ModelRouter
from ingest.picture import ArrayPicture
from models.registry import UnknownModel


def street(shared_dir: Path) -> ArrayPicture:
    path = min((shared_dir / "footage/images-overbridge-vehicles/images").glob("*.jpg"))
    return ArrayPicture(np.asarray(cv2.imread(str(path)), np.uint8))


@pytest.mark.parametrize(
    ("width_px", "height_px", "name"),
    [(1920, 1080, "yolo11n-int8-384x640"), (640, 480, "yolo11n-int8-640x640")],
)
def test_a_picture_goes_to_the_weights_whose_input_it_fills_best(
    shared_dir: Path, width_px: int, height_px: int, name: str
) -> None:
    with closing(ModelRouter(shared_dir / "models")) as detector:
        assert detector.weights_for(width_px, height_px) == name


def test_shapes_may_be_mixed_and_come_back_in_their_order(shared_dir: Path) -> None:
    wide = street(shared_dir)
    square = ArrayPicture(np.ascontiguousarray(wide.bgr[:, :1080]))
    with closing(ModelRouter(shared_dir / "models")) as detector:
        together = detector.detect([square, wide, square])
        alone = [detector.detect([picture])[0] for picture in (square, wide, square)]
    assert [len(found) for found in together] == [len(found) for found in alone]
    assert len({len(found) for found in together}) == 2


def test_chosen_weights_see_pictures_of_every_shape(shared_dir: Path) -> None:
    with closing(ModelRouter(shared_dir / "models", "yolo11n-int8-640x640")) as detector:
        assert detector.weights_for(1920, 1080) == "yolo11n-int8-640x640"
        assert len(detector.detect([street(shared_dir)])[0]) > 3


def test_weights_that_nobody_knows_are_refused_at_once(shared_dir: Path) -> None:
    with pytest.raises(UnknownModel, match="yolo11x"):
        ModelRouter(shared_dir / "models", "yolo11x")


def test_weights_for_ultralytics_run_through_it(shared_dir: Path) -> None:
    with closing(ModelRouter(shared_dir / "models", "yolo11n")) as detector:
        if find_spec("torch") is None:
            with pytest.raises(DetectorFailed, match="make setup-gpu"):
                detector.detect([street(shared_dir)])
        else:
            assert len(detector.detect([street(shared_dir)])[0]) > 3
