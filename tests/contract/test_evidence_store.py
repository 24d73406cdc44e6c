"""One suite over every evidence store: a folder, moto's S3 and SeaweedFS's, both over HTTP."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
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
from tests.object_store import ACCESS_KEY_ID, SECRET, ObjectStore

SEEN_AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PATH = f"evidence/2026/11/22/{UUID(int=7)}/image.jpg"
CONTENT = bytes(range(256)) * 4096  # four chunks


@pytest.fixture(scope="module")
def moto_address() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def seaweedfs_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = ObjectStore(tmp_path_factory.mktemp("seaweedfs"))
    yield server.address
    server.stop()


def s3_settings(address: str, bucket: str) -> S3Settings:
    return S3Settings(
        bucket=bucket,
        prefix="dalat",
        endpoint_url=address,
        region="us-east-1",
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET,
    )


def s3_client(address: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET,
    )


@pytest.fixture(params=["moto_address", "seaweedfs_address"])
def s3_address(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture(params=["folder", "moto_address", "seaweedfs_address"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "data")
    address: str = request.getfixturevalue(request.param)
    settings = s3_settings(address, f"evidence-{uuid4().hex[:8]}")
    s3_client(address).create_bucket(Bucket=settings.bucket)
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


def test_days_and_their_candidates_are_listed_and_nothing_else(store: EvidenceStore) -> None:
    mine, other, later = uuid4(), uuid4(), uuid4()
    for candidate_id, seen_at in ((mine, SEEN_AT), (other, SEEN_AT), (later, SEEN_AT + timedelta(days=40))):
        put_bytes(store, f"{candidate_folder(candidate_id, seen_at)}/image.jpg", b"x")
    put_bytes(store, "evidence/2026/11/22/lost+found/x.jpg", b"x")
    put_bytes(store, "evidence/2026/13/45/x/x.jpg", b"x")
    put_bytes(store, "photos/2026/11/21/x.jpg", b"x")
    assert store.days() == (date(2026, 11, 22), date(2027, 1, 1))
    assert set(store.candidates_on(date(2026, 11, 22))) == {mine, other}
    assert store.candidates_on(date(2026, 11, 23)) == ()


def test_a_store_without_any_evidence_has_no_days(store: EvidenceStore) -> None:
    assert store.days() == ()


def test_the_folder_of_a_day_is_that_of_utc_wherever_the_time_was_read() -> None:
    in_da_lat = SEEN_AT.replace(hour=20).astimezone(timezone(timedelta(hours=7)))
    assert in_da_lat.day == 23
    assert candidate_folder(UUID(int=7), in_da_lat) == f"evidence/2026/11/22/{UUID(int=7)}"


def test_nothing_is_removed_from_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnavailable, match="No such file or directory"):
        FolderStore(tmp_path / "not mounted").delete_candidate(candidate_folder(UUID(int=7), SEEN_AT))


def test_the_server_stores_nothing_whose_hash_is_not_that_which_was_sent(seaweedfs_address: str) -> None:
    """Whole or not at all rests on this."""
    client, bucket = s3_client(seaweedfs_address), f"evidence-{uuid4().hex[:8]}"
    client.create_bucket(Bucket=bucket)
    of_other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    with pytest.raises(ClientError):
        client.put_object(Bucket=bucket, Key="x", Body=b"x", ChecksumSHA256=of_other)
    assert "Contents" not in client.list_objects_v2(Bucket=bucket)


def test_a_file_is_encrypted_by_the_server_where_that_is_set(moto_address: str) -> None:
    client, bucket = s3_client(moto_address), f"evidence-{uuid4().hex[:8]}"
    client.create_bucket(Bucket=bucket)
    put_bytes(S3Store(replace(s3_settings(moto_address, bucket), encryption="aws:kms")), PATH, b"x")
    assert client.head_object(Bucket=bucket, Key=f"dalat/{PATH}")["ServerSideEncryption"] == "aws:kms"


def test_a_local_disk_without_room_for_the_unfinished_file_is_unavailable(moto_address: str) -> None:
    def fill(_unfinished: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(EvidenceUnavailable, match="No space left on device"):
        S3Store(s3_settings(moto_address, "evidence")).put(PATH, fill)


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


USES: dict[str, Callable[[EvidenceStore], object]] = {
    "write": lambda store: put_bytes(store, PATH, b"x"),
    "describe": lambda store: store.info(PATH),
    "read": lambda store: next(store.read(PATH, 0, 1)),
    "remove": lambda store: store.delete_candidate(candidate_folder(UUID(int=7), SEEN_AT)),
    "list": lambda store: store.days(),
    "list a day": lambda store: store.candidates_on(SEEN_AT.date()),
}


@pytest.mark.parametrize("use", USES)
def test_a_server_that_is_away_is_unavailable_and_its_secret_is_not_shown(use: str) -> None:
    with socket.socket() as taken:  # bound, and not listening: nobody else can
        taken.bind(("127.0.0.1", 0))
        store = S3Store(s3_settings(f"http://127.0.0.1:{taken.getsockname()[1]}", "evidence"))
        with pytest.raises(EvidenceUnavailable, match="s3://evidence/dalat cannot") as refused:
            USES[use](store)
    assert SECRET not in str(refused.value)


def test_settings_do_not_show_the_secret() -> None:
    assert SECRET not in repr(s3_settings("x", "y"))
    assert SECRET not in repr(StoreSettings(address="s3://evidence", secret_access_key=SECRET))


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


@pytest.mark.parametrize(
    "settings",
    [
        StoreSettings(address="s3://evidence", endpoint_url="minio:9000"),
        StoreSettings(address="s3://evidence", addressing="sideways"),
        StoreSettings(address="s3://evidence", access_key_id="mastwatch"),
    ],
)
def test_settings_that_no_server_could_be_asked_with_are_refused_at_once(settings: StoreSettings) -> None:
    with pytest.raises(BadStoreAddress, match="'s3://evidence' is not an evidence store: "):
        open_store(settings)
