"""A row of the table of hours, as every sheet names it: weekday, beginning, end."""

from __future__ import annotations

from affluence.publication.wording import Words, message
from affluence.report.sheet import Column

DAY = Column("jour", message("Jour"))
BEGINNING = Column("debut", message("De"))
WEEK_ROW = (DAY, BEGINNING, Column("fin", message("À")))


def week_row(weekday: int, start_min: int, end_min: int, words: Words) -> tuple[str, str, str]:
    """« lundi », « 09:00 », « 10:00 »."""
    return words.day(weekday), clock(start_min), clock(end_min)


def clock(minutes: int) -> str:
    """« 09:00 » from minutes after midnight."""
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}"
