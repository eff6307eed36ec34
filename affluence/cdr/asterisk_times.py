"""How a file of Asterisk writes its times: seconds since the epoch, or a format of `strftime`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from affluence.cdr.columns import parsed_us
from affluence.cdr.layouts import BrokenLineError, Layout

_US = 1_000_000
# Unset times are written as the epoch's beginning, in whatever zone; no record is as old as 1973,
# and what would be later than 2286 is a number of another kind.
_FIRST_US, _LAST_US = 10**14, 10**16
_FRACTION = "%.f"  # of a second, at the end of a pattern; texts may leave it out
_UNSET = ("", "NULL", "None", "n/a", "\\N", "0000-00-00 00:00:00")


@dataclass(frozen=True, slots=True)
class Times:
    """A way to write times; ``pattern`` is empty for seconds since the epoch."""

    pattern: str = "%Y-%m-%d %H:%M:%S%.f"

    @property
    def clock(self) -> str:
        """The zone of these times, empty where they do not tell it; as in `Dialect`."""
        return "" if self.pattern and not self.pattern.endswith("z") else "UTC"

    def wall_us(self, column: str) -> pl.Expr:
        """Microseconds of the wall clock, null where the text is no time, or an unset one."""
        return within_calendar(self.us(column))

    def us(self, column: str) -> pl.Expr:
        """The same however early or late: null only where the text is no time."""
        text = pl.col(column)
        if not self.pattern:
            return text.cast(pl.Float64, strict=False) * _US
        if not self.pattern.endswith(_FRACTION):
            return parsed_us(text, self.pattern)
        # Most files write no fractions, and a format without them is read many times faster.
        whole_us = parsed_us(text, self.pattern.removesuffix(_FRACTION))
        odd = pl.when(whole_us.is_null()).then(text)
        return pl.coalesce(whole_us, parsed_us(odd, self.pattern))


def within_calendar(us: pl.Expr) -> pl.Expr:
    """Microseconds that `Times.us` gave, null where they are an unset time or none of a record."""
    within = (us >= _FIRST_US) & (us < _LAST_US)
    return pl.when(within).then(us).round().cast(pl.Int64)


def is_legible(column: str, us: pl.Expr) -> pl.Expr:
    """Whether a text is a time, of which `Times.us` gave this, or says that there is none."""
    unset = pl.col(column).fill_null("").is_in(_UNSET)
    return unset | (us.fill_null(_LAST_US) < _LAST_US)


EPOCH = Times("")
_WAYS = (EPOCH, Times(), Times("%Y-%m-%d %H:%M:%S%.f%#z"))


def find_times(lines: Iterable[str], layout: Layout, column: str, stated: str) -> Times:
    """How some lines write the times of a column.

    Args:
        lines: of a file, below its header.
        layout: how they are cut.
        column: one with times.
        stated: what the configuration says, as in `strptime`, or ``%s`` for epochs; empty: found.

    """
    if stated == "%s":
        return EPOCH
    if stated:
        return Times(stated.replace(".%f", "%.f"))
    frame = pl.DataFrame({"time": list(_texts(lines, layout, column))}, {"time": pl.String})
    for way in _WAYS:
        if frame.select(way.wall_us("time").is_not_null().any()).item():
            return way
    return Times()


def _texts(lines: Iterable[str], layout: Layout, column: str) -> Iterator[str]:
    for line in lines:
        with suppress(BrokenLineError):
            columns, fields = layout.cut(line)
            yield fields[columns.index(column)]
