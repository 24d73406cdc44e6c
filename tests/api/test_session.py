from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dispatch_api.app import create_app
from dispatch_api.context import utc_now
from dispatch_api.session.routes import local
from tests.api.visitors import ADDRESS, Raise, SignIn
from tests.running_city import PASSWORD, City

SIGN_IN = "/api/v1/session"


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(stranger: AsyncClient) -> None:
    answer = await stranger.post(SIGN_IN, json={"username": "mai", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert answer.json()["account"]["full_name"] == "Trần Thị Mai"


async def test_behind_https_the_cookie_never_leaves_over_http(city: City) -> None:
    from dataclasses import replace

    app = create_app(replace(city.settings, secure_cookies=True))
    async with app.router.lifespan_context(app):
        client = AsyncClient(transport=ASGITransport(app), base_url="https://mastwatch.test")
        answer = await client.post(SIGN_IN, json={"username": "mai", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-mastwatch=")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("username", ["mai", "nobody"])
async def test_a_wrong_password_and_an_unknown_name_look_the_same(
    stranger: AsyncClient, username: str
) -> None:
    answer = await stranger.post(SIGN_IN, json={"username": username, "password": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:mastwatch:problem:bad-credentials"
    assert answer.json()["detail"].startswith("Tên đăng nhập hoặc mật khẩu không đúng")


async def test_after_many_failures_it_says_when_to_try_again(stranger: AsyncClient) -> None:
    for _ in range(5):
        await stranger.post(SIGN_IN, json={"username": "mai", "password": "wrong"})
    answer = await stranger.post(SIGN_IN, json={"username": "mai", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json()["until"]
    assert int(answer.headers["retry-after"]) > 0


async def test_signing_out_ends_the_session_on_the_server(mai: AsyncClient) -> None:
    cookies = dict(mai.cookies)
    assert (await mai.delete(SIGN_IN)).status_code == 204
    mai.cookies.update(cookies)
    assert (await mai.get("/api/v1/candidates")).status_code == 401


async def test_a_session_ends_by_itself(city: City) -> None:
    late = create_app(city.settings, clock=lambda: utc_now() + timedelta(hours=13))
    now = create_app(city.settings)
    async with now.router.lifespan_context(now), late.router.lifespan_context(late):
        client = AsyncClient(transport=ASGITransport(now), base_url=ADDRESS)
        await client.post(SIGN_IN, json={"username": "mai", "password": PASSWORD})
        later = AsyncClient(transport=ASGITransport(late), base_url=ADDRESS, cookies=client.cookies)
        assert (await later.get("/api/v1/candidates")).status_code == 401


async def test_a_change_without_the_sessions_secret_is_refused(mai: AsyncClient, raised: Raise) -> None:
    candidate_id: UUID = await raised()
    del mai.headers["X-CSRF-Token"]
    answer = await mai.post(f"/api/v1/candidates/{candidate_id}/claim")
    assert answer.status_code == 403
    assert "X-CSRF-Token" in answer.json()["detail"]


async def test_another_persons_secret_is_refused(signed_in: SignIn, raised: Raise) -> None:
    mai, hung = await signed_in("mai"), await signed_in("hung")
    mai.headers["X-CSRF-Token"] = hung.headers["X-CSRF-Token"]
    assert (await mai.post(f"/api/v1/candidates/{await raised()}/claim")).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://["},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused(stranger: AsyncClient, headers: dict[str, str]) -> None:
    form = {"username": "mai", "password": PASSWORD}
    answer = await stranger.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 403


async def test_a_person_who_is_not_signed_in_comes_back_to_the_page_they_wanted(
    stranger: AsyncClient,
) -> None:
    asked = await stranger.get("/desk", headers={"Accept": "text/html"})
    assert asked.headers["location"] == "/sign-in?next=/desk"
    form = {"username": "mai", "password": PASSWORD, "next": "/desk"}
    assert (await stranger.post("/sign-in", data=form)).headers["location"] == "/desk"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "//[", "/\t/x", "desk", ""],
)
def test_signing_in_leads_to_no_other_host(elsewhere: str) -> None:
    assert local(elsewhere) is None


@pytest.mark.parametrize(("username", "home"), [("mai", "/desk"), ("an", "/ward")])
async def test_everybody_starts_at_their_own_work(signed_in: SignIn, username: str, home: str) -> None:
    person = await signed_in(username)
    assert (await person.get("/")).headers["location"] == home


async def test_the_language_is_switched_and_stays(mai: AsyncClient) -> None:
    assert "Hàng chờ" in (await mai.get("/desk")).text
    await mai.post("/language", data={"next": "/desk"})
    assert "Queue" in (await mai.get("/desk")).text


async def test_two_applications_count_apart(app: FastAPI, city: City, stranger: AsyncClient) -> None:
    other = create_app(city.settings)
    async with other.router.lifespan_context(other):
        await stranger.get("/healthz")
        assert b'route="/healthz"' not in other.state.context.metrics.text()
        assert b'route="/healthz"' in app.state.context.metrics.text()
