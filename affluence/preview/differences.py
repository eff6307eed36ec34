"""What changes between two releases, in French: one row a difference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from affluence.indicators.plain_words import percent_of, tidy
from affluence.publication.changes import LevelChange
from affluence.publication.language import SOURCE, Language
from affluence.publication.wording import Words

_WORDS = Words(Language(SOURCE))
_AROUND = {
    "service": "Nom du service",
    "phone": "Numéro à appeler",
    "zone": "Fuseau horaire",
    "demonstration": "Données de démonstration",
    "suspended": "Tableau suspendu",
    "next_update": "Prochaine mise à jour",
    "valid_until": "Valable jusqu’au",
    "answers_known": "Les appels décrochés sont connus",
    "refusals_recorded": "Les appels refusés sont connus",
    "anything_quiet": "Au moins une heure calme",
    "period first": "Premier jour observé",
    "period last": "Dernier jour observé",
    "period weeks": "Semaines prises en compte",
    "left out": "Jours laissés de côté",
}
_VALUES = {"": "–", "None": "inconnu", "True": "oui", "False": "non"}


@dataclass(frozen=True, slots=True)
class Change:
    """One row; ``what`` begins with the service where there are several."""

    what: str
    before: str
    after: str
    why: str = ""


def level_row(change: LevelChange, services: Mapping[str, str]) -> Change:
    """A cell whose level changes, and why; ``services`` names the service of each platform."""
    hours = f"{change.weekday} {_clocks(f'{change.start}-{change.end}')}"
    why = ""
    if change.old_reach is not None and change.new_reach is not None:
        old, new = percent_of(change.old_reach, 1), percent_of(change.new_reach, 1)
        why = f"chance de joindre un agent : {old}\u00a0→\u00a0{new}"
    elif not change.old:
        why = "nouvelle case"
    elif not change.new:
        why = "case supprimée"
    return Change(
        _of(change.platform, hours, services),
        change.old or "–",
        change.new or "–",
        tidy(why or "chance de joindre un agent non publiée d’un côté"),
    )


def recommended_row(platform: str, before: str, after: str, services: Mapping[str, str]) -> Change:
    """The recommended hours of a platform that change."""
    return Change(services.get(platform, platform), _hours(before), _hours(after))


def around_row(key: str, before: str, after: str, services: Mapping[str, str]) -> Change:
    """A single value of the data that changes."""
    platform, _, name = key.partition(": ")
    what = _of(platform, _AROUND.get(name, name), services)
    return Change(what, _value(before), _value(after))


def _value(value: str) -> str:
    if value in _VALUES:
        return _VALUES[value]
    return re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", r"\3/\2/\1", value)


def _hours(hours: str) -> str:
    return _clocks(hours) or "aucune"


def _clocks(text: str) -> str:
    """« mardi 14:00-15:00 » as « mardi de 14 h à 15 h »."""

    def said(found: re.Match[str]) -> str:
        first, last = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
        return f"de {_WORDS.clock(first)} à {_WORDS.clock(last)}"

    return re.sub(r"(\d\d):(\d\d)-(\d\d):(\d\d)", said, text)


def _of(platform: str, what: str, services: Mapping[str, str]) -> str:
    """What it is, with the service where there are several."""
    return tidy(f"{services.get(platform, platform)} : {what}") if len(services) > 1 else what
