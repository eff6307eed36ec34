"""Messages of the page: taken from code and templates into the catalogues.

    python -m tests.publication.catalogues [language …]

writes ``affluence.pot`` anew, begins catalogues of new languages as drafts and brings every
catalogue up to date: new messages are empty, those that have changed are marked fuzzy, those that
are gone are dropped. Then translate and remove the marks; whoever speaks the language reads it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from affluence.publication.language import DRAFT, available, read_catalogue
from tests.conftest import REPOSITORY

PUBLICATION = REPOSITORY / "affluence" / "publication"
LANGUAGES = PUBLICATION / "languages"
_METHODS = [("**.py", "python"), ("templates/**.jinja", "jinja2.ext:babel_extract")]
_KEYWORDS = {"say": None, "message": None, "count": (2, 3)}
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)  # always the same: the catalogues change with the words


def extract() -> Catalog:
    """Every message of the page, in the order of the files."""
    catalogue = Catalog(project="affluence", creation_date=_WHEN, fuzzy=False)
    options = {"templates/**.jinja": {"trimmed": "true", "silent": "false"}}
    found = extract_from_dir(PUBLICATION, _METHODS, options, keywords=_KEYWORDS)
    for file, _line, message, _comments, _context in sorted(found, key=lambda each: each[:2]):
        catalogue.add(message, locations=[(file, 0)])
    return catalogue


def write(catalogue: Catalog, path: Path) -> None:
    catalogue.project = catalogue.last_translator = catalogue.language_team = "affluence"
    catalogue.version = catalogue.msgid_bugs_address = ""
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, ignore_obsolete=True)


def main(new: Sequence[str]) -> None:
    """Bring all catalogues up to date."""
    LANGUAGES.mkdir(exist_ok=True)
    template = extract()
    template.header_comment = "# Messages of affluence, to be translated."
    write(template, LANGUAGES / "affluence.pot")
    for code in new:
        draft = Catalog(locale=code, creation_date=_WHEN, fuzzy=False)
        draft.header_comment = f"# {DRAFT}, nobody who speaks the language has read it."
        write(draft, LANGUAGES / f"{code}.po")
    for code in available()[1:]:
        catalogue = read_catalogue(code)
        catalogue.update(template, no_fuzzy_matching=False)
        catalogue.revision_date = _WHEN
        write(catalogue, LANGUAGES / f"{code}.po")


if __name__ == "__main__":
    main(sys.argv[1:])
