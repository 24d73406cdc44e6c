"""Weights are used only when every file of them is the registered one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.registry import UnknownModel, WeightsCorrupt, WeightsMissing, names, resolve


@pytest.fixture
def models_dir(shared_dir: Path) -> Path:
    return shared_dir / "models"


@pytest.mark.parametrize("name", names())
def test_every_registered_model_is_found_and_verified(name: str, models_dir: Path) -> None:
    weights = resolve(name, models_dir)
    assert weights.path.is_file()
    assert weights.classes[2] == "car"
    assert len(weights.classes) == 80
    assert weights.licence == "AGPL-3.0-only"


def test_a_missing_file_is_named_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"yolo11n-dequant\.pt is not there; .*MASTWATCH_MODELS"):
        resolve("yolo11n", tmp_path)


def test_a_file_that_was_cut_short_is_named_with_both_hashes(tmp_path: Path, models_dir: Path) -> None:
    folder = tmp_path / "yolo11n_int8_openvino_model"
    folder.mkdir()
    shutil.copyfile(models_dir / folder.name / "yolo11n.xml", folder / "yolo11n.xml")
    whole = (models_dir / folder.name / "yolo11n.bin").read_bytes()
    (folder / "yolo11n.bin").write_bytes(whole[:-1])
    with pytest.raises(
        WeightsCorrupt, match=r"yolo11n\.bin .* expected sha256 df1ce92b.*, found [0-9a-f]{64}"
    ):
        resolve("yolo11n-int8-640x640", tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="no model is called 'yolo12'; known: yolo11n-int8-384x640"):
        resolve("yolo12", tmp_path)
