"""A city's regulation as values: categories with clauses and limits, units, and where each kind falls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

from incidents.errors import InvalidInput
from incidents.people.roles import Role
from incidents.sla.calendar import Calendar
from incidents.sla.deadline import LimitUnit

# In a rule's lead or coordinating units: the ward where it happened decides.
PER_WARD: Mapping[str, Role] = {"ward": Role.WARD, "ward_police": Role.WARD_POLICE}


class ClockStart(StrEnum):
    """The event at which the unit's clock starts."""

    RECEIVED = "received"
    DELIVERED_TO_UNIT = "delivered_to_unit"

    def of(self, *, received_at: datetime, assigned_at: datetime) -> datetime:
        return received_at if self is ClockStart.RECEIVED else assigned_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    unit_id: str
    name: str  # in full, as one addresses it
    role: Role  # of the people in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the regulation says about one category."""

    category_key: str
    name: str
    name_en: str
    clause: str
    limit: float  # in `unit`s
    unit: LimitUnit
    start: ClockStart
    lead: str  # a key of Policy.units or of PER_WARD
    coordinating: tuple[str, ...]  # likewise
    to_confirm: tuple[str, ...]  # what the city has yet to confirm, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """How something that a camera sees falls."""

    kind: str
    category_key: str
    severity: int  # 1 to 3
    why: str  # why that severity


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryQuality:
    """Closer than `near_m` to an edge of a boundary valid since `from_on`, a person confirms the ward."""

    from_on: date
    near_m: float


def same_name(one: str, other: str) -> bool:
    """Whether two names of places are one, whatever their case and however their marks are encoded."""
    return normalize("NFC", one).casefold() == normalize("NFC", other).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    city_key: str
    city_name: str
    version: str
    name: str  # as people call the regulation, within a sentence
    name_en: str
    calendar: Calendar
    soon_share: float  # 0..1 of the limit
    stale_after: timedelta
    boundaries: tuple[BoundaryQuality, ...]  # oldest first
    units: Mapping[str, Unit]
    unknown_ward: Unit  # leads where a rule asks for the ward's unit and no ward is known
    rules: Mapping[str, Rule]
    kinds: Mapping[str, KindRule]

    def rule(self, category_key: str) -> Rule:
        """Raises InvalidInput where the city has no such category."""
        rule = self.rules.get(category_key)
        if rule is None:
            raise InvalidInput(
                "category", f"{self.city_name} has no {category_key!r}; it has {', '.join(self.rules)}"
            )
        return rule

    def standing(self, category_key: str) -> str:
        """A category that was stored, or `other` where the profile has lost it since."""
        return category_key if category_key in self.rules else "other"

    def kind(self, kind: str) -> KindRule:
        """How a kind falls. One that the profile does not know yet waits under `other`, in the middle."""
        return self.kinds.get(kind) or KindRule(kind=kind, category_key="other", severity=2, why="")

    def near_m(self, valid_from: date) -> float:
        """How close to the edge of a boundary of that date a person confirms the ward.

        Raises:
            InvalidInput: the profile says nothing about boundaries as old as that.
        """
        for quality in reversed(self.boundaries):
            if quality.from_on <= valid_from:
                return quality.near_m
        raise InvalidInput(
            "valid_from", f"{valid_from}: the profile of {self.city_name} knows no boundaries that old"
        )
