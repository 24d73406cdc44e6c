"""How much may be sent: counted while it streams in, so that nothing oversized is ever held."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from incidents.evidence.photos import N_BYTES_MAX
from incidents.lifecycle.given import N_PHOTOS_MAX

MIB = 1024 * 1024
FORM_MAX_BYTES = 64 * 1024  # texts and the frame of a multipart form
RESULT_MAX_BYTES = N_PHOTOS_MAX * N_BYTES_MAX + FORM_MAX_BYTES


class TooLarge(HTTPException):
    """More was sent than the route takes; `detail` names the limit."""

    def __init__(self, what: str, max_bytes: int) -> None:
        super().__init__(413, f"{what} may have at most {max_bytes} bytes")
        self.max_bytes = max_bytes


class BodyLimit:
    """Refuses a body over the limit of its path, by its announced length or while it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = RESULT_MAX_BYTES if scope["path"].endswith("/result") else FORM_MAX_BYTES
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        n_bytes = 0

        async def counted() -> Message:
            nonlocal n_bytes
            if announced.isdigit() and int(announced) > max_bytes:
                raise TooLarge("the request", max_bytes)
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > max_bytes:
                raise TooLarge("the request", max_bytes)
            return message

        await self._app(scope, counted, send)
