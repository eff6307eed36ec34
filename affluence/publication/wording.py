"""Every word of the page that depends on a value: days, hours, dates, rates, levels.

Words that never change are in the templates. French messages have a no-break space before
« : ; % » and inside an hour, as French typography asks. Latin digits, hours from 0 to 24, and weeks
from Monday on in every language: the reader dials and reads a French clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from affluence.publication.edition import Bounds, Closure, DayAhead, LeftOut, OtherHours
from affluence.publication.language import NBSP, SOURCE, Language

SOFT_HYPHEN = "\u00ad"

_WEEK = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
DAYS = dict(enumerate(_WEEK, start=1))  # as the data call them


def message(text: str) -> str:
    """Mark a French message for translation where it is only stored."""
    return text


NOT_MEASURED = message("Non mesuré")
KINDS_OF_DAYS = {
    "after_closure": message("lendemain de fermeture"),
    "bridge": message("pont"),
    "month_start": message("début du mois"),
    "school_holidays": message("vacances scolaires"),
}
REASONS_LEFT_OUT = {
    "public_holiday": message("jour férié"),
    "closure": message("fermeture"),
    "no_records": message("appels non enregistrés"),
    "hole": message("appels en partie non enregistrés"),
    "after_closure": message("lendemain de fermeture"),
    "bridge": message("pont"),
    "odd_day": message("affluence inhabituelle ce jour-là"),
}


@dataclass(frozen=True, slots=True)
class Level:
    """How a state of WEEK is named: for programs, and for people (a French message)."""

    id: str
    word: str


LEVELS = {
    "quiet": Level("calme", message("Calme")),
    "fairly_quiet": Level("assez_calme", message("Assez calme")),
    "busy": Level("charge", message("Chargé")),
    "very_busy": Level("tres_charge", message("Très chargé")),
    "closed": Level("ferme", message("Fermé")),
    "not_enough_data": Level("donnees_insuffisantes", message("Données insuffisantes")),
}

# What the caller has to expect, where the records tell whether an agent answers.
WHAT_HAPPENS = {
    "quiet": message("réponse probable au premier appel"),
    "fairly_quiet": message("réponse assez probable au premier appel"),
    "busy": message("plusieurs essais possibles"),
    "very_busy": message("plusieurs essais probables"),
}

_PERCENT = {SOURCE: f"#,##0.#{NBSP}%", "tr": "%#,##0.#"}
_WORTH_SAYING = 1.5  # times the usual number of calls
# Where a very narrow cell may cut a French word.
_CUTS = {
    "hargé": ("har", "gé"),
    "Données": ("Don", "nées"),
    "insuffisantes": ("insuf", "fi", "santes"),
}


@dataclass(frozen=True)
class Words:
    """What depends on a value, in one language."""

    language: Language

    def level(self, state: str) -> Markup:
        """The word of a state of WEEK."""
        return self.language.say(LEVELS[state].word)

    def breakable_level(self, state: str) -> Markup:
        """The same with the places where a narrow cell may cut it (soft hyphens)."""
        word = self.level(state)
        for whole, parts in _CUTS.items():
            word = word.replace(whole, SOFT_HYPHEN.join(parts))
        return word

    def day(self, weekday: int) -> str:
        """« lundi » from the ISO weekday."""
        # Never Babel's stand-alone names: asked for in one language they spoil the others (#1234).
        return str(get_day_names("wide", "format", self.language.code)[weekday - 1])

    def short_day(self, weekday: int) -> str:
        """« lun. » from the ISO weekday."""
        return str(get_day_names("abbreviated", "format", self.language.code)[weekday - 1])

    def listed(self, items: Sequence[str | Markup]) -> Markup:
        """« a », « a et b », « a, b et c »."""
        if not items:
            return Markup()
        # Placeholders, so that markup in an item stays markup.
        places = [f"\x00{place}\x00" for place in range(len(items))]
        said = Markup.escape(format_list(places, locale=self.language.code))
        for place, item in zip(places, items, strict=True):
            said = said.replace(place, Markup.escape(item))
        return said

    def clock(self, minutes: int) -> str:
        """« 9 h », « 13 h 30 », elsewhere « 9:00 », from minutes after midnight."""
        hour, minute = divmod(minutes, 60)
        if self.language.code != SOURCE:
            return f"{hour}:{minute:02d}"
        return f"{hour}{NBSP}h{NBSP}{minute:02d}" if minute else f"{hour}{NBSP}h"

    def row_name(self, start_min: int, end_min: int) -> Markup:
        """« 9 h – 10 h »: the name of a row; a narrow screen may cut it after the dash."""
        name = f"{self.clock(start_min)}{NBSP}– {self.clock(end_min)}"
        return self.language.isolate(name)

    def hours(self, spans: Iterable[tuple[int, int]]) -> Markup:
        """« de 9 h à 12 h et de 13 h 30 à 16 h 30 »."""
        say = self.language.say
        return self.listed(
            [
                say("de {start} à {end}", start=self.clock(start), end=self.clock(end))
                for start, end in spans
            ]
        )

    def day_hours(self, weekday: int, spans: Iterable[tuple[int, int]]) -> Markup:
        """« mardi de 14 h à 15 h »."""
        return self.language.say("{day} {hours}", day=self.day(weekday), hours=self.hours(spans))

    def days(self, first: int, last: int) -> Markup:
        """« Du lundi au jeudi », « Lundi et mardi » or « Vendredi »."""
        if last - first > 1:
            said = self.language.say(
                "Du {first} au {last}", first=self.day(first), last=self.day(last)
            )
            return _capital(said)
        return _capital(self.listed([self.day(day) for day in range(first, last + 1)]))

    def calendar_day(self, day: date) -> str:
        """« dimanche 1er mars 2026 »; Babel leaves the « er » of the first of the month out."""
        text = format_date(day, "full", locale=self.language.code)
        return text.replace(" 1 ", " 1er ") if self.language.code == SOURCE else text

    def short_date(self, day: date) -> str:
        """« 01/03/2026 »: day, month, year, as every official paper in France has it."""
        return f"{day:%d/%m/%Y}"

    def period(self, first: date, last: date) -> Markup:
        """« du lundi 5 janvier 2026 au dimanche 1er mars 2026 »."""
        return self.language.say(
            "du {first} au {last}", first=self.calendar_day(first), last=self.calendar_day(last)
        )

    def left_out_day(self, left_out: LeftOut) -> Markup:
        """« lundi 6 avril 2026 (jour férié : lundi de Pâques) »."""
        language = self.language
        why = language.say(REASONS_LEFT_OUT[left_out.reason])
        if left_out.label:
            why = self.colon(why, language.french(left_out.label))
        if left_out.factor is not None and left_out.factor >= _WORTH_SAYING:
            times = format_decimal(left_out.factor, "#,##0.#", locale=language.code)
            more = language.say("{times}\u00a0fois les appels habituels", times=times)
            why = self.colon(why, more)
        return language.say("{day} ({why})", day=self.calendar_day(left_out.day), why=why)

    def closure(self, ahead: Closure) -> Markup:
        """« Du lundi 4 mai 2026 au mardi 5 mai 2026 : travaux »."""
        if ahead.first == ahead.last:
            when = Markup.escape(self.calendar_day(ahead.first))
        else:
            when = self.period(ahead.first, ahead.last)
        if not ahead.label:
            return _capital(when)
        return self.colon(_capital(when), self.language.french(ahead.label))

    def other_hours(self, other: OtherHours) -> Markup:
        """« Jeudi 12 mars 2026 (formation) : ouvert de 9 h à 11 h »."""
        say = self.language.say
        when: str | Markup = self.calendar_day(other.day)
        if other.label:
            when = say("{day} ({why})", day=when, why=self.language.french(other.label))
        is_open = say("ouvert {hours}", hours=self.hours(other.spans))
        return self.colon(_capital(Markup.escape(when)), is_open)

    def day_ahead(self, ahead: DayAhead) -> Markup:
        """« Mardi 1er juin 2027 (début du mois) : environ 20 % d’appels de plus … »."""
        say = self.language.say
        when: str | Markup = self.calendar_day(ahead.day)
        if ahead.kinds:
            why = self.listed([say(KINDS_OF_DAYS[kind]) for kind in ahead.kinds])
            when = say("{day} ({why})", day=when, why=why)
        change = self.percent(round(abs(ahead.demand_factor - 1), 1))
        if ahead.demand_factor > 1:
            said = say("environ {change} d’appels de plus que d’habitude", change=change)
        else:
            said = say("environ {change} d’appels de moins que d’habitude", change=change)
        return self.colon(_capital(Markup.escape(when)), said)

    def colon(self, what: str | Markup, which: str | Markup) -> Markup:
        """« what : which »."""
        return self.language.say("{what}\u00a0: {which}", what=what, which=which)

    def percent(self, rate: float) -> Markup:
        """« 12 % », « 87,5 % »."""
        return self.language.isolate(self.percent_text(rate))

    def percent_text(self, rate: float) -> str:
        """The same without markup."""
        pattern = _PERCENT.get(self.language.code, "#,##0.#%")
        return format_percent(rate, pattern, locale=self.language.code)

    def meanings(self, bounds: Bounds, *, answers_known: bool) -> dict[str, Markup]:
        """What happens to the caller at each level."""
        say = self.language.say
        lowest = {"quiet": bounds.quiet, "fairly_quiet": bounds.fairly_quiet, "busy": bounds.busy}
        calls = {
            level: self._calls_that_succeed(bound, answers_known=answers_known)
            for level, bound in lowest.items()
        }
        at_least = {level: say("au moins {calls}", calls=said) for level, said in calls.items()}
        shares = {**at_least, "very_busy": say("moins de {calls}", calls=calls["busy"])}
        if not answers_known:
            return shares
        return {level: self.colon(say(WHAT_HAPPENS[level]), said) for level, said in shares.items()}

    def _calls_that_succeed(self, bound: float, *, answers_known: bool) -> Markup:
        """« 9 premiers appels sur 10 aboutissent à un agent »."""
        share = Fraction(bound).limit_denominator(10)
        if abs(share - Fraction(bound)) > Fraction(1, 1_000_000):
            percent = self.percent(bound)
            if answers_known:
                return self.language.say(
                    "{percent} des premiers appels aboutissent à un agent", percent=percent
                )
            return self.language.say(
                "{percent} des premiers appels trouvent une ligne libre", percent=percent
            )
        if answers_known:
            return self.language.count(
                share.numerator,
                "{number}\u00a0premier appel sur\u00a0{total} aboutit à un agent",
                "{number}\u00a0premiers appels sur\u00a0{total} aboutissent à un agent",
                total=share.denominator,
            )
        return self.language.count(
            share.numerator,
            "{number}\u00a0premier appel sur\u00a0{total} trouve une ligne libre",
            "{number}\u00a0premiers appels sur\u00a0{total} trouvent une ligne libre",
            total=share.denominator,
        )


def phone(number: str) -> str:
    """« 01 99 00 12 34 »; a number that is not French stays in its international form."""
    if not (number.startswith("+33") and len(number) == 12):
        return number
    national = f"0{number[3:]}"
    return NBSP.join(national[start : start + 2] for start in range(0, 10, 2))


def _capital(text: Markup) -> Markup:
    """With a capital at its beginning, unless it begins with markup."""
    return text[:1].upper() + text[1:]
