"""`mastwatch route`: who leads and who coordinates, for a category, a place and a date."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from incidents.errors import InvalidInput
from incidents.places.boundaries_file import read_wards
from incidents.places.routing import Boundaries, Place, Route, route
from incidents.procedure.policy import Policy
from incidents.store.database import Database
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import load, need


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("route", help="who leads and who coordinates at a place")
    parser.add_argument("--city", required=True, metavar="NAME", help="key, name or profile of the city")
    parser.add_argument("--category", required=True, metavar="KEY")
    parser.add_argument("--lon", required=True, type=float, metavar="X", help="degrees east")
    parser.add_argument("--lat", required=True, type=float, metavar="Y", help="degrees north")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="YYYY-MM-DD; today")
    parser.add_argument(
        "--boundaries",
        type=Path,
        nargs="+",
        action="extend",
        metavar="FILE.geojson",
        help="instead of the database's",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    if not (-180 <= args.lon <= 180 and -90 <= args.lat <= 90):
        raise InvalidInput("place", f"lon {args.lon:g}, lat {args.lat:g}: wanted degrees east, then north")
    policy = load_profile(args.city)
    on = args.on or policy.calendar.on(datetime.now(UTC))
    boundaries = from_files(args.boundaries, policy) if args.boundaries else asyncio.run(from_database())
    place = boundaries.locate(args.lon, args.lat, on)
    routed = route(policy, args.category, place.ward)
    document = as_document(routed, place, on)
    if args.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        show(document)
    return 0


def from_files(paths: Sequence[Path], policy: Policy) -> Boundaries:
    return Boundaries(ward for path in paths for ward in read_wards(path, policy))


async def from_database() -> Boundaries:
    database = Database(need("database_url", load().database_url), n_connections_max=1)
    await database.open()
    try:
        await database.check_schema()
        async with database.autocommit() as store:
            return await store.places.boundaries()
    finally:
        await database.close()


def as_document(routed: Route, place: Place, on: date) -> dict[str, object]:
    return {
        "lead": routed.lead.name,
        "lead_unit_id": routed.lead.unit_id,
        "coordinating": [unit.name for unit in routed.coordinating],
        "ward": place.ward.name if place.ward else None,
        "ward_code": place.ward.code if place.ward else None,
        "near_boundary": place.near_boundary,
        "on": on.isoformat(),
    }


def show(document: dict[str, object]) -> None:
    coordinating = document["coordinating"]
    print(f"Đơn vị chủ trì:   {document['lead']}")
    if isinstance(coordinating, list) and coordinating:
        print(f"Đơn vị phối hợp:  {', '.join(coordinating)}")
    near = " (gần ranh giới: cần người xác nhận)" if document["near_boundary"] else ""
    print(f"Địa bàn:          {document['ward'] or 'ngoài các địa bàn đã biết'}{near}")
