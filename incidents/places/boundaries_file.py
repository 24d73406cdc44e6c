"""Reads a file of ward boundaries: the whole of it, or it is refused with the feature and its fault."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from incidents.errors import BoundariesError, InvalidInput
from incidents.places.routing import Ward, WardRef, outline_from
from incidents.procedure.policy import Policy, same_name

# Neighbours that were simplified apart overlap by slivers; more than this is a mistake.
OVERLAP_MAX_SHARE = 0.01
# How GeoJSON from before RFC 7946 names it.
WGS_84 = ("CRS84", "EPSG::4326", "EPSG:4326")
TEXT_MAX_CHARS = 200


def read_wards(path: Path, policy: Policy) -> tuple[Ward, ...]:
    """The wards of a GeoJSON file in WGS 84.

    Each feature is a Polygon or MultiPolygon with the properties code, name, type, city, valid_from and
    valid_to (exclusive, null while in force).

    Raises:
        BoundariesError: naming the feature and what is wrong with it.
    """
    features = _features(path)
    wards = []
    for number, feature in enumerate(features, 1):
        label = _label(number, feature)
        try:
            wards.append(_ward(feature, policy))
        except (InvalidInput, ValueError, RecursionError) as error:
            raise BoundariesError(str(path), label, str(error)) from error
    _refuse_overlaps(path, wards)
    return tuple(wards)


def _features(path: Path) -> list[Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))  # tools on Windows write a mark first
    except OSError as error:
        raise BoundariesError(str(path), "the file", f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BoundariesError(str(path), "the file", f"is not JSON in UTF-8: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise BoundariesError(str(path), "the file", "is not a GeoJSON FeatureCollection with features")
    _refuse_other_degrees(path, document.get("crs"))
    return features


def _refuse_other_degrees(path: Path, crs: object) -> None:
    """Degrees of VN-2000 look like those of WGS 84 and lie some 200 m away from them."""
    if crs is not None and not any(name in json.dumps(crs) for name in WGS_84):
        raise BoundariesError(
            str(path), "the file", f"is in {json.dumps(crs)[:100]}: convert it to WGS 84 degrees"
        )


def _label(number: int, feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return f"feature {number} ({name})" if name else f"feature {number}"


def _ward(feature: object, policy: Policy) -> Ward:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict):
        raise InvalidInput("feature", "is not a GeoJSON Feature with properties")
    city = _text(properties, "city")
    if not same_name(city, policy.city_name):
        raise ValueError(f"is of {city}, and the import is for {policy.city_name}")
    outline = outline_from(feature.get("geometry"))
    west, south, east, north = outline.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(
            f"lies outside longitude and latitude ({west:g}, {south:g}): convert it to WGS 84 degrees"
        )
    valid_from, valid_to = _day(properties, "valid_from"), _day(properties, "valid_to")
    if valid_from is None or (valid_to is not None and valid_to <= valid_from):
        raise ValueError(f"valid_from {valid_from} and valid_to {valid_to} are not two dates in order")
    return Ward(
        ref=WardRef(code=_text(properties, "code"), name=_text(properties, "name"), valid_from=valid_from),
        type=_text(properties, "type"),
        valid_to=valid_to,
        near_m=policy.near_m(valid_from),
        outline=outline,
    )


def _text(properties: Mapping[str, object], key: str) -> str:
    value = properties.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"the property `{key}` is missing or not a text")
    value = value.strip()
    if not value.isprintable() or len(value) > TEXT_MAX_CHARS:
        raise ValueError(
            f"the property `{key}` contains non-printable characters or is longer than {TEXT_MAX_CHARS}"
        )
    return value


def _day(properties: Mapping[str, object], key: str) -> date | None:
    value = properties.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"the property `{key}` is {value!r}, not YYYY-MM-DD") from error


def _refuse_overlaps(path: Path, wards: list[Ward]) -> None:
    for one, other in _at_the_same_time(wards):
        if one.ref.code == other.ref.code:
            raise BoundariesError(str(path), other.ref.name, f"has the code {one.ref.code} of {one.ref.name}")
        common = one.outline.intersection(other.outline).area
        if common > OVERLAP_MAX_SHARE * min(one.outline.area, other.outline.area):
            raise BoundariesError(str(path), other.ref.name, f"overlaps {one.ref.name}")


def _at_the_same_time(wards: list[Ward]) -> Iterator[tuple[Ward, Ward]]:
    for one, other in combinations(wards, 2):
        if one.in_force(other.ref.valid_from) or other.in_force(one.ref.valid_from):
            yield one, other
