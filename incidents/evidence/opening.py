"""The evidence store that an installation names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from incidents.evidence.folder import FolderStore
from incidents.evidence.s3 import BadS3Settings, S3Settings, S3Store
from incidents.evidence.store import EvidenceStore

WANTED = "give a folder, or s3://bucket or s3://bucket/prefix"


class BadStoreAddress(ValueError):
    def __init__(self, address: str, why: object = WANTED) -> None:
        super().__init__(f"{address!r} is not an evidence store: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Small enough to be handed to other processes; the store itself is opened in each."""

    address: str  # a folder, or s3://bucket/prefix
    endpoint_url: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    addressing: str | None = None  # path or virtual
    encryption: str | None = None  # AES256 or aws:kms


def open_store(settings: StoreSettings) -> EvidenceStore:
    """Nothing is asked of the store yet. Raises BadStoreAddress."""
    scheme, separator, _ = settings.address.partition("://")
    if not separator:
        return FolderStore(Path(settings.address))
    parts = urlsplit(settings.address)
    if scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise BadStoreAddress(settings.address)
    wanted = S3Settings(
        bucket=parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint_url=settings.endpoint_url,
        region=settings.region,
        access_key_id=settings.access_key_id,
        secret_access_key=settings.secret_access_key,
        addressing=settings.addressing,
        encryption=settings.encryption,
    )
    try:
        return S3Store(wanted)
    except BadS3Settings as error:
        raise BadStoreAddress(settings.address, error) from error
