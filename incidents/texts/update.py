"""Brings the catalogues up to date with the texts of the code: `.ci/texts`, or

    python -m incidents.texts.update FOLDER...

New texts come in untranslated, those that nothing uses any more go out, translations stay.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from incidents.texts.catalogue import SOURCE, Language, path_of

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}}
# Which arguments are texts; "c" is a context.
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_noop": None,
    "pgettext_noop": ((1, "c"), 2),
    "ngettext_noop": (1, 2),
}
WIDTH = 100


def extracted(folders: Iterable[Path]) -> Catalog:
    """Every text that these folders, each a package, ask for; without translations."""
    found = Catalog()
    for folder in folders:
        for name, _line, text, comments, context in extract_from_dir(
            folder,
            METHODS,
            OPTIONS,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            found.add(text, locations=[(f"{folder.name}/{name}", 0)], auto_comments=comments, context=context)
    return found


def updated(language: Language, folders: Iterable[Path]) -> bytes:
    """The language's file as it should be."""
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    template = extracted(folders)
    template.creation_date = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.msgid_bugs_address = catalogue.project
    catalogue.fuzzy = False
    written = BytesIO()
    write_po(written, catalogue, width=WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return written.getvalue()


def main() -> None:
    folders = [Path(name).resolve() for name in sys.argv[1:]]
    for language in set(Language) - {SOURCE}:
        content = updated(language, folders)
        path_of(language).write_bytes(content)


if __name__ == "__main__":
    main()
