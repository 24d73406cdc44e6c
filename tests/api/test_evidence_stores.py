"""Evidence over HTTP, from a folder and an object store alike; and what is seen while the store is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from httpx import AsyncClient
from moto.server import ThreadedMotoServer

from incidents.contract.events import CandidateRaised
from incidents.evidence.opening import StoreSettings, open_store
from incidents.evidence.store import put_bytes
from incidents.lifecycle.reasons import DismissReason
from incidents.usecases.retention import remove_expired
from tests.api.visitors import accepted, confirmed, decide, photo, send_result
from tests.footage import PARKED, raised
from tests.running_city import City, city_of

BUCKET = "evidence"


@pytest.fixture
def server() -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def evidence(request: pytest.FixtureRequest, tmp_path: Path) -> StoreSettings:
    if request.param == "folder":
        return StoreSettings(address=str(tmp_path / "data"))
    server: ThreadedMotoServer = request.getfixturevalue("server")
    host, port = server.get_host_and_port()
    settings = StoreSettings(
        address=f"s3://{BUCKET}/da-lat",
        endpoint_url=f"http://{host}:{port}",
        region="us-east-1",
        access_key_id="mastwatch",
        secret_access_key="of a test",  # noqa: S106
    )
    boto3.client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=settings.secret_access_key,
    ).create_bucket(Bucket=BUCKET)
    return settings


@pytest.fixture
async def city(postgres_url: str, tmp_path: Path, shared_dir: Path, evidence: StoreSettings) -> City:
    city = city_of(postgres_url, tmp_path / "data", shared_dir)
    stored_elsewhere = replace(city, settings=replace(city.settings, evidence=evidence))
    await stored_elsewhere.settle()
    return stored_elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    event: CandidateRaised
    clip: bytes

    @property
    def clip_path(self) -> str:
        assert self.event.evidence.clip
        return f"/evidence/{self.event.evidence.clip.file.path}"

    @property
    def desk_path(self) -> str:
        return f"/desk/candidates/{self.event.candidate_id}"


@pytest.fixture
async def seen(city: City, evidence: StoreSettings, tmp_path: Path, shared_dir: Path) -> AsyncIterator[Seen]:
    """A candidate whose files a worker has put into the store."""
    event = raised(PARKED, shared_dir / "footage", tmp_path / "made", datetime.now(UTC))
    store = open_store(evidence)
    for path in (tmp_path / "made").rglob("*.*"):
        put_bytes(store, f"evidence/{path.relative_to(tmp_path / 'made').as_posix()}", path.read_bytes())
    await city.raise_(event)
    assert event.evidence.clip
    yield Seen(event=event, clip=(tmp_path / "made" / event.evidence.clip.file.path).read_bytes())


async def test_a_clip_comes_whole_and_in_parts(mai: AsyncClient, seen: Seen) -> None:
    whole = await mai.get(seen.clip_path)
    assert (whole.status_code, whole.content) == (200, seen.clip)
    last = await mai.get(seen.clip_path, headers={"Range": "bytes=-500"})
    assert (last.status_code, last.content) == (206, seen.clip[-500:])
    n_total = len(seen.clip)
    assert last.headers["content-range"] == f"bytes {n_total - 500}-{n_total - 1}/{n_total}"


async def test_a_range_behind_the_end_is_refused_with_the_length(mai: AsyncClient, seen: Seen) -> None:
    answer = await mai.get(seen.clip_path, headers={"Range": "bytes=999999999-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(seen.clip)}")


async def test_head_says_what_get_would_and_sends_nothing(mai: AsyncClient, seen: Seen) -> None:
    head, got = await mai.head(seen.clip_path), await mai.get(seen.clip_path)
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "accept-ranges", "cache-control"):
        assert head.headers[name] == got.headers[name]


async def test_what_a_browser_has_already_is_not_sent_again(mai: AsyncClient, seen: Seen) -> None:
    etag = (await mai.head(seen.clip_path)).headers["etag"]
    again = await mai.get(seen.clip_path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    other = await mai.get(seen.clip_path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_a_part_of_another_version_is_answered_by_the_whole(mai: AsyncClient, seen: Seen) -> None:
    etag = (await mai.head(seen.clip_path)).headers["etag"]
    for condition, status in ((etag, 206), ('"other"', 200)):
        answer = await mai.get(seen.clip_path, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status


async def test_rights_come_before_the_store(thu: AsyncClient, stranger: AsyncClient, seen: Seen) -> None:
    assert (await thu.get(seen.clip_path)).status_code == 404
    assert (await stranger.get(seen.clip_path)).status_code == 401


async def test_a_photo_of_a_result_comes_back(mai: AsyncClient, an: AsyncClient, seen: Seen) -> None:
    taken = await accepted(an, await confirmed(mai, seen.event.candidate_id))
    sent = (await send_result(an, taken, photo())).json()["photos_after"][0]
    answer = await an.get(f"/{sent['path']}")
    assert (answer.headers["content-type"], len(answer.content)) == ("image/jpeg", sent["n_bytes"])


async def test_where_retention_removed_the_pictures_the_desk_says_so_and_has_no_player(
    mai: AsyncClient, city: City, evidence: StoreSettings, seen: Seen
) -> None:
    assert "<video" in (await mai.get(seen.desk_path)).text
    await decide(mai, seen.event.candidate_id, "dismiss", reason=DismissReason.FALSE_ALARM)
    async with city.opened() as incidents:
        later = datetime.now(UTC) + timedelta(days=91)
        await remove_expired(incidents.database, open_store(evidence), later, keep=timedelta(days=90))
    page = (await mai.get(seen.desk_path)).text
    assert "hết thời hạn lưu trữ" in page
    assert "<video" not in page
    assert 'src="/evidence/' not in page
    assert 'href="/evidence/' not in page
    assert (await mai.get(seen.clip_path)).status_code == 404


@pytest.mark.parametrize("evidence", ["s3"], indirect=True)
async def test_while_the_store_is_away_a_file_is_503_and_the_desk_shows_and_decides_the_rest(
    mai: AsyncClient, server: ThreadedMotoServer, seen: Seen
) -> None:
    server.stop()
    answer = await mai.get(seen.clip_path)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:mastwatch:problem:evidence-unavailable")
    assert "127.0.0.1" not in answer.text  # an address of the house is for the log
    assert (await mai.get("/desk")).status_code == 200
    assert PARKED.camera.address in (await mai.get(seen.desk_path)).text
    assert (await confirmed(mai, seen.event.candidate_id))["code"]
