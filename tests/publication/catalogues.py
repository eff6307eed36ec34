"""Messages of the page and of the report: taken from code and templates into the catalogues.

    python -m tests.publication.catalogues [language …]

writes the templates of both (``affluence.pot``, ``affluence-report.pot``) anew, begins catalogues
of new languages of the page as drafts and brings every catalogue up to date: new messages are
empty, those that have changed are marked fuzzy, those that are gone are dropped. Then translate and
remove the marks; whoever speaks the language reads it.
"""

from __future__ import annotations

import string
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from affluence.publication.language import DRAFT, PACKAGE, read_catalogue
from affluence.report.language import REPORT_PACKAGE
from tests.conftest import REPOSITORY

_TEMPLATES = "templates/**.jinja"
_KEYWORDS = {"say": None, "message": None, "count": (2, 3), "Phrase": None}
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)  # always the same: the catalogues change with the words


@dataclass(frozen=True)
class Source:
    """Files with messages in them.

    Attributes:
        folder: where they lie, within ``affluence/``.
        modules: pattern of its modules.
        keywords: what messages stand in; not everywhere does ``count`` count in words.

    """

    folder: str
    modules: str = "**.py"
    keywords: Collection[str] = tuple(_KEYWORDS)


@dataclass(frozen=True)
class Target:
    """Catalogues that belong together: one a language, and their template.

    Attributes:
        package: whose ``languages/`` they are in.
        template: name of the file with all messages.
        sources: where the messages are.
        beneath: catalogues that are asked for what these do not have: it is not in these too.

    """

    package: str
    template: str
    sources: tuple[Source, ...]
    beneath: Target | None = None
    languages: Path = field(init=False)

    def __post_init__(self) -> None:
        folder = REPOSITORY / self.package.replace(".", "/") / "languages"
        object.__setattr__(self, "languages", folder)

    @property
    def codes(self) -> list[str]:
        """The languages that have a catalogue."""
        return sorted(file.stem for file in self.languages.glob("*.po"))


PAGE = Target(PACKAGE, "affluence.pot", (Source("publication"),))
REPORT = Target(
    REPORT_PACKAGE,
    "affluence-report.pot",
    (
        # Not the committee's page, which is in French alone.
        Source("report", modules="*.py"),
        Source("report/sheets"),
        Source("indicators", keywords=("Phrase",)),
        Source("staffing", keywords=("Phrase",)),
    ),
    beneath=PAGE,
)


def extract(target: Target = PAGE) -> Catalog:
    """Every message of some catalogues, in the order of the files."""
    catalogue = Catalog(project="affluence", creation_date=_WHEN, fuzzy=False)
    beneath = extract(target.beneath) if target.beneath else Catalog()
    options = {_TEMPLATES: {"trimmed": "true", "silent": "false"}}
    for source in target.sources:
        methods = [(source.modules, "python"), (_TEMPLATES, "jinja2.ext:babel_extract")]
        keywords = {name: _KEYWORDS[name] for name in source.keywords}
        folder = REPOSITORY / "affluence" / source.folder
        found = extract_from_dir(folder, methods, options, keywords=keywords)
        for file, _line, message, _comments, _context in sorted(found, key=lambda each: each[:2]):
            if message not in beneath:
                place = file if len(target.sources) == 1 else f"{source.folder}/{file}"
                catalogue.add(message, locations=[(place, 0)])
    return catalogue


def placeholders(text: str) -> set[str]:
    """Names of the values that a message holds."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def write(catalogue: Catalog, path: Path) -> None:
    catalogue.project = catalogue.last_translator = catalogue.language_team = "affluence"
    catalogue.version = catalogue.msgid_bugs_address = ""
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, ignore_obsolete=True)


def bring_up_to_date(target: Target) -> None:
    """The template anew, and what it has into every catalogue."""
    template = extract(target)
    template.header_comment = "# Messages of affluence, to be translated."
    write(template, target.languages / target.template)
    for code in target.codes:
        catalogue = read_catalogue(code, target.package)
        catalogue.update(template, no_fuzzy_matching=False)
        catalogue.revision_date = _WHEN
        write(catalogue, target.languages / f"{code}.po")


def main(new: Sequence[str]) -> None:
    """Bring all catalogues up to date."""
    for code in new:
        draft = Catalog(locale=code, creation_date=_WHEN, fuzzy=False)
        draft.header_comment = f"# {DRAFT}, nobody who speaks the language has read it."
        write(draft, PAGE.languages / f"{code}.po")
    for target in (PAGE, REPORT):
        bring_up_to_date(target)


if __name__ == "__main__":
    main(sys.argv[1:])
