"""Indicators with chosen counts and the words of the product, and pages made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from affluence.indicators import Indicators, Ratio, Readings, make_indicators
from affluence.indicators.written import Channel, Message, written_indicators
from affluence.report.committee import committee_page
from affluence.report.committee.parts import cut
from affluence.tables import MEASURED

DEFAULT = Readings()
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
Counts = Mapping[str, tuple[int, int]]  # numerator and denominator by key

YEAR: Counts = {
    "fewer_than_5_rings": (39_074, 93_401),
    "lost_calls": (16_072, 93_401),
    "answered_by_agent": (77_329, 93_401),
    "first_call_gets_a_line": (70_708, 97_444),
    "persons_reached": (73_383, 97_444),
}
MONTHS: Sequence[Counts] = [
    {
        "lost_calls": (1_000 + 50 * month, 8_000),
        "answered_by_agent": (7_000 - 50 * month, 8_000),
        "persons_reached": (6_000 - 400 * month, 9_000),
    }
    for month in range(12)
]
OUTSIDE = {"refusés": 57_560, "hors des heures": 10_500, "masqué": 7_604, "vocal": 12}


@cache
def nothing(first: date, last: date, readings: Readings = DEFAULT) -> Indicators:
    """Indicators of days on which nothing was measured."""
    return make_indicators(
        {name: table.empty() for name, table in MEASURED.items()},
        readings,
        zone="Europe/Paris",
        first=first,
        last=last,
        lines_believed=True,
    )


def indicators(
    counts: Counts,
    first: date = FIRST,
    last: date = LAST,
    *,
    outside: Mapping[str, int | None] = OUTSIDE,
    written: tuple[Ratio, ...] = (),
    readings: Readings = DEFAULT,
) -> Indicators:
    """Indicators of which the ratios have these counts; ``outside`` by a word of what is left."""
    blank = nothing(first, last, readings)
    return replace(
        blank,
        days_open=251,
        outcomes={**blank.outcomes, "busy": outside.get("refusés") or 0},
        official=tuple(_filled(ratio, counts, outside) for ratio in blank.official),
        lived=tuple(_filled(ratio, counts, outside) for ratio in blank.lived),
        written=written,
    )


def messages(letters: int, emails: int, complaints: int, pending: int) -> tuple[Ratio, ...]:
    """Written indicators with two in three in time, and so many pending in each channel."""
    numbers: dict[Channel, int] = {"letter": letters, "email": emails, "complaint": complaints}
    answers = [date(2026, 3, 3), date(2026, 3, 4), date(2026, 5, 29)]
    sent: list[Message] = []
    for channel, number in numbers.items():
        sent += [
            Message(channel=channel, received=date(2026, 3, 2), answered=answers[n % 3])
            for n in range(number)
        ]
        sent += [Message(channel=channel, received=LAST, answered=None)] * pending
    return written_indicators(sent, [], LAST)


def page(
    whole: Indicators,
    parts: Sequence[Counts],
    *,
    service: str = "Service des étrangers",
    demonstration: bool = False,
) -> str:
    """The page of these days, whose parts have these counts."""
    cut_up = cut(whole.first, whole.last)
    return committee_page(
        service=service,
        demonstration=demonstration,
        indicators=whole,
        cut=cut_up,
        of_parts=[
            indicators(counts, part.first, part.last)
            for part, counts in zip(cut_up.parts, parts, strict=True)
        ],
    ).decode()


def year() -> str:
    """The page of a year, written indicators and all."""
    return page(indicators(YEAR, written=messages(312, 4_431, 48, 7)), MONTHS)


def _filled(ratio: Ratio, counts: Counts, outside: Mapping[str, int | None]) -> Ratio:
    if ratio.key not in counts:
        return ratio
    numerator, denominator = counts[ratio.key]
    left_out = tuple(
        replace(out, count=next((n for word, n in outside.items() if word in out.words), 0))
        for out in ratio.left_out
    )
    return replace(ratio, numerator=numerator, denominator=denominator, left_out=left_out, note="")
