"""One suite over every evidence store: a folder, and an S3-compatible server over HTTP."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from incidents.evidence.folder import FolderStore
from incidents.evidence.opening import BadStoreAddress, StoreSettings, open_store
from incidents.evidence.s3 import S3Settings, S3Store
from incidents.evidence.store import (
    CHUNK_BYTES,
    EvidenceStore,
    EvidenceUnavailable,
    candidate_folder,
    put_bytes,
)

SEEN_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PATH = f"evidence/2026/11/22/{UUID(int=7)}/image.jpg"
CONTENT = bytes(range(256)) * 4096  # four chunks
SECRET = "not-to-be-shown"  # noqa: S105 (of a server that lives as long as a test)


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def s3_settings(address: str, bucket: str) -> S3Settings:
    return S3Settings(
        bucket=bucket,
        prefix="dalat",
        endpoint_url=address,
        region="us-east-1",
        access_key_id="mastwatch",
        secret_access_key=SECRET,
    )


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "data")
    address: str = request.getfixturevalue("s3_address")
    settings = s3_settings(address, f"evidence-{uuid4().hex[:8]}")
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="mastwatch",
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket=settings.bucket)
    return S3Store(settings)


def content_of(store: EvidenceStore, path: str) -> bytes:
    info = store.info(path)
    assert info is not None
    return b"".join(store.read(path, 0, info.n_bytes))


def test_what_is_stored_is_described_by_its_size_and_hash_and_comes_back(store: EvidenceStore) -> None:
    stored = put_bytes(store, PATH, CONTENT)
    assert (stored.path, stored.n_bytes) == (PATH, len(CONTENT))
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert content_of(store, PATH) == CONTENT


def test_a_part_of_a_file_is_read_in_chunks(store: EvidenceStore) -> None:
    put_bytes(store, PATH, CONTENT)
    chunks = list(store.read(PATH, 100, 2 * CHUNK_BYTES))
    assert b"".join(chunks) == CONTENT[100 : 100 + 2 * CHUNK_BYTES]
    assert all(len(chunk) <= CHUNK_BYTES for chunk in chunks)


def test_an_empty_file_is_a_file(store: EvidenceStore) -> None:
    put_bytes(store, PATH, b"")
    assert content_of(store, PATH) == b""


@pytest.mark.parametrize(
    "path",
    [PATH, "evidence", "", "/etc/passwd", "evidence/../../secret", "evidence/./x.jpg", "a\x00b", "x" * 500],
)
def test_what_is_not_there_is_none(store: EvidenceStore, path: str) -> None:
    assert store.info(path) is None


def test_a_file_whose_making_fails_is_not_there_and_its_error_is_the_makers_own(store: EvidenceStore) -> None:
    def fail(unfinished: Path) -> None:
        unfinished.write_bytes(b"half")
        raise ValueError("the clip cannot be made")

    with pytest.raises(ValueError, match="the clip cannot be made"):
        store.put(PATH, fail)
    assert store.info(PATH) is None


def test_the_same_content_at_the_same_path_twice_does_no_harm(store: EvidenceStore) -> None:
    threads = [threading.Thread(target=put_bytes, args=(store, PATH, CONTENT)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert content_of(store, PATH) == CONTENT


def test_other_content_has_another_etag(store: EvidenceStore) -> None:
    put_bytes(store, PATH, b"one")
    before = store.info(PATH)
    put_bytes(store, PATH, b"three")
    after = store.info(PATH)
    assert before is not None
    assert after is not None
    assert before.etag != after.etag
    assert after.etag[0] == after.etag[-1] == '"'


def test_one_candidates_files_are_deleted_and_no_others(store: EvidenceStore) -> None:
    mine, other = uuid4(), uuid4()
    for candidate_id in (mine, other):
        for name in ("image.jpg", "raw.jpg", "clip.mp4"):
            put_bytes(store, f"{candidate_folder(candidate_id, SEEN_AT)}/{name}", b"x")
    assert store.delete_candidate(candidate_folder(mine, SEEN_AT)) == 3
    assert store.delete_candidate(candidate_folder(mine, SEEN_AT)) == 0
    assert store.info(f"{candidate_folder(mine, SEEN_AT)}/image.jpg") is None
    assert store.info(f"{candidate_folder(other, SEEN_AT)}/clip.mp4") is not None


def test_no_unfinished_file_is_left_in_a_folder(tmp_path: Path) -> None:
    put_bytes(FolderStore(tmp_path), PATH, CONTENT)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["image.jpg"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not for you")
    (tmp_path / "data/evidence").mkdir(parents=True)
    (tmp_path / "data/evidence/link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert FolderStore(tmp_path / "data").info("evidence/link.jpg") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_unavailable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EvidenceUnavailable, match="cannot write evidence/"):
        put_bytes(FolderStore(tmp_path), PATH, CONTENT)


def test_a_folder_in_whose_place_a_file_lies_is_unavailable_and_says_what_failed(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(EvidenceUnavailable, match=r"data cannot write evidence/2026.*: Not a directory"):
        put_bytes(FolderStore(tmp_path / "data"), PATH, CONTENT)


@contextmanager
def nobody_listening() -> Iterator[str]:
    yield "http://127.0.0.1:9"


def test_a_server_that_is_away_is_unavailable_and_its_secret_is_not_shown() -> None:
    with nobody_listening() as address:
        store = S3Store(s3_settings(address, "evidence"))
        for use in (lambda: put_bytes(store, PATH, b"x"), lambda: store.info(PATH)):
            with pytest.raises(EvidenceUnavailable, match="s3://evidence/dalat cannot") as refused:
                use()
            assert SECRET not in str(refused.value)
    assert SECRET not in repr(s3_settings("x", "y"))


def test_a_bucket_that_does_not_exist_is_unavailable_to_write(s3_address: str) -> None:
    with pytest.raises(EvidenceUnavailable, match="NoSuchBucket"):
        put_bytes(S3Store(s3_settings(s3_address, "nowhere")), PATH, b"x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    text: str
    kind: type


@pytest.mark.parametrize(
    "address",
    [
        Address(text="/var/lib/mastwatch", kind=FolderStore),
        Address(text="data", kind=FolderStore),
        Address(text="s3://evidence", kind=S3Store),
        Address(text="s3://evidence/dalat/2026", kind=S3Store),
    ],
)
def test_an_address_names_a_folder_or_a_bucket(address: Address) -> None:
    settings = StoreSettings(address=address.text, region="us-east-1")
    assert isinstance(open_store(settings), address.kind)


@pytest.mark.parametrize("address", ["s3://", "s3:///dalat", "https://evidence", "s3://b/p?x=1"])
def test_any_other_address_is_refused_with_what_is_allowed(address: str) -> None:
    with pytest.raises(BadStoreAddress, match="give a folder, or s3://bucket"):
        open_store(StoreSettings(address=address))
