"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from incidents.people.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    account_id: int
    full_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    account_id: int
    username: str
    full_name: str
    role: Role
    unit_id: str
    unit_name: str

    @property
    def person(self) -> Person:
        return Person(account_id=self.account_id, full_name=self.full_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token: str = field(repr=False)  # for the cookie; the database holds only its hash
    csrf_token: str = field(repr=False)
    account: Account
    expires_at: datetime
