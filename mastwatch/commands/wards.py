"""`mastwatch wards import`: a city's ward boundaries with their dates, into the database."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from incidents.places.boundaries_file import read_wards
from incidents.places.routing import Ward
from incidents.store.database import Database
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import load, need


def add_parser(subparsers: Subparsers) -> None:
    verbs = subparsers.add_parser("wards", help="ward boundaries").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    parser = verbs.add_parser("import", help="boundaries with validity dates, from GeoJSON in WGS 84")
    parser.add_argument("file", type=Path, metavar="FILE.geojson")
    parser.add_argument("--city", required=True, metavar="NAME", help="key, name or profile of the city")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """All of the file or nothing. The same file twice changes nothing."""
    url = need("database_url", load().database_url)
    wards = read_wards(args.file, load_profile(args.city))
    asyncio.run(put(url, wards, args.file.name))
    if args.json:
        print(json.dumps({"wards": [ward.ref.name for ward in wards]}, ensure_ascii=False))
    else:
        print(f"imported {len(wards)} wards from {args.file.name}")
    return 0


async def put(database_url: str, wards: Sequence[Ward], file_name: str) -> None:
    database = Database(database_url, n_connections_max=1)
    await database.open()
    try:
        await database.check_schema()
        async with database.transaction() as store:
            await store.places.put_wards(wards, file_name, datetime.now(UTC))
    finally:
        await database.close()
