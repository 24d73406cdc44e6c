from __future__ import annotations

from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from incidents.errors import InvalidInput
from incidents.evidence.folder import FolderStore
from incidents.evidence.photos import EDGE_MAX_PX, N_BYTES_MAX, clean, store_photo
from incidents.evidence.store import EvidenceUnavailable

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def picture(
    width_px: int = 40, height_px: int = 20, kind: str = "JPEG", exif: Image.Exif | None = None
) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width_px, height_px), "teal").save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def test_what_a_phone_writes_into_a_photo_is_dropped_and_the_photo_is_upright() -> None:
    exif = Image.Exif()
    exif[MAKE] = "Phone"
    exif[ORIENTATION] = 6  # turned by a quarter
    exif.get_ifd(GPS)[1] = "N"
    cleaned = clean(picture(exif=exif))
    assert (cleaned.width_px, cleaned.height_px) == (20, 40)
    with Image.open(BytesIO(cleaned.jpeg)) as image:
        assert not image.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_send_becomes_a_jpeg(kind: str) -> None:
    with Image.open(BytesIO(clean(picture(kind=kind)).jpeg)) as image:
        assert image.format == "JPEG"


def test_a_large_photo_is_made_as_large_as_a_screen() -> None:
    assert clean(picture(4000, 2000)).width_px == EDGE_MAX_PX


@pytest.mark.parametrize(
    ("photo", "fault"),
    [
        (b"", "unsupported file type"),
        (b"<svg onload=alert(1)>", "unsupported file type"),
        (picture(kind="GIF"), "unsupported file type"),
        (picture(400, 300)[:900], "broken picture"),
        (b"\xff" * (N_BYTES_MAX + 1), "at most 10 MiB"),
        (picture(8000, 7000, "PNG"), "million pixels"),
    ],
    ids=["empty", "svg", "gif", "cut off", "too many bytes", "too many pixels"],
)
def test_what_is_no_photo_is_refused_with_the_reason(photo: bytes, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        clean(photo)


def test_a_photo_whose_exif_is_broken_is_refused_with_the_reason() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKE] = "Phone"
    name_as_a_height = picture(exif=exif).replace(b"\x01\x0f\x00\x02", b"\x01\x01\x00\x02")
    with pytest.raises(InvalidInput, match="broken picture"):
        clean(name_as_a_height)


def test_a_photo_that_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    cleaned = clean(picture())
    (tmp_path / "photos/2026/11/23" / f"{sha256(cleaned.jpeg).hexdigest()}.jpg").mkdir(parents=True)
    with pytest.raises(EvidenceUnavailable, match=r"cannot write photos/.*: Is a directory"):
        store_photo(FolderStore(tmp_path), cleaned, date(2026, 11, 23))
    assert not list(tmp_path.rglob("*.part"))


def test_a_stored_photo_is_named_by_its_hash(tmp_path: Path) -> None:
    cleaned = clean(picture())
    stored = store_photo(FolderStore(tmp_path), cleaned, date(2026, 11, 23))
    content = (tmp_path / stored.path).read_bytes()
    assert stored.path == f"photos/2026/11/23/{sha256(content).hexdigest()}.jpg"
    assert (stored.n_bytes, stored.sha256) == (len(content), sha256(content).hexdigest())
    assert store_photo(FolderStore(tmp_path), cleaned, date(2026, 11, 23)) == stored
    assert len(list(tmp_path.rglob("*.*"))) == 1
