"""Photos that people send: what arrives is decoded, and only pixels are kept.

A photo from a phone carries where and when and by which phone it was taken; re-encoding drops all of it, and
whatever else was hidden in the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from incidents.errors import InvalidInput
from incidents.evidence.store import PHOTOS, EvidenceStore, put_bytes
from incidents.lifecycle.records import Photo

N_BYTES_MAX = 10 * 1024 * 1024
N_PIXELS_MAX = 50_000_000  # the largest phone cameras in common use; a picture of that size takes 150 MB
EDGE_MAX_PX = 2560  # what a screen shows; plates and faces are not to be read beyond need
FORMATS = ("JPEG", "PNG", "WEBP")  # what phones send
QUALITY = 88


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    jpeg: bytes  # without EXIF, upright
    width_px: int
    height_px: int


def clean(photo: bytes) -> CleanPhoto:
    """The picture re-encoded as a JPEG.

    Raises:
        InvalidInput: too many bytes or pixels, or not a JPEG, PNG or WebP picture.
    """
    if len(photo) > N_BYTES_MAX:
        raise InvalidInput("photos", f"{len(photo) / 1024**2:.1f} MiB; at most {N_BYTES_MAX // 1024**2} MiB")
    try:
        with Image.open(BytesIO(photo), formats=FORMATS) as image:
            return _encoded(image)
    except UnidentifiedImageError as error:
        raise InvalidInput("photos", f"unsupported file type: send {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise InvalidInput("photos", f"more than {N_PIXELS_MAX // 10**6} million pixels") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:  # how Pillow says that a file is broken
        raise InvalidInput("photos", f"a broken picture: {error}") from error


def _encoded(image: Image.Image) -> CleanPhoto:
    if image.width * image.height > N_PIXELS_MAX:
        raise InvalidInput("photos", f"more than {N_PIXELS_MAX // 10**6} million pixels")
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((EDGE_MAX_PX, EDGE_MAX_PX))
    out = BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    return CleanPhoto(out.getvalue(), upright.width, upright.height)


def store_photo(store: EvidenceStore, photo: CleanPhoto, on: date) -> Photo:
    """Under `photos/YYYY/MM/DD/`, named by its hash: the same photo twice is one file.

    Raises:
        EvidenceUnavailable: the store is full or away.
    """
    digest = sha256(photo.jpeg).hexdigest()
    stored = put_bytes(store, f"{PHOTOS}/{on:%Y/%m/%d}/{digest}.jpg", photo.jpeg)
    return Photo(
        path=stored.path,
        sha256=stored.sha256,
        n_bytes=stored.n_bytes,
        width_px=photo.width_px,
        height_px=photo.height_px,
    )
