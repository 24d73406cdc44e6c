"""Every page in each language, and no text of the other on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from babel.messages.pofile import read_po
from httpx import AsyncClient

from incidents.texts.catalogue import Language, path_of
from tests.api.visitors import Raise, accepted, confirmed, decide

SHOWN = {"alt", "title", "placeholder", "aria-label"}
# Within an attribute `data-...` or the JSON of the scripts: shown by a script.
FOR_SCRIPTS = re.compile(
    r"data-(text|online|lost|missing-\w+|ready|offline|not-picture|sending|too-large|phrase)"
)
N_LETTERS = 5  # shorter ones, as "Due", are inside names and words of both


class Shown(HTMLParser):
    """What a reader of the page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_script = tag == "script" and ("id", "texts") not in attrs
        self.texts += [
            value or "" for name, value in attrs if name in SHOWN or (FOR_SCRIPTS.fullmatch(name) and value)
        ]

    def handle_data(self, data: str) -> None:
        if not self._is_script:
            self.texts.append(data)


def shown_on(page: str) -> str:
    parser = Shown()
    parser.feed(page)
    return " | ".join(" ".join(text.split()) for text in parser.texts if text.strip())


def texts_only_in(language: Language) -> set[str]:
    """The fixed parts of the texts of a language, where the other says something else."""
    with path_of(Language.VI).open("rb") as file:
        entries = [entry for entry in read_po(file, locale=Language.VI) if entry.id]
    pairs = [(forms(entry.id), forms(entry.string)) for entry in entries]
    en = {part for texts, _ in pairs for text in texts for part in fixed_parts(text)}
    vi = {part for _, texts in pairs for text in texts for part in fixed_parts(text)}
    return vi - en if language is Language.VI else en - vi


def forms(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def fixed_parts(text: str) -> Iterator[str]:
    for part in re.split(r"\{\w+\}", text):
        if len(stripped := part.strip(" .,:;()?")) >= N_LETTERS:
            yield stripped


def found(texts: set[str], shown: str) -> set[str]:
    return {text for text in texts if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", shown)}


def assert_is_in(language: Language, page: str) -> None:
    shown = shown_on(page)
    assert f'<html lang="{language}"' in page or "<html" not in page
    # The button says the other language's name in that language, and a clause is quoted as the city wrote it.
    shown = re.sub(rf"{language.other.own_name}|Quy chế 2020, [^|]*", "", shown)
    assert found(texts_only_in(language.other), shown) == set()
    assert found(texts_only_in(language), shown)


async def speak(client: AsyncClient, language: Language) -> AsyncClient:
    client.cookies.set("language", language)
    return client


@pytest.fixture(params=Language)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


async def test_signing_in(stranger: AsyncClient, language: Language) -> None:
    await speak(stranger, language)
    assert_is_in(language, (await stranger.get("/sign-in")).text)
    wrong = await stranger.post("/sign-in", data={"username": "mai", "password": "no"})
    assert wrong.status_code == 401
    assert_is_in(language, wrong.text)


async def test_an_error_page(mai: AsyncClient, language: Language) -> None:
    await speak(mai, language)
    page = await mai.get("/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert_is_in(language, page.text)


@pytest.mark.parametrize("n_candidates", [0, 2])
async def test_the_desk(mai: AsyncClient, raised: Raise, language: Language, n_candidates: int) -> None:
    await speak(mai, language)
    ids = [await raised() for _ in range(n_candidates)]
    assert_is_in(language, (await mai.get("/desk")).text)
    for candidate_id in ids:
        assert_is_in(language, (await mai.get(f"/desk/candidates/{candidate_id}")).text)


async def test_a_candidate_that_was_decided(mai: AsyncClient, raised: Raise, language: Language) -> None:
    await speak(mai, language)
    dismissed: UUID = await raised()
    await decide(mai, dismissed, "dismiss", reason="false_alarm")
    assert_is_in(language, (await mai.get(f"/desk/candidates/{dismissed}")).text)
    assert_is_in(language, (await mai.get("/desk/queue")).text)


async def test_a_wards_pages(mai: AsyncClient, an: AsyncClient, raised: Raise, language: Language) -> None:
    await speak(an, language)
    report = await confirmed(mai, await raised())
    path = f"/ward/{report['report_id']}"
    for page in ("/ward", "/ward?tab=review", "/ward?tab=done", path):
        assert_is_in(language, (await an.get(page)).text)


async def test_a_report_that_was_accepted(
    mai: AsyncClient, an: AsyncClient, raised: Raise, language: Language
) -> None:
    await speak(an, language)
    report = await accepted(an, await confirmed(mai, await raised()))
    path = f"/ward/{report['report_id']}"
    for page in (path, f"{path}?notice=accepted", f"{path}/result"):
        assert_is_in(language, (await an.get(page)).text)
