"""Store and file of messages → indicators of one platform over some local days, and their page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from affluence.config import Platform
from affluence.doubts import find_doubts
from affluence.errors import RecordsError
from affluence.indicators import Indicators, Ratio, make_indicators
from affluence.indicators.written import written_indicators
from affluence.report.committee import committee_page
from affluence.report.committee.parts import cut
from affluence.steps.messages import read_messages
from affluence.steps.settings import readings_of
from affluence.store import Store
from affluence.tables import MEASURED
from affluence.typical_week.calendar import public_holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was measured on one platform, and the local days of which it is asked."""

    platform: Platform
    measured: Mapping[str, pl.DataFrame]
    first: date
    last: date
    lines_believed: bool

    def of_days(self, table: str) -> pl.DataFrame:
        """One table of `affluence.tables.MEASURED`, of these days alone."""
        day = _local_day(self.platform)
        return self.measured[table].filter(day.is_between(self.first, self.last))


def read_period(
    store: Store, name: str, platform: Platform, first: date | None, last: date | None
) -> Period:
    """The days from ``first`` to ``last``, by default all with records.

    Raises:
        RecordsError: nothing is measured for these days.

    """
    measured = {table: store.lake.read_measured(name, table) for table in MEASURED}
    day = _local_day(platform)
    recorded = measured["slots"].filter(pl.col("recorded_s") > 0).select(day).to_series()
    if recorded.is_empty():
        message = f"platform '{name}': nothing is measured yet. Start with `affluence run`."
        raise RecordsError(message)
    days: list[date] = recorded.sort().to_list()
    oldest, newest = days[0], days[-1]
    if first is not None and last is not None and last < first:
        message = f"platform '{name}': --to {last} is before --from {first}. Exchange them."
        raise RecordsError(message)
    asked = " ".join(
        f"{word} {day}" for word, day in (("from", first), ("to", last)) if day is not None
    )
    first, last = first or oldest, last or newest
    if not recorded.is_between(first, last).any():
        message = (
            f"platform '{name}': no records {asked}; there are some from {oldest} to {newest}."
            " Choose --from and --to among these days."
        )
        raise RecordsError(message)
    of_period = measured["slots"].filter(day.is_between(first, last))
    return Period(
        platform=platform,
        measured=measured,
        first=first,
        last=last,
        lines_believed=not find_doubts(of_period).lines_doubtful,
    )


def _local_day(platform: Platform) -> pl.Expr:
    return pl.col("slot_start").dt.convert_time_zone(platform.zone).dt.date()


def indicators_of(period: Period) -> Indicators:
    """Indicators of a period, the written ones too where there is a file of messages.

    Raises:
        MessagesError: that file cannot be read, or not all of its lines.

    """
    return indicators_of_days(period, period.first, period.last, _written(period))


def committee_page_of(period: Period) -> bytes:
    """The page of a period for the user committee.

    Raises:
        MessagesError: the file of messages cannot be read, or not all of its lines.

    """
    parts = cut(period.first, period.last)
    return committee_page(
        service=period.platform.name,
        demonstration=period.platform.demonstration,
        indicators=indicators_of(period),
        cut=parts,
        of_parts=[indicators_of_days(period, part.first, part.last) for part in parts.parts],
    )


def indicators_of_days(
    period: Period, first: date, last: date, written: tuple[Ratio, ...] = ()
) -> Indicators:
    """Indicators of some days of a period, with the written ones that are given."""
    return make_indicators(
        period.measured,
        readings_of(period.platform),
        zone=period.platform.zone,
        first=first,
        last=last,
        lines_believed=period.lines_believed,
        written=written,
    )


def _written(period: Period) -> tuple[Ratio, ...]:
    path = period.platform.indicators.written
    if path is None:
        return ()
    messages = read_messages(path)
    days = [day for m in messages for day in (m.received, m.answered) if day is not None]
    # The file knows of nothing after its newest date.
    oldest, newest = min(days, default=period.last), max(days, default=period.last)
    # A desk that answers on public holidays has working days like everybody else's.
    region = period.platform.opening.public_holidays or "FR"
    return written_indicators(
        [message for message in messages if period.first <= message.received <= period.last],
        public_holidays(region, oldest, newest).keys(),
        newest,
    )
