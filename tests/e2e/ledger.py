"""What the outbox and the database of a running demo hold, read beside the programs that own them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

# What stands stays one candidate; what happens in a clip happens again in every round of it.
STANDING = ("parked_in_no_parking", "vehicle_on_sidewalk", "vehicle_on_crosswalk", "stopped_vehicle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    candidate_id: str
    camera_id: str
    zone_id: str
    kind: str
    box: tuple[float, float, float, float]


def in_outbox(data_dir: Path) -> frozenset[str]:
    """Every candidate that a worker ever raised here."""
    with closing(sqlite3.connect(f"file:{data_dir / 'outbox.sqlite'}?mode=ro", uri=True)) as db:
        return frozenset(row[0] for row in db.execute("SELECT event_id FROM event"))


def unsent(data_dir: Path) -> int:
    with closing(sqlite3.connect(f"file:{data_dir / 'outbox.sqlite'}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM event WHERE log_id IS NULL").fetchone()[0])


def in_queue(database_url: str) -> tuple[Seen, ...]:
    query = """
        SELECT candidate_id::text, event -> 'camera' ->> 'camera_id' AS camera_id,
            event -> 'zone' ->> 'zone_id' AS zone_id, event ->> 'kind' AS kind, event -> 'box' AS box
        FROM candidate
    """
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        rows = connection.execute(query).fetchall()
    return tuple(Seen(**{**row, "box": tuple(row["box"])}) for row in rows)


def arrivals(database_url: str) -> Counter[str]:
    """How often each candidate came to be, by its history."""
    query = "SELECT candidate_id::text FROM candidate_transition WHERE from_state IS NULL"
    with psycopg.connect(database_url) as connection:
        return Counter(row[0] for row in connection.execute(query))


def raised_twice(seen: tuple[Seen, ...]) -> list[tuple[Seen, Seen]]:
    """Pairs that are one and the same standing thing."""
    standing = [one for one in seen if one.kind in STANDING]
    return [
        (one, other)
        for one, other in combinations(standing, 2)
        if (one.camera_id, one.zone_id, one.kind) == (other.camera_id, other.zone_id, other.kind)
        and overlap(one.box, other.box) > 0.5
    ]


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / (sum(areas) - width * height)
