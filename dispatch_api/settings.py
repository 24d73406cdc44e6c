"""What the web application is told when it starts; read from the environment by the command, never here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    database_url: str = field(repr=False)
    data_dir: Path  # holds evidence/ and photos/
    profile: str  # name of the city's profile, "da-lat"
    secure_cookies: bool  # True wherever people come over https; a browser keeps such cookies off plain http

    @property
    def evidence_dir(self) -> Path:
        return self.data_dir / "evidence"

    @property
    def photos_dir(self) -> Path:
        return self.data_dir / "photos"
