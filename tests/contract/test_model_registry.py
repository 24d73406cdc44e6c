"""Weights are used only when every file of them is the registered one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.registry import (
    BadClassTable,
    Role,
    UnknownModel,
    WeightsCorrupt,
    WeightsMissing,
    class_table,
    names,
    resolve,
    role_of,
)


@pytest.fixture
def models_dir(shared_dir: Path) -> Path:
    return shared_dir / "models"


@pytest.mark.parametrize("name", names())
def test_every_registered_model_is_found_and_verified(name: str, models_dir: Path) -> None:
    weights = resolve(name, models_dir)
    assert weights.path.is_file()
    assert weights.names[2] == "car"
    assert len(weights.names) == 80
    assert {each.name: each.role for each in weights.classes} == {
        "person": Role.PERSON,
        "bicycle": Role.BICYCLE,
        "car": Role.VEHICLE,
        "motorcycle": Role.TWO_WHEELER,
        "bus": Role.HEAVY_VEHICLE,
        "truck": Role.HEAVY_VEHICLE,
    }
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


def test_a_role_for_a_class_that_the_network_does_not_have_is_refused_with_its_name() -> None:
    with pytest.raises(BadClassTable, match=r"model nano: .*class 'tuk-tuk' has a role, but"):
        class_table("nano", ("person", "car"), {"tuk-tuk": "vehicle"})


def test_an_unknown_role_is_refused_with_the_roles_there_are() -> None:
    with pytest.raises(BadClassTable, match="class 'car': unknown role 'wheels'; roles: person, bicycle"):
        class_table("nano", ("person", "car"), {"car": "wheels"})


def test_a_class_is_known_by_its_name_and_a_name_nobody_knows_has_no_role() -> None:
    assert role_of("motorcycle") is Role.TWO_WHEELER
    assert role_of("hovercraft") is None
