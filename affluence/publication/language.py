"""Languages of the page: catalogues of messages, and which of them may be published.

The messages are written in French in the code and the templates; every other language is a gettext
catalogue in ``languages/``. A language is fit to be published only if its catalogue is complete
and nothing in it is marked as doubtful: a page in Arabic with a French sentence in it would be
worse than none. A catalogue whose header says that it is a draft is published only once the
configuration names who has read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup, escape

from affluence.errors import Reason

SOURCE = "fr"
PACKAGE = "affluence.publication"  # whose ``languages/`` the page's own catalogues are in
NBSP = "\u00a0"
DRAFT = "Status: draft"  # in the header of a catalogue

_STOPS = {"zh": "。"}
_COMMAS = {"ar": "،", "fa": "،", "ps": "،", "zh": "、"}


@dataclass(frozen=True)
class Language:
    """One language: how it is called, which way it is written, and its messages.

    ``packages`` are those whose catalogues are asked for a message, the first that has it answers.
    """

    code: str
    packages: tuple[str, ...] = (PACKAGE,)

    @property
    def locale(self) -> Locale:
        """What Babel knows of it."""
        return Locale.parse(self.code)

    @property
    def direction(self) -> str:
        """The way it is written, as HTML says it: ``ltr`` or ``rtl``."""
        return self.locale.text_direction

    @property
    def name(self) -> str:
        """How it calls itself, with a capital."""
        name = self.locale.get_display_name(self.code) or self.code
        return name[0].upper() + name[1:]

    @property
    def comma(self) -> str:
        """What stands between the members of a list."""
        return _COMMAS.get(self.code, ",")

    def sentence(self, text: object) -> Markup:
        """With a full stop, unless it ends with one (« 2026 г. »)."""
        said, stop = escape(text), _STOPS.get(self.code, ".")
        return said if said.endswith(stop) else said + stop

    def say(self, message: str, **values: object) -> Markup:
        """A message in this language; values that are not markup are escaped."""
        said = message if self.code == SOURCE else self._translations.gettext(message)
        return escape(said).format(**values)

    def count(self, number: int, one: str, several: str, **values: object) -> Markup:
        """A message whose form depends on a number, which it holds as ``{number}``."""
        if self.code == SOURCE:
            said = several if number > 1 else one
        else:
            said = self._translations.ngettext(one, several, number)
        return escape(said).format(number=number, **values)

    @property
    def _translations(self) -> Translations:
        return _translations(self.code, self.packages)

    def isolate(self, text: object) -> Markup:
        """Figures that a page written from right to left must not turn round."""
        if self.direction == "ltr":
            return escape(text)
        return Markup('<bdi dir="ltr">{}</bdi>').format(text)

    def french(self, text: str) -> Markup:
        """A French name within a sentence of this language."""
        if self.code == SOURCE or not text:
            return escape(text)
        return Markup('<bdi lang="fr">{}</bdi>').format(text)


def available() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, French first."""
    files = resources.files(__package__).joinpath("languages").iterdir()
    codes = sorted(f.name.removesuffix(".po") for f in files if f.name.endswith(".po"))
    return (SOURCE, *codes)


def problems(code: str, *, reviewed: bool) -> list[Reason]:
    """Why a language must not be published; none if it may be.

    Args:
        code: of the language.
        reviewed: whether the configuration names somebody who has read its catalogue.

    """
    if code == SOURCE:
        return []
    if code not in available():
        there_are = ", ".join(available())
        return [
            Reason(
                f"la langue « {code} » n’a pas de catalogue ; il y a : {there_are}",
                f"language '{code}' has no catalogue; there are: {there_are}",
            )
        ]
    translated = read_catalogue(code)
    wanted = [message for message in read_template() if message.id]
    missing = [message for message in wanted if not _is_complete(translated.get(message.id))]
    if missing:
        first = _first(missing[0].id)
        return [
            Reason(
                f"langue « {code} » : il manque {len(missing)} messages sur {len(wanted)} (le"
                f" premier : « {first} »)",
                f"language '{code}': {len(missing)} of {len(wanted)} messages are missing (the"
                f" first: « {first} »)",
            )
        ]
    if is_draft(code) and not reviewed:
        return [
            Reason(
                f"la langue « {code} » est un brouillon : faites lire ses pages par quelqu’un qui"
                " la parle, puis dites-le dans la configuration, par exemple reviewed_by ="
                f' {{ {code} = "interprète du service, 3 décembre 2026" }}',
                f"language '{code}' is a draft: have its pages read by somebody who speaks it, then"
                " say so in the configuration, such as reviewed_by ="
                f' {{ {code} = "interpreter of the desk, 3 December 2026" }}',
            )
        ]
    return []


def is_draft(code: str) -> bool:
    """Whether nobody who speaks this language is known to have read its catalogue."""
    return DRAFT in read_catalogue(code).header_comment


def read_catalogue(code: str, package: str = PACKAGE) -> Catalog:
    """The catalogue of a language, of the page or of another package."""
    return _read(f"{code}.po", code, package)


def read_template() -> Catalog:
    """Every message that there is to translate."""
    return _read("affluence.pot", None, PACKAGE)


def _read(name: str, code: str | None, package: str) -> Catalog:
    source = resources.files(package).joinpath("languages", name).read_bytes()
    return read_po(BytesIO(source), locale=code)


def _is_complete(message: Any) -> bool:  # noqa: ANN401  # Babel's Message, whose string may be either
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return all(strings)


def _first(identifier: Any) -> str:  # noqa: ANN401  # a message, or its singular and its plural
    return str(identifier if isinstance(identifier, str) else identifier[0])


@cache
def _translations(code: str, packages: tuple[str, ...]) -> Translations:
    package, *others = packages
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(code, package))
    compiled.seek(0)
    translations = Translations(compiled)
    if others:
        translations.add_fallback(_translations(code, tuple(others)))
    return translations
