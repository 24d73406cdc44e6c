"""What people do over HTTP, in the words of the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from PIL import Image

from tests.running_city import PASSWORD

ADDRESS = "http://mastwatch.test"

Raise = Callable[..., Awaitable[UUID]]
SignIn = Callable[[str], Awaitable[AsyncClient]]


async def sign_in(client: AsyncClient, username: str) -> AsyncClient:
    """The client with the session's cookie and its secret on every request."""
    answer = await client.post("/api/v1/session", json={"username": username, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


async def claim(officer: AsyncClient, candidate_id: UUID) -> int:
    """Holds it; the version to decide with."""
    answer = await officer.post(f"/api/v1/candidates/{candidate_id}/claim")
    return int(answer.json()["version"])


async def decide(officer: AsyncClient, candidate_id: UUID, action: str, **body: Any) -> Response:
    version = await claim(officer, candidate_id)
    return await officer.post(
        f"/api/v1/candidates/{candidate_id}/{action}", json={"version": version, **body}
    )


async def confirmed(officer: AsyncClient, candidate_id: UUID) -> dict[str, Any]:
    """The report that the confirmation made."""
    report: dict[str, Any] = (await decide(officer, candidate_id, "confirm")).json()
    return report


async def accepted(member: AsyncClient, report: dict[str, Any]) -> dict[str, Any]:
    path = f"/api/v1/reports/{report['report_id']}"
    answer = await member.post(f"{path}/accept", json={"version": report["version"]})
    taken: dict[str, Any] = answer.json()
    return taken


async def send_result(
    member: AsyncClient, report: dict[str, Any], photo: bytes, text: str = "Đã nhắc nhở."
) -> Response:
    return await member.post(
        f"/api/v1/reports/{report['report_id']}/result",
        data={"version": report["version"], "text": text},
        files={"photos": ("sau.jpg", photo, "image/jpeg")},
    )


def photo(width_px: int = 320, height_px: int = 240) -> bytes:
    written = BytesIO()
    Image.new("RGB", (width_px, height_px), "seagreen").save(written, "JPEG")
    return written.getvalue()
