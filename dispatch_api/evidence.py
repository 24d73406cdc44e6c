"""Pictures and clips, to those whose work they are. Answers range requests: a clip can be wound."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import FileResponse

from dispatch_api.auth import AccountDep
from dispatch_api.context import ContextDep
from incidents.errors import NotFound

router = APIRouter(include_in_schema=False)

TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}
# Named after what is in them and never written twice: a browser may keep them for a shift, a proxy may not.
# By cookie: who signs in next at the same machine asks anew.
CACHE = {"Cache-Control": "private, max-age=28800, immutable", "Vary": "Cookie"}


@router.get("/evidence/{path:path}")
async def evidence(context: ContextDep, account: AccountDep, path: str) -> FileResponse:
    """For the IOC, and for a unit once the candidate is a report of theirs. Raises NotFound for others."""
    wanted = await asyncio.to_thread(_file, context.settings.evidence_dir, path)
    candidate_id = _candidate_of(wanted)
    if candidate_id is None or not await context.incidents.reports.may_see_evidence(candidate_id, account):
        raise NotFound("file", path)
    return _answer(wanted)


@router.get("/photos/{path:path}")
async def photo(context: ContextDep, account: AccountDep, path: str) -> FileResponse:
    """Taken after the work: for whoever may see its report. Raises NotFound for others."""
    wanted = await asyncio.to_thread(_file, context.settings.photos_dir, path)
    stored = wanted.relative_to(context.settings.data_dir.resolve()).as_posix()
    if not await context.incidents.reports.may_see_photo(stored, account):
        raise NotFound("file", path)
    return _answer(wanted)


def _file(root: Path, path: str) -> Path:
    """A picture or clip below `root`. Raises NotFound, also for a path that leads out of it."""
    try:
        wanted = (root / path).resolve()
        found = wanted.suffix in TYPES and wanted.is_relative_to(root.resolve()) and wanted.is_file()
    except (OSError, ValueError) as error:  # a name that no file can have: too long, or with a zero byte
        raise NotFound("file", path) from error
    if not found:
        raise NotFound("file", path)
    return wanted


def _candidate_of(evidence: Path) -> UUID | None:
    """Evidence lies in a folder that is named by its candidate."""
    try:
        return UUID(evidence.parent.name)
    except ValueError:
        return None


def _answer(wanted: Path) -> FileResponse:
    return FileResponse(wanted, media_type=TYPES[wanted.suffix], headers=CACHE)
