from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from dispatch_api.formats import CITY_ZONE
from incidents.contract.events import Family
from tests.api.visitors import Raise, claim, confirmed, decide
from tests.events import CAMERA

CANDIDATES = "/api/v1/candidates"


async def test_the_queue_says_what_waits_where_and_until_when_it_would_be_due(
    mai: AsyncClient, raised: Raise
) -> None:
    candidate_id = await raised()
    queue = (await mai.get(CANDIDATES)).json()
    (item,) = queue["items"]
    assert queue["n_waiting"] == 1
    assert item["candidate_id"] == str(candidate_id)
    assert item["ward_name"] == "Phường Xuân Hương - Đà Lạt"
    assert item["lead_unit_name"] == "UBND phường Xuân Hương - Đà Lạt"
    assert item["would_be_due"]["intervals"]


async def test_the_queue_can_be_asked_for_one_family(mai: AsyncClient, raised: Raise) -> None:
    await raised()
    await raised(family=Family.LITTERING, kind="object_left_by_person")
    queue = (await mai.get(CANDIDATES, params={"family": "littering"})).json()
    assert [item["event"]["family"] for item in queue["items"]] == ["littering"]
    assert queue["n_waiting"] == 2


async def test_a_confirmation_makes_a_report_for_the_ward(mai: AsyncClient, raised: Raise) -> None:
    answer = await decide(mai, await raised(), "confirm")
    report = answer.json()
    assert answer.status_code == 200
    assert report["state"] == "assigned"
    assert report["lead_unit_name"] == "UBND phường Xuân Hương - Đà Lạt"
    assert [row["to_state"] for row in report["history"]] == ["received", "assigned"]


async def test_the_officer_may_know_the_category_ward_and_severity_better(
    mai: AsyncClient, raised: Raise
) -> None:
    body = {"category_key": "environment", "ward_code": "24778", "severity": 3}
    report = (await decide(mai, await raised(), "confirm", **body)).json()
    assert report["category_key"] == "environment"
    assert report["ward_name"] == "Phường Lâm Viên - Đà Lạt"
    assert report["severity"] == 3


async def test_what_the_officer_knows_better_shows_who_would_lead_and_when_it_would_be_due(
    mai: AsyncClient, raised: Raise
) -> None:
    candidate_id = await raised()
    better: dict[str, str | int] = {"category_key": "environment", "ward_code": "24778", "severity": 3}
    item = (await mai.get(f"{CANDIDATES}/{candidate_id}", params=better)).json()
    report = (await decide(mai, candidate_id, "confirm", **better)).json()
    for name in ("category_key", "category_name", "ward_name", "lead_unit_name", "severity"):
        assert item[name] == report[name]
    assert item["would_be_due"]["limit"] == report["due"]["limit"]
    assert item["would_be_due"]["clause"] == report["due"]["clause"]


async def test_asking_what_if_saves_nothing(mai: AsyncClient, raised: Raise) -> None:
    path = f"{CANDIDATES}/{await raised()}"
    before = (await mai.get(path)).json()
    await mai.get(path, params={"category_key": "environment", "severity": 3})
    after = (await mai.get(path)).json()
    assert (after["category_key"], after["severity"]) == (before["category_key"], before["severity"])
    assert after["version"] == before["version"]


async def test_an_empty_queue_tells_of_the_last_one(mai: AsyncClient, raised: Raise) -> None:
    candidate_id = await raised()
    await decide(mai, candidate_id, "dismiss", reason="drill")
    seen_at = (await mai.get(f"{CANDIDATES}/{candidate_id}")).json()["event"]["seen_at"]
    clock = datetime.fromisoformat(seen_at).astimezone(CITY_ZONE)
    page = (await mai.get("/desk/queue")).text
    assert re.search(rf"Lần cuối: {clock:%H:%M}.*{CAMERA.name}\.", page)


async def test_a_queue_that_never_had_anything_tells_of_no_last_one(mai: AsyncClient) -> None:
    assert "Lần cuối" not in (await mai.get("/desk/queue")).text


async def test_a_dismissal_needs_a_reason_of_the_list(mai: AsyncClient, raised: Raise) -> None:
    candidate_id = await raised()
    refused = await decide(mai, candidate_id, "dismiss", reason="because")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"
    dismissed = await decide(mai, candidate_id, "dismiss", reason="permitted")
    assert dismissed.json()["state"] == "dismissed"


async def test_a_second_decision_is_told_who_decided_and_how(
    mai: AsyncClient, hung: AsyncClient, raised: Raise
) -> None:
    candidate_id = await raised()
    version = await claim(mai, candidate_id)
    body = {"version": version, "reason": "no_violation"}
    await mai.post(f"{CANDIDATES}/{candidate_id}/dismiss", json=body)
    late = await hung.post(f"{CANDIDATES}/{candidate_id}/confirm", json={"version": version})
    assert late.status_code == 409
    assert late.headers["content-type"] == "application/problem+json"
    (newer,) = late.json()["newer"]
    assert (newer["by_name"], newer["to_state"]) == ("Trần Thị Mai", "dismissed")
    assert late.json()["detail"].startswith("Trần Thị Mai: Bỏ qua, ")
    assert "(Không vi phạm)" in late.json()["detail"]


async def test_what_a_colleague_holds_says_who_and_until_when(
    mai: AsyncClient, hung: AsyncClient, raised: Raise
) -> None:
    candidate_id = await raised()
    await claim(mai, candidate_id)
    answer = await hung.post(f"{CANDIDATES}/{candidate_id}/claim")
    assert answer.status_code == 409
    assert answer.json()["holder"] == "Trần Thị Mai"
    assert answer.json()["until"]


async def test_of_two_officers_at_once_one_decides(
    mai: AsyncClient, hung: AsyncClient, raised: Raise
) -> None:
    candidate_id = await raised()
    body: dict[str, Any] = {"version": await claim(mai, candidate_id), "reason": "drill"}
    path = f"{CANDIDATES}/{candidate_id}/dismiss"
    answers = await asyncio.gather(*(officer.post(path, json=body) for officer in (mai, mai, hung, hung)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_decision_can_be_taken_back(mai: AsyncClient, raised: Raise) -> None:
    candidate_id = await raised()
    report = await confirmed(mai, candidate_id)
    version = report["candidate"]["version"]
    undone = await mai.post(f"{CANDIDATES}/{candidate_id}/undo", json={"version": version})
    assert undone.json()["state"] == "verifying"
    assert (await mai.get(f"/api/v1/reports/{report['report_id']}")).json()["state"] == "cancelled"


async def test_an_unknown_candidate_is_not_found(mai: AsyncClient) -> None:
    unknown = uuid4()
    answer = await mai.get(f"{CANDIDATES}/{unknown}")
    assert answer.status_code == 404
    assert str(unknown) in answer.json()["detail"]


@pytest.mark.parametrize("path", [CANDIDATES, f"{CANDIDATES}/{uuid4()}", "/desk", "/desk/queue"])
async def test_the_desk_is_not_a_wards(an: AsyncClient, path: str) -> None:
    assert (await an.get(path)).status_code == 403


async def test_a_released_candidate_is_free_again(mai: AsyncClient, hung: AsyncClient, raised: Raise) -> None:
    candidate_id = await raised()
    await claim(mai, candidate_id)
    await mai.post(f"{CANDIDATES}/{candidate_id}/release")
    assert (await hung.post(f"{CANDIDATES}/{candidate_id}/claim")).json()["holder"][
        "full_name"
    ] == "Lê Văn Hùng"
