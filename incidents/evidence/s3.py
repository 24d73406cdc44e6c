"""Evidence in an S3-compatible object store, so that workers and API need no disk in common."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from incidents.evidence.store import (
    CANDIDATES,
    CHUNK_BYTES,
    EvidenceUnavailable,
    FileInfo,
    StoredFile,
    candidate_of,
    day_folder,
    day_of,
    is_path,
)

CONNECT_TIMEOUT_S = 5
# All attempts together stay below the minute after which the database ends an idle transaction (retention).
READ_TIMEOUT_S = 15
N_ATTEMPTS = 3
NOT_FOUND = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    bucket: str
    prefix: str = ""  # without slashes at its ends
    endpoint_url: str | None = None  # None: Amazon's own
    region: str | None = None
    # None: where boto3 looks by itself (environment, instance role)
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    addressing: str | None = None  # path or virtual; None: path at an endpoint of one's own
    encryption: str | None = None  # AES256 or aws:kms, done by the server; None: as the bucket is set


class BadS3Settings(ValueError):
    """boto3 refuses them before anything is asked of a server."""


class S3Store:
    """Implements `EvidenceStore`."""

    def __init__(self, settings: S3Settings) -> None:
        """Nothing is asked of the server yet. Raises BadS3Settings."""
        self._bucket = settings.bucket
        self._prefix = f"{settings.prefix}/" if settings.prefix else ""
        self._name = f"s3://{settings.bucket}/{settings.prefix}".rstrip("/")
        self._encryption = {"ServerSideEncryption": settings.encryption} if settings.encryption else {}
        self._client = _client(settings)

    def put(self, path: str, write: Callable[[Path], object]) -> StoredFile:
        # The failures of the disk too: without room for the unfinished file nothing can be stored.
        with self._failures(f"write {path}"), TemporaryDirectory() as folder:
            file = Path(folder, "unfinished")
            write(file)
            digest = _sha256(file)
            with file.open("rb") as body:
                # In one request, which S3 takes up to 5 GB. The server compares the hash: an object appears
                # whole or not at all.
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._prefix + path,
                    Body=body,
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                    **self._encryption,
                )
            return StoredFile(path=path, sha256=digest.hex(), n_bytes=file.stat().st_size)

    def info(self, path: str) -> FileInfo | None:
        if not is_path(path):
            return None
        with self._failures(f"read {path}"):
            try:
                head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + path)
            except ClientError as error:
                if error.response["Error"]["Code"] in NOT_FOUND:
                    return None
                raise
        return FileInfo(n_bytes=head["ContentLength"], etag=head["ETag"])

    def read(self, path: str, start: int, n_bytes: int) -> Iterator[bytes]:
        if n_bytes == 0:
            return
        with self._failures(f"read {path}"):
            answer = self._client.get_object(
                Bucket=self._bucket, Key=self._prefix + path, Range=f"bytes={start}-{start + n_bytes - 1}"
            )
            # Closed too where whoever asked goes away before the end.
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(CHUNK_BYTES)

    def delete_candidate(self, folder: str) -> int:
        n_files = 0
        with self._failures(f"remove {folder}"):
            for page in self._pages(f"{folder}/", delimiter=""):
                # One at a time: a candidate has few, and some servers refuse the checksums of a list.
                for each in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=each["Key"])
                    n_files += 1
        return n_files

    def days(self) -> tuple[date, ...]:
        with self._failures("list its days"):
            folders = self._folders_in(CANDIDATES)
            for _year_then_month in range(2):
                folders = [inner for folder in folders for inner in self._folders_in(folder)]
        return tuple(sorted(day for day in map(day_of, folders) if day))

    def candidates_on(self, day: date) -> tuple[UUID, ...]:
        with self._failures(f"list {day_folder(day)}"):
            folders = self._folders_in(day_folder(day))
        found = (candidate_of(folder.rpartition("/")[2]) for folder in folders)
        return tuple(candidate_id for candidate_id in found if candidate_id)

    def _folders_in(self, folder: str) -> list[str]:
        """What S3 calls common prefixes, as paths of the store."""
        return [
            each["Prefix"].removeprefix(self._prefix).rstrip("/")
            for page in self._pages(f"{folder}/", delimiter="/")
            for each in page.get("CommonPrefixes", ())
        ]

    def _pages(self, prefix: str, *, delimiter: str) -> Iterator[dict[str, Any]]:
        pages: Iterator[dict[str, Any]] = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix, Delimiter=delimiter
        )
        return pages

    @contextmanager
    def _failures(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, OSError) as error:
            raise EvidenceUnavailable(self._name, doing, error) from error


def _client(settings: S3Settings) -> Any:
    try:
        return boto3.client(
            "s3",
            endpoint_url=settings.endpoint_url,
            region_name=settings.region,
            aws_access_key_id=settings.access_key_id,
            aws_secret_access_key=settings.secret_access_key,
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                retries={"mode": "standard", "max_attempts": N_ATTEMPTS},
                # Servers of one's own rarely have a name for every bucket.
                s3={"addressing_style": settings.addressing or ("path" if settings.endpoint_url else "auto")},
                # Ours is given where it matters; those that boto3 adds are unknown to many servers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise BadS3Settings(str(error)) from error


def _sha256(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
