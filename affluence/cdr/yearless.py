"""Dates that are written without their year: it is stated, or follows from the day of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import polars as pl

from affluence.cdr.dialect import Reading, Sample

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Which year a month and a day belong to.

    No record is later than the day on which its file was last written to: what seems to be is of
    the year before. A file must therefore not hold more than a year.

    Attributes:
        last_day: on which the file was last written to.
        stated: a year for all dates, 0 for none.
        day_first: whether the day stands before the month.

    """

    last_day: date
    stated: int = 0
    day_first: bool = False

    @classmethod
    def of(cls, sample: Sample, reading: Reading) -> Years:
        """As the configuration states, in a format of times such as "2026 %d/%m"."""
        written = reading.stated.time_format
        year = _YEAR.search(written)
        return cls(
            last_day=sample.modified_on,
            stated=int(year[0]) if year else 0,
            day_first="%d" in written and written.index("%d") < written.find("%m"),
        )

    def date_of(self, first: pl.Expr, second: pl.Expr) -> pl.Expr:
        """A date as text, ``YYYY-MM-DD``, of its two numbers as text in the order of the file."""
        day, month = (first, second) if self.day_first else (second, first)
        latest = f"{self.last_day:%m%d}"
        year = (
            pl.lit(self.stated)
            if self.stated
            else pl.when(month + day > latest)
            .then(self.last_day.year - 1)
            .otherwise(self.last_day.year)
        )
        return pl.concat_str(year.cast(pl.String), month, day, separator="-")

    def day(self, first: str, second: str) -> date | None:
        """The same of one date; None where it is none."""
        row = pl.DataFrame({"first": [first], "second": [second]})
        written = row.select(self.date_of(pl.col("first"), pl.col("second"))).item()
        try:
            return date.fromisoformat(written)
        except ValueError:
            return None

    def variant(self, first: date | None) -> str:
        """The year of the first date of a file, where the day of the file has decided it."""
        return "" if self.stated or first is None else str(first.year)

    @property
    def choice(self) -> str:
        """What was chosen, in words."""
        if self.stated:
            return f"dates without a year are of {self.stated}, as stated"
        return (
            f"dates without a year are of the twelve months up to {self.last_day}, the day of the"
            " file; state another year in 'format.time_format', such as \"2026 %m/%d\""
        )
