from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from dispatch_api.limits import FORM_MAX_BYTES, MIB, RESULT_MAX_BYTES
from incidents.evidence.photos import N_BYTES_MAX
from tests.api.visitors import Raise, accepted, confirmed, photo, send_result
from tests.running_city import City

REPORTS = "/api/v1/reports"


@pytest.fixture
async def report(mai: AsyncClient, raised: Raise) -> dict[str, Any]:
    """Assigned to the ward of Xuân Hương."""
    return await confirmed(mai, await raised())


async def test_a_ward_sees_its_tasks(an: AsyncClient, report: dict[str, Any]) -> None:
    tasks = (await an.get(REPORTS)).json()
    assert [task["report_id"] for task in tasks["items"]] == [report["report_id"]]
    assert tasks["n_by_tab"]["todo"] == 1


@pytest.mark.parametrize(
    "path", ["/api/v1/reports/{}", "/api/v1/reports/{}/deadline", "/ward/{}", "/ward/{}/result"]
)
async def test_a_ward_does_not_see_another_wards_report(
    thu: AsyncClient, report: dict[str, Any], path: str
) -> None:
    assert (await thu.get(path.format(report["report_id"]))).status_code in (403, 404)
    assert (await thu.get(REPORTS)).json()["items"] == []


async def test_a_ward_does_not_accept_another_wards_report(thu: AsyncClient, report: dict[str, Any]) -> None:
    answer = await thu.post(f"{REPORTS}/{report['report_id']}/accept", json={"version": report["version"]})
    assert answer.status_code in (403, 404)


async def test_a_ward_accepts_and_reports_the_result_with_a_photo(
    an: AsyncClient, report: dict[str, Any]
) -> None:
    taken = await accepted(an, report)
    assert taken["state"] == "processing"
    sent = (await send_result(an, taken, photo())).json()
    assert (sent["state"], sent["result_text"]) == ("review", "Đã nhắc nhở.")
    kept = await an.get(f"/{sent['photos_after'][0]['path']}")
    assert kept.headers["content-type"] == "image/jpeg"


async def test_the_deadlines_intervals_sum_to_the_limit(an: AsyncClient, report: dict[str, Any]) -> None:
    due = (await an.get(f"{REPORTS}/{report['report_id']}/deadline")).json()
    lengths = [
        datetime.fromisoformat(part["end_at"]) - datetime.fromisoformat(part["start_at"])
        for part in due["intervals"]
    ]
    assert due["unit"] == "working_hour"
    assert sum(lengths, timedelta()) == timedelta(hours=due["limit"])


async def test_what_is_no_picture_is_refused(an: AsyncClient, report: dict[str, Any]) -> None:
    answer = await send_result(an, await accepted(an, report), b"<svg onload=alert(1)>")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "photos"


async def test_a_photo_that_cannot_be_stored_changes_nothing_and_can_be_sent_again(
    city: City, an: AsyncClient, report: dict[str, Any]
) -> None:
    taken = await accepted(an, report)
    in_the_way = city.data_dir / "photos"
    in_the_way.parent.mkdir()
    in_the_way.write_text("a file where the folder should be")
    answer = await send_result(an, taken, photo())
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:mastwatch:problem:evidence-unavailable")
    in_the_way.unlink()
    assert (await send_result(an, taken, photo())).json()["state"] == "review"


async def test_a_photo_over_the_limit_is_refused_by_its_limit(
    an: AsyncClient, report: dict[str, Any]
) -> None:
    answer = await send_result(an, await accepted(an, report), b"\xff" * (N_BYTES_MAX + 1))
    assert answer.status_code == 413
    assert answer.json()["max_bytes"] == N_BYTES_MAX
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_announced_length_over_the_limit_is_refused_before_it_is_sent(
    an: AsyncClient, report: dict[str, Any]
) -> None:
    path = f"{REPORTS}/{report['report_id']}/result"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(RESULT_MAX_BYTES + 1)}
    answer = await an.post(path, content=b"--x\r\n", headers=headers)
    assert answer.status_code == 413
    assert answer.json()["max_bytes"] == RESULT_MAX_BYTES


async def test_an_endless_body_is_cut_off_at_the_limit(an: AsyncClient, report: dict[str, Any]) -> None:
    sent: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
        while len(sent) < 200:
            sent.append(MIB)
            yield bytes(MIB)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await an.post(f"{REPORTS}/{report['report_id']}/result", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert sum(sent) <= RESULT_MAX_BYTES + MIB


async def test_other_requests_are_small(mai: AsyncClient) -> None:
    body = {"username": "mai", "password": "x" * FORM_MAX_BYTES}
    answer = await mai.post("/api/v1/session", json=body)
    assert answer.status_code == 413


async def test_a_result_without_a_word_is_refused(an: AsyncClient, report: dict[str, Any]) -> None:
    answer = await send_result(an, await accepted(an, report), photo(), text="  ")
    assert answer.status_code == 422
    assert "text" in answer.json()["errors"][0]["field"]


async def test_a_stale_acceptance_is_told_what_happened(an: AsyncClient, report: dict[str, Any]) -> None:
    await accepted(an, report)
    late = await an.post(f"{REPORTS}/{report['report_id']}/accept", json={"version": report["version"]})
    assert late.status_code == 409
    assert late.json()["newer"][-1]["by_name"] == "Nguyễn Bình An"


async def test_opening_the_page_delivers_the_report_so_it_is_no_longer_taken_back(
    mai: AsyncClient, an: AsyncClient, report: dict[str, Any]
) -> None:
    await an.get(f"/ward/{report['report_id']}")
    item = report["candidate"]
    undo = await mai.post(
        f"/api/v1/candidates/{item['candidate_id']}/undo", json={"version": item["version"]}
    )
    assert undo.status_code == 409
