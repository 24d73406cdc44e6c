"""The files that pages are made of. The same for everybody, so a browser may keep them, unlike the pages."""

from __future__ import annotations

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

VENDOR_MAX_AGE_S = 3600  # fonts and icons change with a release; an hour later everybody has the new ones


class Shipped(StaticFiles):
    """Our own files are asked for again each time (an unchanged one is answered without its bytes)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = f"max-age={VENDOR_MAX_AGE_S}" if path.startswith("vendor") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
