"""Store → everything that the managers' report is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import PurePath

import polars as pl

from affluence.doubts import find_doubts
from affluence.indicators import Indicators
from affluence.indicators.totals import add_up
from affluence.report.facts import Facts, File
from affluence.staffing import Target
from affluence.steps.indicators import Period, indicators_of, indicators_of_days
from affluence.steps.trials import staffing_of
from affluence.store import Store
from affluence.tables import MEASURED
from affluence.typical_week import Study
from affluence.typical_week.effect import Effect

_WEEK = timedelta(days=7)
_LONG_NUMBER = re.compile(r"\d{9,}")  # in the name of a file: it may be somebody's telephone


def facts_of(
    learned: Study,
    period: Period,
    effect: Effect,
    *,
    files: tuple[File, ...],
    published: tuple[date, ...],
    target: Target,
    quantile: float,
    progress: Callable[[int], None],
) -> Facts:
    """Everything that the report of a platform is made from. It takes half a minute.

    Args:
        learned: its typical week.
        period: the days of the report.
        effect: what its table has changed.
        files: as `files_of` has them.
        published: as `days_of_publication` has them.
        target: what is asked of the advice on staffing.
        quantile: of the load that is planned for, 0-1.
        progress: told of every change that was tried.

    Raises:
        MessagesError: the file of letters, e-mails and complaints has problems.

    """
    indicators = indicators_of(period)
    staffing, why_not = staffing_of(
        learned, period, indicators, target=target, quantile=quantile, progress=progress
    )
    return Facts(
        service=period.platform.name,
        demonstration=period.platform.demonstration,
        zone=period.platform.zone,
        first=period.first,
        last=period.last,
        measured=_measured(period),
        indicators=indicators,
        weeks=tuple(_weeks(period)),
        typical=learned.week(),
        forecast=learned.forecast(),
        grades=learned.grade(),
        effect=effect,
        staffing=staffing,
        no_staffing=why_not,
        files=files,
        doubts=find_doubts(period.of_days("slots")),
        published=published,
    )


def _measured(period: Period) -> dict[str, pl.DataFrame]:
    """The tables of the days; what is kept beside SLOTS for some of the days only is left out."""
    found = {table: period.of_days(table) for table in period.measured}
    if add_up(found["slots"], lines_believed=period.lines_believed).has_companions:
        return found
    return {"slots": found["slots"]} | {
        name: table.empty() for name, table in MEASURED.items() if name != "slots"
    }


def _weeks(period: Period) -> Iterator[Indicators]:
    monday = period.first - timedelta(days=period.first.weekday())
    while monday <= period.last:
        sunday = monday + _WEEK - timedelta(days=1)
        yield indicators_of_days(period, max(monday, period.first), min(sunday, period.last))
        monday += _WEEK


def days_of_publication(store: Store, name: str) -> tuple[date, ...]:
    """Days on which other hours of a platform were recommended than before."""
    days = {each.published_on for each in store.ledger.publications.recommended(name)}
    return tuple(sorted(days - {date.min}))


def files_of(store: Store, name: str) -> tuple[File, ...]:
    """The files of a platform and what became of their lines."""
    return tuple(
        File(
            # Only its own name: where it lies is nobody's business but the machine's.
            name=_LONG_NUMBER.sub("…", PurePath(account["path"] or "–").name),
            lines=account["lines"],
            calls=account["calls"],
            merged=account["merged"],
            duplicates=account["duplicates"],
            ignored=account["ignored"],
            rejected=account["rejected"],
        )
        for account in store.ledger.accounts.of_files(name)
    )
