"""Photos out of a form, each within the limit."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import UploadFile

from dispatch_api.limits import TooLarge
from incidents.errors import InvalidInput
from incidents.evidence.photos import N_BYTES_MAX
from incidents.lifecycle.given import N_PHOTOS_MAX


async def read_photos(photos: Sequence[UploadFile]) -> list[bytes]:
    """The bytes of each photo that was chosen.

    Raises:
        InvalidInput: more photos than one result may have.
        TooLarge: a photo over the limit; no more of it than that is read.
    """
    chosen = [photo for photo in photos if photo.filename]
    if len(chosen) > N_PHOTOS_MAX:
        raise InvalidInput("photos", f"{len(chosen)} photos; at most {N_PHOTOS_MAX}")
    return [await _read(photo) for photo in chosen]


async def _read(photo: UploadFile) -> bytes:
    data = await photo.read(N_BYTES_MAX + 1)
    if len(data) > N_BYTES_MAX:
        raise TooLarge(f"photo {photo.filename}", N_BYTES_MAX)
    return data
