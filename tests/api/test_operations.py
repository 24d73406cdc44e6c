from __future__ import annotations

import re
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch_api.app import create_app
from dispatch_api.headers import SECURITY_HEADERS
from tests.api.visitors import ADDRESS, Raise, confirmed, decide
from tests.running_city import City, served


async def test_it_says_that_it_lives_and_that_it_can_work(stranger: AsyncClient) -> None:
    for method in ("GET", "HEAD"):
        assert (await stranger.request(method, "/healthz")).status_code == 200
        assert (await stranger.request(method, "/readyz")).status_code == 200


async def test_without_its_database_it_lives_but_cannot_work(stranger: AsyncClient, app: FastAPI) -> None:
    await app.state.context.incidents.database.close()
    assert (await stranger.get("/healthz")).status_code == 200
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["type"] == "urn:mastwatch:problem:database-unavailable"


async def test_requests_are_counted_by_their_route_not_by_their_path(mai: AsyncClient, raised: Raise) -> None:
    await confirmed(mai, await raised())
    await mai.get("/no/such/page")
    await mai.get("/static/no-such-file.css")
    await mai.request("INVENTED", "/desk")
    await mai.get("/api/v1/candidates/api")  # a value that is also a part of the path before it
    text = (await mai.get("/metrics")).text
    route = "/api/v1/candidates/{candidate_id}/confirm"
    assert f'mastwatch_http_requests_total{{method="POST",route="{route}",status="200"}} 1.0' in text
    assert 'mastwatch_decisions_total{action="confirm"} 1.0' in text
    assert 'route="/api/v1/candidates/{candidate_id}",status="422"' in text
    assert not re.search("no/such/page|no-such-file|INVENTED", text)


async def test_the_depth_of_the_queue_is_right_when_it_is_asked_for(
    stranger: AsyncClient, mai: AsyncClient, raised: Raise
) -> None:
    for n_waiting in (1, 2):
        await raised()
        assert f"mastwatch_candidates_waiting {n_waiting}.0" in (await stranger.get("/metrics")).text
    queue = (await mai.get("/api/v1/candidates")).json()
    await decide(mai, UUID(queue["items"][0]["candidate_id"]), "dismiss", reason="drill")
    assert "mastwatch_candidates_waiting 1.0" in (await stranger.get("/metrics")).text


async def test_without_its_database_it_still_tells_what_it_counted(
    stranger: AsyncClient, app: FastAPI
) -> None:
    await app.state.context.incidents.database.close()
    answer = await stranger.get("/metrics")
    assert answer.status_code == 200
    assert "mastwatch_candidates_waiting NaN" in answer.text


BAD_BODIES = (b"", b"{", b"[]", b"null", b'{"version": "one"}', b'{"version": 1e400}', b"\xff\xfe")
CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "",
)


async def test_a_body_that_is_not_what_was_asked_for_is_refused_in_our_shape(mai: AsyncClient) -> None:
    path = f"/api/v1/candidates/{uuid4()}/dismiss"
    for body, content_type in product(BAD_BODIES, CONTENT_TYPES):
        answer = await mai.post(path, content=body, headers={"Content-Type": content_type})
        assert answer.status_code in (400, 422), (body, content_type)
        assert answer.headers["content-type"] == "application/problem+json"


BAD_ADDRESSES = (
    "/desk/candidates/{id}?category_key=%00",
    "/desk/candidates/{id}?ward_code=%00",
    "/desk/candidates/{id}?severity=9",
    "/api/v1/candidates/{id}?severity=-1",
    "/api/v1/candidates/{id}?ward_code=nowhere",
    "/api/v1/candidates/{id}?category_key=nothing",
    "/api/v1/reports/%00",
    "/desk?family=%00",
    "/desk/nothing%0d%0aSet-Cookie:x=y",
)


async def test_no_value_in_an_address_breaks_it(mai: AsyncClient, raised: Raise) -> None:
    candidate_id = await raised()
    for path in BAD_ADDRESSES:
        answer = await mai.get(path.format(id=candidate_id))
        assert answer.status_code in (403, 404, 422), path
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/candidates", 405),
        ("GET", "/api/v1/candidates/not-an-id", 422),
        ("GET", "/api/v1/candidates?family=noise", 422),
        ("GET", "/evidence/none.jpg", 404),
    ],
)
async def test_every_error_has_one_shape(mai: AsyncClient, method: str, path: str, status: int) -> None:
    answer = await mai.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert all(problem[member] for member in ("type", "title", "detail", "instance"))


async def test_a_fault_of_ours_has_a_code_and_shows_nothing_of_its_inside(city: City) -> None:
    app = create_app(city.settings)

    @app.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError("password=secret")

    async with app.router.lifespan_context(app):
        transport = ASGITransport(app, raise_app_exceptions=False)
        answer = await AsyncClient(transport=transport, base_url=ADDRESS).get("/api/v1/broken")
        counted = app.state.context.metrics.text()
    assert b'route="/api/v1/broken",status="500"' in counted
    assert answer.headers.items() >= {name.lower(): value for name, value in SECURITY_HEADERS.items()}.items()
    assert answer.status_code == 500
    assert answer.json()["code"] in answer.json()["detail"]
    assert "secret" not in answer.text


async def test_people_get_a_page_in_place_of_a_problem(mai: AsyncClient) -> None:
    answer = await mai.get("/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


async def test_a_garbled_address_is_to_people_a_page_that_is_not_there(mai: AsyncClient) -> None:
    answer = await mai.get("/desk/candidates/zzz", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "UUID" not in answer.text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/desk", "/static/components/base.css", "/healthz", "/api/v1/candidates", "/x"]
)
async def test_every_answer_tells_the_browser_to_trust_nothing_else(mai: AsyncClient, path: str) -> None:
    headers = (await mai.get(path)).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("path", ["/sign-in", "/desk", "/desk/queue", "/nothing"])
async def test_no_page_holds_a_script_or_a_style(mai: AsyncClient, raised: Raise, path: str) -> None:
    await raised()
    html = (await mai.get(path, headers={"Accept": "text/html"})).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://(?!mastwatch\.test)", html)
    assert not [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag and "json" not in tag]


async def test_what_people_write_is_shown_as_text(mai: AsyncClient, raised: Raise) -> None:
    await raised(object_class="<script>alert(1)</script>")
    queue = (await mai.get("/api/v1/candidates")).json()
    page = await mai.get(f"/desk/candidates/{queue['items'][0]['candidate_id']}")
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


async def test_the_description_tells_every_route_and_its_errors(stranger: AsyncClient) -> None:
    document = (await stranger.get("/api/v1/openapi.json")).json()
    operations: list[dict[str, Any]] = [
        operation for methods in document["paths"].values() for operation in methods.values()
    ]
    assert len(operations) >= 15
    for operation in operations:
        problems = [answer for status, answer in operation["responses"].items() if int(status) >= 400]
        assert problems
        assert all("application/problem+json" in answer["content"] for answer in problems)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_an_open_page_is_told_of_changes_and_that_the_line_lives(city: City) -> None:
    import httpx

    with served(city.settings) as address, httpx.Client(base_url=address) as client:
        answer = client.post("/api/v1/session", json={"username": "mai", "password": "mot-mat-khau-dai"})
        assert answer.status_code == 200
        with client.stream("GET", "/api/v1/changes") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: hello"
            assert stream.headers["content-type"].startswith("text/event-stream")
