"""Settings of the web application; read from the environment by the command, never here."""

from __future__ import annotations

from dataclasses import dataclass, field

from incidents.evidence.opening import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    database_url: str = field(repr=False)
    evidence: StoreSettings
    profile: str  # name of the city's profile, "da-lat"
    secure_cookies: bool  # True wherever people come over https; a browser keeps such cookies off plain http
