"""Evidence in an S3-compatible object store, so that workers and API need no disk in common."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from incidents.evidence.store import CHUNK_BYTES, EvidenceUnavailable, FileInfo, StoredFile, is_path

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
N_ATTEMPTS = 3
DELETE_AT_ONCE = 1000  # the most that S3 takes in one request
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


class S3Store:
    """Implements `EvidenceStore`."""

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.bucket
        self._prefix = f"{settings.prefix}/" if settings.prefix else ""
        self._name = f"s3://{settings.bucket}/{settings.prefix}".rstrip("/")
        self._client: Any = boto3.client(
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
                s3={"addressing_style": "path" if settings.endpoint_url else "auto"},
            ),
        )

    def put(self, path: str, write: Callable[[Path], object]) -> StoredFile:
        with TemporaryDirectory() as folder:
            file = Path(folder, "unfinished")
            write(file)
            digest = _sha256(file)
            with file.open("rb") as body, self._failures(f"write {path}"):
                # The server compares the hash: an object appears whole or not at all.
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._prefix + path,
                    Body=body,
                    ChecksumSHA256=base64.b64encode(digest).decode(),
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
            yield from answer["Body"].iter_chunks(CHUNK_BYTES)

    def delete_candidate(self, folder: str) -> int:
        n_files = 0
        with self._failures(f"remove {folder}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}{folder}/",
                PaginationConfig={"PageSize": DELETE_AT_ONCE},
            )
            for page in pages:
                keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
                if keys:
                    self._delete(folder, keys)
                n_files += len(keys)
        return n_files

    def _delete(self, folder: str, keys: list[dict[str, str]]) -> None:
        answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise EvidenceUnavailable(self._name, f"remove {folder}", error.get("Message", error.get("Code")))

    @contextmanager
    def _failures(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise EvidenceUnavailable(self._name, doing, error) from error


def _sha256(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
