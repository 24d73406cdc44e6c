"""The catalogues hold every text that is said, translated, with the same places, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

import dispatch_api
import incidents
from dispatch_api.desk.script_texts import SCRIPT_TEXTS
from dispatch_api.wording import Wording
from incidents.contract.events import Label
from incidents.texts.catalogue import (
    SOURCE,
    Language,
    gettext_noop,
    ngettext_noop,
    path_of,
    pgettext_noop,
    texts_in,
)
from incidents.texts.update import extracted, updated
from tests.events import candidate

DISPATCH_API = Path(dispatch_api.__path__[0])
FOLDERS = (Path(incidents.__path__[0]), DISPATCH_API)
TRANSLATED = sorted(set(Language) - {SOURCE})

MISSING = "run `make texts`, then translate the new texts in the .po file"
Key = tuple[str | None, tuple[str, ...]]  # context, forms


@cache
def asked_for() -> dict[Key, Entry]:
    return by_key(extracted(FOLDERS))


@cache
def held(language: Language) -> dict[Key, Entry]:
    with path_of(language).open("rb") as file:
        return by_key(read_po(file, locale=language, abort_invalid=True))


def by_key(catalogue: Catalog) -> dict[Key, Entry]:
    return {(entry.context, forms(entry.id)): entry for entry in catalogue if entry.id}


def forms(said: str | Sequence[str]) -> tuple[str, ...]:
    """The singular and the plural, or the one form there is."""
    return (said,) if isinstance(said, str) else tuple(said)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_texts_are_found_in_code_and_in_templates() -> None:
    assert {
        (None, ("Sign in",)),
        (None, ("{n} hour", "{n} hours")),
        ("history", ("Confirm",)),
    } <= asked_for().keys()
    sources = {path for entry in asked_for().values() for path, _ in entry.locations}
    assert {"dispatch_api/desk/templates/queue.html", "incidents/texts/labels.py"} <= sources


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_in_the_catalogue_and_no_other(language: Language) -> None:
    assert asked_for().keys() - held(language).keys() == set(), MISSING
    assert held(language).keys() - asked_for().keys() == set(), "nothing says them; run `make texts`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_by_a_person(language: Language) -> None:
    entries = held(language).values()
    assert [entry.id for entry in entries if not all(forms(entry.string))] == [], MISSING
    assert [entry.id for entry in entries if entry.fuzzy] == [], "read them, then take the mark `fuzzy` off"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_its_text(language: Language) -> None:
    wrong = [
        (entry.id, text)
        for entry in held(language).values()
        for text in forms(entry.string)
        if places(text) != places(forms(entry.id)[-1])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_updating_an_up_to_date_catalogue_changes_no_text(language: Language, tmp_path: Path) -> None:
    path = tmp_path / "updated.po"
    path.write_bytes(updated(language, FOLDERS))
    with path.open("rb") as file:
        again = by_key(read_po(file, locale=language, abort_invalid=True))
    assert {key: entry.string for key, entry in again.items()} == {
        key: entry.string for key, entry in held(language).items()
    }


def test_a_new_text_comes_in_untranslated_and_an_unused_one_goes_out(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "templates").mkdir(parents=True)
    (package / "code.py").write_text('say(gettext_noop("Sign in"), pgettext("a key", "A new one"))')
    (package / "templates" / "page.html").write_text("<p>{{ _('In a template, {name}', name=name) }}</p>")
    path = tmp_path / "vi.po"
    path.write_bytes(updated(Language.VI, [package]))
    with path.open("rb") as file:
        entries = by_key(read_po(file, locale=Language.VI))
    assert {key: entry.string for key, entry in entries.items()} == {
        (None, ("Sign in",)): "Đăng nhập",
        ("a key", ("A new one",)): "",
        (None, ("In a template, {name}",)): "",
    }


def test_english_is_said_as_it_stands_in_the_code() -> None:
    texts = texts_in(Language.EN)
    assert texts.gettext("{time} left", time="2 hours") == "2 hours left"
    assert texts.gettext("said nowhere") == "said nowhere"


def test_a_context_chooses_among_the_translations_of_one_text() -> None:
    vi = texts_in(Language.VI)
    assert vi.say(gettext_noop("Undo")) == vi.gettext("Undo") == "Hoàn tác"
    assert vi.say(pgettext_noop("history", "Undo")) == vi.pgettext("history", "Undo") == "Thu hồi"


@pytest.mark.parametrize(
    ("count", "en"), [(0, "0 hours"), (1, "1 hour"), (1.0, "1 hour"), (1.5, "1.5 hours"), (2, "2 hours")]
)
def test_a_count_chooses_the_form(count: float, en: str) -> None:
    message = ngettext_noop("{n} hour", "{n} hours")
    assert texts_in(Language.EN).say_of(message, count, n=f"{count:g}") == en
    assert texts_in(Language.VI).say_of(message, count, n=f"{count:g}") == f"{count:g} giờ"


def test_a_place_that_nothing_fills_is_a_fault() -> None:
    with pytest.raises(KeyError, match="time"):
        texts_in(Language.VI).gettext("{time} left")


def test_what_is_filled_in_is_not_read_as_a_text() -> None:
    assert texts_in(Language.EN).gettext("{time} left", time="{name}") == "{name} left"


def test_the_catalogue_is_read_once() -> None:
    assert texts_in(Language.VI) is texts_in(Language.VI)


def test_a_kind_that_nobody_knows_has_a_sentence_made_of_its_label() -> None:
    event = candidate(
        kind="stall_on_crossing",
        label=Label(vi="Hàng rong trên vạch", en="Stall on the crossing"),
        object_class="handcart",
        dwell_s=132.0,
        limit_s=120.0,
    )
    vi, en = Wording(texts=texts_in(Language.VI)), Wording(texts=texts_in(Language.EN))
    assert vi.because(event) == (
        "Hàng rong trên vạch: handcart tại Vỉa hè phía bắc trong 2 phút 12 giây. Ngưỡng của vùng là 2 phút."
    )
    assert en.because(event) == (
        "Stall on the crossing: handcart in Vỉa hè phía bắc for 2 minutes 12 seconds. "
        "The zone's limit is 2 minutes."
    )
    assert (vi.measure(event), en.measure(event)) == ("trong 2 ph 12 s", "for 2 min 12 s")
    assert vi.family("street_trade") == "Khác"


def test_the_scripts_of_the_desk_ask_only_for_texts_that_they_get() -> None:
    scripts = "".join(path.read_text(encoding="utf-8") for path in DISPATCH_API.glob("desk/static/*.js"))
    assert set(re.findall(r'\b(?:text|formatted)\("(\w+)"', scripts)) == SCRIPT_TEXTS.keys()


@pytest.mark.parametrize(
    "path", sorted(DISPATCH_API.rglob("*.html")), ids=lambda path: f"{path.parent.parent.name}/{path.name}"
)
def test_no_template_holds_words_of_its_own(path: Path) -> None:
    """Everything that is shown goes through the catalogue; but a product's name and what stands on a key."""
    source = path.read_text(encoding="utf-8")
    source = re.sub(r"\{% block (theme|body_class|body_data) %\}.*?\{% endblock %\}", " ", source)
    source = re.sub(r"<script.*?</script>|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"<kbd>.{1,3}</kbd>", " ", source)
    shown = [
        *re.findall(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"', source),
        re.sub(r"<.*?>", " ", source, flags=re.DOTALL),
    ]
    assert set(re.findall(r"[^\W\d_]+", " ".join(shown))) <= {"mastwatch"}
