"""What every answer tells the browser: nothing from another host, no frame around us, no guessed types."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch_api.auth import ForgedRequest

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob:",  # blob: a photo shown before it is sent
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                # Pages and answers are one person's: no proxy may keep them. Files say otherwise themselves.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def same_site(request: Request) -> None:
    """Before every route. Raises ForgedRequest."""
    check_same_site(request.method, request.headers)


def check_same_site(method: str, headers: Headers) -> None:
    """A change that a browser sends for another site's page is refused, signed in or not.

    Programs send neither header and pass; they hold no cookie of a person's browser.

    Raises:
        ForgedRequest: the browser says that another site's page sent it.
    """
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForgedRequest(f"the request comes from another site ({site})")
    if site is None and origin is not None and _host_of(origin) != headers.get("host"):
        raise ForgedRequest(f"the request comes from {origin}")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # "http://[": of nobody
        return None
