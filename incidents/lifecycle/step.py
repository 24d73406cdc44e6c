"""One step that somebody asks for: all that guards and effects look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from incidents.lifecycle.payloads import Payload
from incidents.lifecycle.records import Candidate, Report
from incidents.lifecycle.states import CandidateAction, ReportAction
from incidents.people.accounts import Account, Person
from incidents.people.roles import Role
from incidents.procedure.policy import Policy

Subject = TypeVar("Subject", Candidate, Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[Subject]):
    seen: Subject  # as it was read
    action: CandidateAction | ReportAction
    payload: Payload
    by: Account | None  # None: a timer
    at: datetime
    policy: Policy

    @property
    def role(self) -> Role:
        return role_of(self.by)

    @property
    def person(self) -> Person | None:
        return self.by.person if self.by else None

    def given(self, field: str) -> Any:
        """A field of the payload, by the guards' and effects' name for it; None where its type has none."""
        return getattr(self.payload, field, None)


def role_of(by: Account | None) -> Role:
    return by.role if by else Role.SYSTEM
