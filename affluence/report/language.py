"""Languages of the report: its own catalogue before that of the page, and the words of figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from affluence.phrases import Phrase, Seconds, Share, Value, duration
from affluence.publication.language import PACKAGE, SOURCE, Language
from affluence.publication.wording import Words

REPORT_PACKAGE = "affluence.report"


@dataclass(frozen=True)
class ReportLanguage(Language):
    """A language of the report, which also says phrases and the numbers and days in them."""

    packages: tuple[str, ...] = (REPORT_PACKAGE, PACKAGE)

    def say(self, message: str, **values: object) -> Markup:
        """A message or a phrase in this language; values that are not markup are escaped."""
        if isinstance(message, Phrase) and self.code != SOURCE:
            written = {name: self._written(value) for name, value in message.values.items()}
            return super().say(message.message, **written)
        return super().say(message, **values)

    def _written(self, value: Value) -> str | Markup:
        """A value of a phrase as this language has it."""
        match value:
            case Share():
                return ReportWords(self).percent_text(round(value, 3))
            case Seconds():
                return duration(value)
            case float() | int():
                return format_decimal(value, locale=self.code)
            case date():
                return ReportWords(self).short_date(value)
        return self.say(value)


@dataclass(frozen=True)
class ReportWords(Words):
    """What depends on a value, as a report has it."""

    def calendar_day(self, day: date) -> str:
        """« dimanche 1er mars 2026 »; in English the day comes before the month, as in France."""
        if self.language.code == SOURCE:
            return super().calendar_day(day)
        return str(format_date(day, "EEEE d MMMM y", locale=self.language.code))

    def short_date(self, day: date) -> str:
        """« 01/03/2026 », elsewhere « 1 March 2026 »: nobody has to guess which is the month."""
        if self.language.code == SOURCE:
            return super().short_date(day)
        return str(format_date(day, "d MMMM y", locale=self.language.code))


def semicolons(parts: Iterable[object], words: Words) -> str:
    """« a ; b ; c », elsewhere without the space before."""
    return (" ; " if words.language.code == SOURCE else "; ").join(map(str, parts))
