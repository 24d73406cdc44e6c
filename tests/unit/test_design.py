"""The tokens are readable, and every icon that is named is there."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import dispatch_api
from dispatch_api.wording import FAMILY_ICONS, FLAG_ICONS

ROOM = Path(dispatch_api.__file__).parent
SPRITE = (ROOM / "components/static/vendor/lucide/icons.svg").read_text(encoding="utf-8")
BASE = (ROOM / "components/static/base.css").read_text(encoding="utf-8")
INKS = ("ink", "second", "third", "accent", "encroachment", "traffic", "littering", "in-time", "soon", "late")
GROUNDS = list(product(("dark", "light"), ("ground", "panel", "raised", "selected")))
READABLE = 4.5  # WCAG 2.2, 1.4.3


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf'data-theme="{theme}"\] {{(.*?)}}', BASE, re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+): (#\w{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, ground: str) -> float:
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "ground"), GROUNDS)
def test_every_ink_can_be_read_on_every_ground(theme: str, ground: str) -> None:
    token = tokens(theme)
    faint = {ink: contrast(token[ink], token[ground]) for ink in INKS}
    assert {ink: found for ink, found in faint.items() if found < READABLE} == {}
    assert contrast(token["on-accent"], token["accent"]) >= READABLE


def test_the_sprite_holds_the_icons_in_use_and_no_others() -> None:
    held = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
    sources = [*ROOM.rglob("*.html"), *ROOM.rglob("*.js"), *ROOM.rglob("*.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"""['"]([a-z0-9-]+)['"]""", written))
    named = set(re.findall(r"""(?:icon\('|\bsay\(")([\w-]+)['"]""", written)) | {
        *FAMILY_ICONS.values(),
        *FLAG_ICONS.values(),
    }
    assert named <= held
    assert held <= quoted


def test_no_shipped_file_names_another_host() -> None:
    for path in ROOM.glob("*/static/**/*"):
        if path.suffix in (".css", ".js", ".svg"):
            hosts = re.findall(r"https?://(?!www\.w3\.org/)[^\s\"')]+", path.read_text(encoding="utf-8"))
            assert hosts == [], path
