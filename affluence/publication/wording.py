"""Every French word that depends on a value: days, hours, dates, rates, levels.

Words that never change are in the templates. A no-break space stands before « : ; % » and inside
an hour, as French typography asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from affluence.publication.edition import Bounds, Closure, DayAhead, LeftOut

LOCALE = "fr"
NBSP = "\u00a0"
SOFT_HYPHEN = "\u00ad"

_WEEK = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
DAYS = dict(enumerate(_WEEK, start=1))
SHORT_DAYS = {number: f"{name[:3]}." for number, name in DAYS.items()}

NOT_MEASURED = "Non mesuré"
KINDS_OF_DAYS = {
    "after_closure": "lendemain de fermeture",
    "bridge": "pont",
    "month_start": "début du mois",
    "school_holidays": "vacances scolaires",
}
REASONS_LEFT_OUT = {
    "public_holiday": "jour férié",
    "closure": "fermeture",
    "no_records": "appels non enregistrés",
    "hole": "appels en partie non enregistrés",
    "after_closure": "lendemain de fermeture",
    "bridge": "pont",
    "odd_day": "affluence inhabituelle ce jour-là",
}


@dataclass(frozen=True, slots=True)
class Level:
    """How a state of WEEK is named: for programs, and for people."""

    id: str
    word: str


LEVELS = {
    "quiet": Level("calme", "Calme"),
    "fairly_quiet": Level("assez_calme", "Assez calme"),
    "busy": Level("charge", "Chargé"),
    "very_busy": Level("tres_charge", "Très chargé"),
    "closed": Level("ferme", "Fermé"),
    "not_enough_data": Level("donnees_insuffisantes", "Données insuffisantes"),
}

_CUTS = {
    "hargé": ("har", "gé"),
    "Données": ("Don", "nées"),
    "insuffisantes": ("insuf", "fi", "santes"),
}


def breakable(word: str) -> str:
    """The word with the places where a very narrow cell may cut it (soft hyphens)."""
    for whole, parts in _CUTS.items():
        word = word.replace(whole, SOFT_HYPHEN.join(parts))
    return word


def listed(items: Sequence[str]) -> str:
    """« a », « a et b », « a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} et {items[-1]}"


def clock(minutes: int) -> str:
    """« 9 h » or « 13 h 30 » from minutes after midnight."""
    hour, minute = divmod(minutes, 60)
    return f"{hour}{NBSP}h{NBSP}{minute:02d}" if minute else f"{hour}{NBSP}h"


def row_name(start_min: int, end_min: int) -> str:
    """« 9 h – 10 h »: the name of a row; a narrow screen may cut it after the dash."""
    return f"{clock(start_min)}{NBSP}– {clock(end_min)}"


def hours(spans: Iterable[tuple[int, int]]) -> str:
    """« de 9 h à 12 h et de 13 h 30 à 16 h 30 »."""
    return listed([f"de {clock(start)} à {clock(end)}" for start, end in spans])


def day_hours(weekday: int, spans: Iterable[tuple[int, int]]) -> str:
    """« mardi de 14 h à 15 h »."""
    return f"{DAYS[weekday]} {hours(spans)}"


def days(first: int, last: int) -> str:
    """« Du lundi au jeudi », « Lundi et mardi » or « Vendredi »."""
    if last - first > 1:
        return f"Du {DAYS[first]} au {DAYS[last]}"
    return listed([DAYS[day] for day in range(first, last + 1)]).capitalize()


def calendar_day(day: date) -> str:
    """« dimanche 1er mars 2026 »; Babel leaves the « er » of the first of the month out."""
    text = format_date(day, "full", locale=LOCALE)
    return text.replace(" 1 ", " 1er ") if day.day == 1 else text


def period(first: date, last: date) -> str:
    """« du lundi 5 janvier 2026 au dimanche 1er mars 2026 »."""
    return f"du {calendar_day(first)} au {calendar_day(last)}"


_WORTH_SAYING = 1.5  # times the usual number of calls


def left_out_day(left_out: LeftOut) -> str:
    """« lundi 6 avril 2026 (jour férié : lundi de Pâques) »."""
    why = REASONS_LEFT_OUT[left_out.reason]
    if left_out.label:
        why = f"{why}{NBSP}: {left_out.label}"
    if left_out.factor is not None and left_out.factor >= _WORTH_SAYING:
        times = format_decimal(left_out.factor, "#,##0.#", locale=LOCALE)
        why = f"{why}{NBSP}: {times}{NBSP}fois les appels habituels"
    return f"{calendar_day(left_out.day)} ({why})"


def closure(ahead: Closure) -> str:
    """« Du lundi 4 mai 2026 au mardi 5 mai 2026 : travaux »."""
    if ahead.first == ahead.last:
        when = calendar_day(ahead.first).capitalize()
    else:
        when = period(ahead.first, ahead.last).capitalize()
    return f"{when}{NBSP}: {ahead.label}" if ahead.label else when


def day_ahead(ahead: DayAhead) -> str:
    """« Mardi 1er juin 2027 (début du mois) : environ 20 % d’appels de plus que d’habitude »."""
    why = listed([KINDS_OF_DAYS[kind] for kind in ahead.kinds])
    reason = f" ({why})" if why else ""
    change = round(abs(ahead.demand_factor - 1), 1)
    said = "de plus" if ahead.demand_factor > 1 else "de moins"
    when = calendar_day(ahead.day).capitalize()
    return f"{when}{reason}{NBSP}: environ {percent(change)} d’appels {said} que d’habitude"


def plural(count: int, singular: str, several: str) -> str:
    """« 1 jour », « 12 jours », the number held to its noun."""
    return f"{count}{NBSP}{several if count > 1 else singular}"


def percent(rate: float) -> str:
    """« 12 % », « 87,5 % »."""
    return format_percent(rate, f"#,##0.#{NBSP}%", locale=LOCALE)


def phone(number: str) -> str:
    """« 01 99 00 12 34 »; a number that is not French stays in its international form."""
    if not (number.startswith("+33") and len(number) == 12):
        return number
    national = f"0{number[3:]}"
    return NBSP.join(national[start : start + 2] for start in range(0, 10, 2))


def meanings(bounds: Bounds, *, answers_known: bool) -> dict[str, str]:
    """What happens to the caller at each level."""
    lowest = {"quiet": bounds.quiet, "fairly_quiet": bounds.fairly_quiet, "busy": bounds.busy}
    said = {
        level: _calls_that_succeed(bound, answers_known=answers_known)
        for level, bound in lowest.items()
    }
    at_least = {level: f"au moins {calls}" for level, calls in said.items()}
    return {**at_least, "very_busy": f"moins de {said['busy']}"}


def _calls_that_succeed(bound: float, *, answers_known: bool) -> str:
    """« 9 premiers appels sur 10 aboutissent à un agent »."""
    share = Fraction(bound).limit_denominator(10)
    several = "aboutissent à un agent" if answers_known else "trouvent une ligne libre"
    single = "aboutit à un agent" if answers_known else "trouve une ligne libre"
    if abs(share - Fraction(bound)) > Fraction(1, 1_000_000):
        return f"{percent(bound)} des premiers appels {several}"
    out_of = f"sur{NBSP}{share.denominator}"
    if share.numerator == 1:
        return f"1{NBSP}premier appel {out_of} {single}"
    return f"{share.numerator}{NBSP}premiers appels {out_of} {several}"
