"""Units and the wards of each period."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from psycopg import AsyncConnection
from psycopg.errors import ExclusionViolation
from psycopg.rows import DictRow

from incidents.errors import InvalidInput
from incidents.people.roles import Role
from incidents.places.routing import (
    Boundaries,
    Ward,
    WardOutline,
    WardRef,
    outline_from,
    outline_json,
)
from incidents.procedure.policy import Unit

PUT_UNIT = """
    INSERT INTO unit (unit_id, name, role) VALUES (%s, %s, %s)
    ON CONFLICT (unit_id) DO UPDATE SET name = excluded.name, role = excluded.role
    WHERE (unit.name, unit.role) IS DISTINCT FROM (excluded.name, excluded.role)
"""
UNITS = "SELECT unit_id, name, role FROM unit ORDER BY unit_id"
# A second import of the same layer mends it: reports keep their ward, as its id stays.
PUT_WARD = """
    INSERT INTO ward (code, name, type, valid_from, valid_to, near_m, geometry, unit_id)
    VALUES (%(code)s, %(name)s, %(type)s, %(valid_from)s, %(valid_to)s, %(near_m)s, %(geometry)s::jsonb,
        %(unit_id)s)
    ON CONFLICT (code, valid_from) DO UPDATE SET name = excluded.name, type = excluded.type,
        valid_to = excluded.valid_to, near_m = excluded.near_m, geometry = excluded.geometry
"""
NOTE_IMPORT = "INSERT INTO ward_import (file_name, n_wards, imported_at) VALUES (%s, %s, %s)"
LAST_IMPORT = "SELECT coalesce(max(import_id), 0) AS import_id FROM ward_import"
WARDS = """
    SELECT code, name, type, valid_from, valid_to, near_m, geometry::text AS geometry FROM ward
    ORDER BY code, valid_from
"""
WARDS_ON = """
    SELECT code, name, geometry::text AS geometry FROM ward
    WHERE daterange(valid_from, valid_to) @> %s::date ORDER BY name
"""
WARD_ON = """
    SELECT code, name, valid_from FROM ward
    WHERE code = %s AND daterange(valid_from, valid_to) @> %s::date
"""


class PlaceStore:
    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def put_units(self, units: Iterable[Unit]) -> None:
        """Add those that are new and rename those that are called otherwise now."""
        for unit in units:
            await self._connection.execute(PUT_UNIT, (unit.unit_id, unit.name, unit.role))

    async def units(self) -> tuple[Unit, ...]:
        rows = await (await self._connection.execute(UNITS)).fetchall()
        return tuple(Unit(unit_id=row["unit_id"], name=row["name"], role=Role(row["role"])) for row in rows)

    async def put_wards(self, wards: Sequence[Ward], file_name: str, at: datetime) -> None:
        """Add or mend them, with the units of each.

        Raises:
            InvalidInput: one overlaps in time with another period of the same code.
        """
        for ward in wards:
            committee = ward.ref.unit(Role.WARD)
            await self.put_units((committee, ward.ref.unit(Role.WARD_POLICE)))
            await self._put_ward(ward, committee.unit_id)
        await self._connection.execute(NOTE_IMPORT, (file_name, len(wards), at))

    async def _put_ward(self, ward: Ward, unit_id: str) -> None:
        values = {
            "code": ward.ref.code,
            "name": ward.ref.name,
            "type": ward.type,
            "valid_from": ward.ref.valid_from,
            "valid_to": ward.valid_to,
            "near_m": ward.near_m,
            "geometry": outline_json(ward.outline),
            "unit_id": unit_id,
        }
        try:
            await self._connection.execute(PUT_WARD, values)
        except ExclusionViolation as error:
            period = f"{ward.ref.name} ({ward.ref.code}) from {ward.ref.valid_from}"
            raise InvalidInput("valid_from", f"{period} overlaps another period of that code") from error

    async def last_import(self) -> int:
        """Grows with every import; 0 before the first."""
        row = await (await self._connection.execute(LAST_IMPORT)).fetchone()
        return int(row["import_id"]) if row else 0

    async def boundaries(self) -> Boundaries:
        rows = await (await self._connection.execute(WARDS)).fetchall()
        return Boundaries(
            Ward(
                ref=WardRef(code=row["code"], name=row["name"], valid_from=row["valid_from"]),
                type=row["type"],
                valid_to=row["valid_to"],
                near_m=row["near_m"],
                outline=outline_from(json.loads(row["geometry"])),
            )
            for row in rows
        )

    async def wards_on(self, on: date) -> tuple[WardOutline, ...]:
        """By name."""
        rows = await (await self._connection.execute(WARDS_ON, (on,))).fetchall()
        return tuple(
            WardOutline(code=row["code"], name=row["name"], geometry_json=row["geometry"]) for row in rows
        )

    async def ward_on(self, code: str, on: date) -> WardRef:
        """Raises InvalidInput where no ward has that code on that date."""
        row = await (await self._connection.execute(WARD_ON, (code, on))).fetchone()
        if row is None:
            raise InvalidInput("ward_code", f"no ward {code} on {on}")
        return WardRef(code=row["code"], name=row["name"], valid_from=row["valid_from"])
