"""The profiles that come with the program: one file a city, and the calendars that they name."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
