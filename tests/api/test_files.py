from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx import AsyncClient

from incidents.contract.events import CandidateRaised
from incidents.people.roles import Role
from tests.api.visitors import SignIn, accepted, confirmed, photo, send_result
from tests.footage import PARKED, raised
from tests.running_city import City


@pytest.fixture
async def event(city: City, shared_dir: Path) -> CandidateRaised:
    """Waits in the queue, seen in the ward of Xuân Hương."""
    event = raised(PARKED, shared_dir / "footage", city.evidence_dir, datetime.now(UTC))
    await city.raise_(event)
    return event


def clip_of(event: CandidateRaised) -> str:
    assert event.evidence.clip
    return f"/evidence/{event.evidence.clip.file.path}"


async def test_evidence_is_for_the_signed_in(stranger: AsyncClient, event: CandidateRaised) -> None:
    assert (await stranger.get(clip_of(event))).status_code == 401


async def test_a_ward_sees_the_evidence_of_its_reports_alone(
    mai: AsyncClient, an: AsyncClient, thu: AsyncClient, event: CandidateRaised
) -> None:
    assert (await an.get(clip_of(event))).status_code == 404
    await confirmed(mai, event.candidate_id)
    assert (await an.get(clip_of(event))).status_code == 200
    assert (await thu.get(clip_of(event))).status_code == 404


async def test_evidence_of_a_confirmation_taken_back_is_the_desks_again(
    mai: AsyncClient, an: AsyncClient, event: CandidateRaised
) -> None:
    version = (await confirmed(mai, event.candidate_id))["candidate"]["version"]
    await mai.post(f"/api/v1/candidates/{event.candidate_id}/undo", json={"version": version})
    assert (await an.get(clip_of(event))).status_code == 404
    assert (await mai.get(clip_of(event))).status_code == 200


async def test_who_is_of_no_unit_that_works_on_it_sees_nothing(
    city: City, signed_in: SignIn, mai: AsyncClient, event: CandidateRaised
) -> None:
    await confirmed(mai, event.candidate_id)
    async with city.opened() as incidents:
        await city.employ(incidents, "son", "Đỗ Hoàng Sơn", Role.ADMIN, "office")
    assert (await (await signed_in("son")).get(clip_of(event))).status_code == 404


async def test_another_reports_folder_in_the_path_opens_nothing(
    mai: AsyncClient, an: AsyncClient, city: City, shared_dir: Path, event: CandidateRaised
) -> None:
    await confirmed(mai, event.candidate_id)
    other = raised(PARKED, shared_dir / "footage", city.evidence_dir, datetime.now(UTC))
    await city.raise_(other)
    mine, secret = clip_of(event).rpartition("/")[0], other.candidate_id
    assert (await an.get(f"{mine}/..%2f{secret}/clip.mp4")).status_code == 404


async def test_a_photo_of_a_result_is_seen_by_its_unit_and_the_ioc(
    mai: AsyncClient, an: AsyncClient, thu: AsyncClient, event: CandidateRaised
) -> None:
    taken = await accepted(an, await confirmed(mai, event.candidate_id))
    path = (await send_result(an, taken, photo())).json()["photos_after"][0]["path"]
    answers = [(await person.get(f"/{path}")).status_code for person in (an, mai, thu)]
    assert answers == [200, 200, 404]


async def test_a_clip_can_be_wound(mai: AsyncClient, event: CandidateRaised) -> None:
    answer = await mai.get(clip_of(event), headers={"Range": "bytes=1000-1999"})
    assert answer.status_code == 206
    assert len(answer.content) == 1000
    assert answer.headers["content-type"] == "video/mp4"


async def test_a_picture_may_be_kept_by_the_browser_and_by_no_proxy(
    mai: AsyncClient, event: CandidateRaised
) -> None:
    answer = await mai.get(f"/evidence/{event.evidence.image.path}")
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["vary"] == "Cookie"  # nor kept for who signs in next at the same machine
    assert len(answer.content) == event.evidence.image.n_bytes


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/../secret.jpg",
        "/evidence/%2e%2e/secret.jpg",
        "/evidence/..%2fsecret.jpg",
        "/evidence//etc/passwd",
        "/evidence/%2fetc%2fpasswd",
        "/photos/..%2fevidence%2f..%2fsecret.jpg",
        "/evidence/",
        "/evidence/nothing.jpg",
        "/evidence/zero%00byte.jpg",
        f"/evidence/{'long' * 100}.jpg",
    ],
)
async def test_no_path_leads_out_of_the_folder(mai: AsyncClient, city: City, path: str) -> None:
    city.evidence_dir.mkdir(parents=True, exist_ok=True)
    city.photos_dir.mkdir(parents=True, exist_ok=True)
    (city.data_dir / "secret.jpg").write_bytes(b"not for you")
    assert (await mai.get(path)).status_code == 404


async def test_a_link_out_of_the_folder_is_not_followed(mai: AsyncClient, city: City) -> None:
    city.evidence_dir.mkdir(parents=True)
    (city.data_dir / "secret.jpg").write_bytes(b"not for you")
    (city.evidence_dir / "link.jpg").symlink_to(city.data_dir / "secret.jpg")
    assert (await mai.get("/evidence/link.jpg")).status_code == 404


async def test_only_pictures_and_clips_are_served(mai: AsyncClient, city: City) -> None:
    city.evidence_dir.mkdir(parents=True)
    (city.evidence_dir / "page.html").write_text("<script>", encoding="utf-8")
    assert (await mai.get("/evidence/page.html")).status_code == 404
