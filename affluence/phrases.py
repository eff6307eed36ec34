"""Words made where figures are made: French sentences that can still be said in another language.

Where figures become words, the language of the reader is not known. A `Phrase` is its French text,
and nothing else to whoever wants that; it also remembers the message that it was made from, which
is a key of the catalogues of messages, and the values in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Self


class Share(float):
    """A share in 0-1 within a phrase, written as a percentage with one decimal."""

    __slots__ = ()


class Seconds(float):
    """A duration within a phrase, written as `duration` has it."""

    __slots__ = ()


Value = str | float | date  # a string may be a phrase itself


class Phrase(str):
    """A French text made from a message and the values that it holds by their names.

    Attributes:
        message: with « {name} » in the place of each value.
        values: of which numbers, shares, durations and days are written as each language has them.

    """

    __slots__ = ("message", "values")

    message: str
    values: Mapping[str, Value]

    def __new__(cls, message: str, /, **values: Value) -> Self:
        """Write the text in French."""
        french = {name: in_french(value) for name, value in values.items()}
        made = super().__new__(cls, message.format(**french) if values else message)
        made.message, made.values = message, values
        return made


def in_french(value: Value) -> str:
    """« 12,3 % », « 3 min 20 s », « 12 345 », « 21,5 », « 14/09/2026 »; words as they are."""
    match value:
        case Share():
            return f"{100 * value:.1f}\u00a0%".replace(".", ",")
        case Seconds():
            return duration(value)
        case int():
            return f"{value:,}".replace(",", "\u202f")
        case float():
            return f"{value:g}".replace(".", ",")
        case date():
            return f"{value:%d/%m/%Y}"
    return value


def duration(seconds: float) -> str:
    """« 3 min 20 s », in every language."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}\u00a0min {rest:02d}\u00a0s" if minutes else f"{rest}\u00a0s"


def hour_of_day(minutes: int) -> str:
    """« 9 h », « 13 h 30 », from minutes after midnight, in French."""
    hour, minute = divmod(minutes, 60)
    return f"{hour}\u00a0h\u00a0{minute:02d}" if minute else f"{hour}\u00a0h"


def whole_percent(share: float) -> str:
    """« 12 % » of a share in 0-1, in French."""
    return f"{100 * share:.0f}\u00a0%"
