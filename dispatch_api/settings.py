"""Settings of the web application; the command reads them, and the city's profile."""

from __future__ import annotations

from dataclasses import dataclass, field

from incidents.evidence.opening import StoreSettings
from incidents.procedure.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    database_url: str = field(repr=False)
    evidence: StoreSettings
    policy: Policy  # of the city
    secure_cookies: bool  # True wherever people come over https; a browser keeps such cookies off plain http
