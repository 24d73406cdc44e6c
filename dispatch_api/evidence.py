"""Pictures and clips, to those whose work they are. Answers range requests: a clip can be wound."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import PurePosixPath
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from dispatch_api.auth import AccountDep
from dispatch_api.byte_range import ByteRange, NotSatisfiable, byte_range
from dispatch_api.context import ContextDep
from incidents.errors import NotFound
from incidents.evidence.store import CANDIDATES, PHOTOS, EvidenceStore, FileInfo

router = APIRouter(include_in_schema=False)

TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}
# Named after what is in them and never written twice: a browser may keep them for a shift, a proxy may not.
# By cookie: who signs in next at the same machine asks anew.
CACHE = {"Cache-Control": "private, max-age=28800, immutable", "Vary": "Cookie", "Accept-Ranges": "bytes"}


@router.api_route("/evidence/{path:path}", methods=["GET", "HEAD"])
async def evidence(request: Request, context: ContextDep, account: AccountDep, path: str) -> Response:
    """For the IOC, and for a unit once the candidate is a report of theirs. Raises NotFound for others."""
    candidate_id = _candidate_of(path)
    if candidate_id is None or not await context.incidents.reports.may_see_evidence(candidate_id, account):
        raise NotFound("file", path)
    return await _answer(request, context.evidence, f"{CANDIDATES}/{path}")


@router.api_route("/photos/{path:path}", methods=["GET", "HEAD"])
async def photo(request: Request, context: ContextDep, account: AccountDep, path: str) -> Response:
    """Taken after the work: for whoever may see its report. Raises NotFound for others."""
    stored = f"{PHOTOS}/{path}"
    if not await context.incidents.reports.may_see_photo(stored, account):
        raise NotFound("file", path)
    return await _answer(request, context.evidence, stored)


def _candidate_of(path: str) -> UUID | None:
    """Evidence lies in a folder that is named by its candidate."""
    try:
        return UUID(PurePosixPath(path).parent.name)
    except ValueError:
        return None


async def _answer(request: Request, store: EvidenceStore, path: str) -> Response:
    """Raises NotFound, EvidenceUnavailable; HTTPException where the range lies behind the end."""
    media_type = TYPES.get(PurePosixPath(path).suffix)
    info = await asyncio.to_thread(store.info, path) if media_type else None
    if info is None:
        raise NotFound("file", path)
    headers = CACHE | {"ETag": info.etag}
    if _matches(request.headers.get("if-none-match"), info.etag):
        return Response(status_code=304, headers=headers)
    part = _asked_part(request, info)
    headers["Content-Length"] = str(info.n_bytes if part is None else part.n_bytes)
    if part is not None:
        headers["Content-Range"] = part.content_range(info.n_bytes)
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    start, n_bytes = (0, info.n_bytes) if part is None else (part.start, part.n_bytes)
    chunks = await asyncio.to_thread(_begun, store.read(path, start, n_bytes))
    return StreamingResponse(chunks, status_code=status, headers=headers, media_type=media_type)


def _asked_part(request: Request, info: FileInfo) -> ByteRange | None:
    condition = request.headers.get("if-range")
    if condition is not None and condition != info.etag:
        return None
    try:
        return byte_range(request.headers.get("range"), info.n_bytes)
    except NotSatisfiable:
        headers = {"Content-Range": f"bytes */{info.n_bytes}"}
        raise HTTPException(416, "the range begins behind the end of the file", headers) from None


def _matches(header: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return etag in tags or "*" in tags


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """With its first chunk read: a store that is away is an answer of its own, not a clip that breaks off."""
    first = next(chunks, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from chunks

    return rest()
