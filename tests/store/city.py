"""A city with two wards, and what its cameras raise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from shapely.geometry import box

from incidents.contract.events import CandidateRaised, Family
from incidents.people.accounts import Account
from incidents.people.roles import Role
from incidents.places.routing import Ward, WardRef
from tests.events import CAMERA, candidate

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 09:00 in Đà Lạt
EAST = WardRef(code="24778", name="Phường Lâm Viên - Đà Lạt", valid_from=date(2025, 7, 1))
WEST = WardRef(code="24787", name="Phường Cam Ly - Đà Lạt", valid_from=date(2025, 7, 1))

MakeAccount = Callable[[str, Role, str], Awaitable[Account]]
Raise = Callable[..., Awaitable[UUID]]


def event(
    kind: str = "parked_in_no_parking",
    family: Family = Family.ENCROACHMENT,
    *,
    seen_at: datetime = NOW - timedelta(seconds=3),
    lon_deg: float = 108.46,
) -> CandidateRaised:
    camera = replace(CAMERA, lon_deg=lon_deg, lat_deg=11.95)
    return candidate(kind=kind, family=family, camera=camera, seen_at=seen_at)


def boundaries() -> tuple[Ward, ...]:
    """Two wards that meet at 108.45 degrees east."""
    return tuple(
        Ward(ref=ref, type="phường", valid_to=None, near_m=25, outline=box(west, 11.9, east, 12.0))
        for ref, west, east in ((WEST, 108.4, 108.45), (EAST, 108.45, 108.5))
    )
