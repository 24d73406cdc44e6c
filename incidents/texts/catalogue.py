"""The texts of each language: English as it stands in the code, the others from their `.po` file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


class Language(StrEnum):
    VI = "vi"
    EN = "en"

    @property
    def own_name(self) -> str:
        """As its readers call it."""
        return {Language.VI: "Tiếng Việt", Language.EN: "English"}[self]

    @property
    def other(self) -> Language:
        return Language.VI if self is Language.EN else Language.EN


SOURCE = Language.EN  # the texts in the code


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the catalogue that is said later, when the reader's language is known."""

    text: str
    context: str | None = None  # where one English text has several translations
    plural: str | None = None


def gettext_noop(text: str) -> Message:
    """Into the catalogue with it; said by `Texts.say`."""
    return Message(text)


def pgettext_noop(context: str, text: str) -> Message:
    return Message(text, context=context)


def ngettext_noop(singular: str, plural: str) -> Message:
    return Message(singular, plural=plural)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language. `values` fill the {placeholders}; a missing one is a KeyError."""

    language: Language
    translations: NullTranslations

    def gettext(self, text: str, /, **values: object) -> str:
        return self.translations.gettext(text).format(**values)

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        return self.translations.pgettext(context, text).format(**values)

    def ngettext(self, singular: str, plural: str, count: float, /, **values: object) -> str:
        """The form for `count`, which is not filled in by itself: it is written as each language does.

        Every language here says 1.5 as it says 2.
        """
        whole = int(count) if count == int(count) else 2
        return self.translations.ngettext(singular, plural, whole).format(**values)

    def say(self, message: Message, /, **values: object) -> str:
        """A text without plural forms that was noted down before."""
        return self.template(message).format(**values)

    def say_of(self, message: Message, count: float, /, **values: object) -> str:
        """A text with plural forms that was noted down before."""
        return self.ngettext(message.text, message.plural or message.text, count, **values)

    def template(self, message: Message) -> str:
        """The text with its {placeholders} unfilled, for those who fill them themselves."""
        if message.context is None:
            return self.translations.gettext(message.text)
        return self.translations.pgettext(message.context, message.text)


@cache
def texts_in(language: Language) -> Texts:
    """The texts of that language, read once.

    Raises:
        FileNotFoundError: the language has no file.
        babel.messages.pofile.PoFileError: its file is not a catalogue.
    """
    return Texts(language=language, translations=_translations(language))


def path_of(language: Language) -> Path:
    return FOLDER / f"{language}.po"


def _translations(language: Language) -> NullTranslations:
    """Compiled in memory: nothing to build, nothing that could be older than its source."""
    if language is SOURCE:
        return NullTranslations()
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
