"""From the platforms to the words of their list, in one language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from markupsafe import Markup

from affluence.publication.answer import answer_of
from affluence.publication.language import SOURCE, Language
from affluence.publication.portal_data import Listed
from affluence.publication.wording import Words, message

SUSPENDED = message("Tableau suspendu")
NOT_YET = message("Le tableau paraîtra dès qu’il y aura assez de données.")
SEEN_AT_A_GLANCE = 12  # services: among more one may search

_SMALL_WORDS = {"a", "au", "aux", "d", "de", "des", "du", "et", "l", "la", "le", "les"}
_NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A service of the list.

    Attributes:
        service: its name, French.
        href: path of its page, in the language of the list if there is one; empty without a site.
        hreflang: code of the language of that page.
        hours: the quiet hours, if any.
        said: what there is to say in their place, or before the hours that are least busy.
        valid_until: where the table is older than the newest.

    """

    service: Markup
    href: str
    hreflang: str
    hours: tuple[Markup, ...] = ()
    said: Markup = _NOTHING
    valid_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Services under one heading; the name of those without any is empty."""

    id: str
    name: Markup
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPage:
    """Everything the list says, finished in one language."""

    language: Language
    languages: tuple[Language, ...]
    service: Markup  # the heading of the page
    demonstration: bool
    groups: tuple[Group, ...]
    any_hours: bool
    valid_until: str
    is_long: bool


def portal_page(
    platforms: Sequence[Listed], language: Language, languages: tuple[Language, ...]
) -> PortalPage:
    """The list of platforms in one language, by group and name; those of no group first."""
    words = Words(language)
    newest = max((each.table.valid_until for each in platforms if each.table), default=None)
    in_order = sorted(platforms, key=lambda each: (_collated(each.group), _collated(each.service)))
    groups = tuple(
        Group(
            id=f"groupe-{number}",
            name=language.french(name),
            rows=tuple(_row(each, words, newest) for each in members),
        )
        for number, (name, members) in enumerate(groupby(in_order, lambda each: each.group), 1)
    )
    return PortalPage(
        language=language,
        languages=languages,
        service=language.say("Quand appeler\u00a0?"),
        demonstration=any(each.demonstration for each in platforms),
        groups=groups,
        any_hours=any(row.hours for group in groups for row in group.rows),
        valid_until=words.calendar_day(newest) if newest else "",
        is_long=len(platforms) > SEEN_AT_A_GLANCE,
    )


def _collated(name: str) -> tuple[str, str]:
    """Order of a French index: small words, accents and signs do not count at first."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = [word for word in re.findall(r"\w+", letters) if word not in _SMALL_WORDS]
    return " ".join(words), name


def _row(platform: Listed, words: Words, newest: date | None) -> Row:
    language, table = words.language, platform.table
    code = language.code if language.code in platform.pages else SOURCE
    row = Row(
        service=language.french(platform.service),
        href=platform.pages.get(code, ""),
        hreflang=code,
    )
    if table is None:
        return replace(row, said=language.say(SUSPENDED if platform.pages else NOT_YET))
    told = answer_of(
        table.states,
        recommended=table.recommended,
        to_avoid=table.to_avoid,
        anything_quiet=table.anything_quiet,
        words=words,
    )
    until = "" if table.valid_until == newest else words.calendar_day(table.valid_until)
    row = replace(row, valid_until=until)
    if told.call_at is None:
        return replace(row, said=told.first)
    if told.quiet:
        return replace(row, hours=told.call_at.hours)
    hours = Markup(f"{language.comma} ").join(told.call_at.hours)  # noqa: S704  # a comma
    least_busy = language.sentence(words.colon(told.call_at.lead, hours))
    return replace(row, said=Markup(" ").join((told.first, least_busy)))
