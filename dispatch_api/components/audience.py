"""One audience of the web application: its pages, its JSON, and the folder with its templates and files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter

ROOM = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A folder of `dispatch_api`, named as the audience: `templates/` and `static/` lie in it."""

    name: str
    pages: APIRouter | None = None
    api: APIRouter | None = None  # below /api/v1

    @property
    def templates(self) -> Path:
        """Known to templates as `<name>/...`."""
        return ROOM / self.name / "templates"

    @property
    def static(self) -> Path:
        """Served under /static/<name>/; an audience need not have any."""
        return ROOM / self.name / "static"


# Not an audience of its own: what all of them share lies beside them in the same way.
SHARED = Audience(name="components")
