"""Category, place and date -> the ward, the unit that leads and those that coordinate.

A statistics-office code alone does not name a ward: merged wards carry on the code of a former one. Code and
`valid_from` together do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from incidents.people.roles import Role
from incidents.procedure.policy import PER_WARD, Policy, Unit

# Metres to one degree of latitude, and to one of longitude at the equator (WGS 84, to 0.6 % over Việt Nam:
# a quarter of a metre in the 25 m that are measured with it).
_LAT_M, _LON_M = 110_650.0, 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WardRef:
    """One ward of one period."""

    code: str
    name: str  # with its type: "Phường 8", "Phường Xuân Hương - Đà Lạt"
    valid_from: date

    def unit(self, role: Role) -> Unit:
        """The ward's People's Committee or its police, as a unit of that period."""
        prefix, key = _WARD_UNITS[role]
        # A numbered ward keeps its capital: "UBND Phường 8", but "UBND phường Xuân Hương - Đà Lạt".
        name = self.name if self.name[-1:].isdigit() else self.name[:1].lower() + self.name[1:]
        unit_id = f"{key}-{self.code}-{self.valid_from.isoformat()}"
        return Unit(unit_id=unit_id, name=f"{prefix} {name}", role=role)


_WARD_UNITS = {Role.WARD: ("UBND", "ward"), Role.WARD_POLICE: ("Công an", "police")}


@dataclass(frozen=True, kw_only=True)
class Ward:
    """A ward with its outline, in force in [valid_from, valid_to)."""

    ref: WardRef
    type: str
    valid_to: date | None
    near_m: float
    outline: Polygon | MultiPolygon  # lon/lat degrees

    def in_force(self, on: date) -> bool:
        return self.ref.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @cached_property
    def _edge_m(self) -> BaseGeometry:
        return _in_metres(self.outline.boundary, self._lat_deg)

    @cached_property
    def _lat_deg(self) -> float:
        return float(self.outline.centroid.y)

    def distance_to_edge_m(self, point: Point) -> float:
        return float(self._edge_m.distance(_in_metres(point, self._lat_deg)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WardOutline:
    """A ward as a map draws it."""

    code: str
    name: str
    geometry_json: str  # GeoJSON geometry, lon/lat


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a point lies. Near a boundary a person confirms the ward."""

    ward: WardRef | None  # None: in no ward of that date
    near_boundary: bool


class Boundaries:
    """The wards of a city over time."""

    def __init__(self, wards: Iterable[Ward]) -> None:
        self._wards = tuple(sorted(wards, key=lambda ward: (ward.ref.code, ward.ref.valid_from)))

    def locate(self, lon_deg: float, lat_deg: float, on: date) -> Place:
        """The ward of a point on a date; where two meet or overlap, the one with the lowest code.

        A point outside every ward but nearer to one than its boundary is exact counts as in the nearest.
        """
        point = Point(lon_deg, lat_deg)
        wards = [ward for ward in self._wards if ward.in_force(on)]
        around = [ward for ward in wards if ward.outline.covers(point)]
        if around:
            near = any(ward.distance_to_edge_m(point) <= ward.near_m for ward in around)
            disputed = any(ward.ref != around[0].ref for ward in around)
            return Place(ward=around[0].ref, near_boundary=near or disputed)
        beside = [(ward.distance_to_edge_m(point), ward.ref.code, ward) for ward in wards]
        within = [(away_m, code, ward) for away_m, code, ward in beside if away_m <= ward.near_m]
        nearest = min(within, key=lambda entry: entry[:2])[2].ref if within else None
        return Place(ward=nearest, near_boundary=nearest is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    lead: Unit
    coordinating: tuple[Unit, ...]


def route(policy: Policy, category_key: str, ward: WardRef | None) -> Route:
    """Who leads and who coordinates. Raises InvalidInput where the city has no such category."""
    rule = policy.rule(category_key)
    lead = _unit(policy, rule.lead, ward)
    coordinating = (_unit(policy, key, ward) for key in rule.coordinating)
    # Where no ward is known, the one unit that stands in for its units may come twice.
    others = dict.fromkeys(unit for unit in coordinating if unit != lead)
    return Route(lead=lead, coordinating=tuple(others))


def _unit(policy: Policy, key: str, ward: WardRef | None) -> Unit:
    if key not in PER_WARD:
        return policy.units[key]
    return ward.unit(PER_WARD[key]) if ward else policy.unknown_ward


def _in_metres(geometry: BaseGeometry, lat_deg: float) -> BaseGeometry:
    scale = (_LON_M * math.cos(math.radians(lat_deg)), _LAT_M)
    return shapely.transform(geometry, lambda lonlat: lonlat * scale)


def outline_from(geometry: object) -> Polygon | MultiPolygon:
    """A GeoJSON geometry as an outline.

    Raises:
        ValueError: not a Polygon or MultiPolygon, or one that crosses itself; says which and where.
    """
    try:
        outline = shapely.from_geojson(json.dumps(geometry))
    except shapely.errors.GEOSException as error:
        raise ValueError(f"not a GeoJSON geometry: {error}") from error
    if not isinstance(outline, Polygon | MultiPolygon) or outline.is_empty:
        raise ValueError("the geometry is not a Polygon or MultiPolygon with points")
    if not outline.is_valid:
        raise ValueError(shapely.is_valid_reason(outline))
    return outline


def outline_json(outline: Polygon | MultiPolygon) -> str:
    return str(shapely.to_geojson(outline))
