"""From an edition to the words of its page: the only place that names what the figures say.

The templates receive a `Page` of finished strings and hold no logic beyond loops and ifs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from affluence.publication import wording
from affluence.publication.answer import Answer, answer
from affluence.publication.edition import Edition
from affluence.publication.figures import DECIMALS, Figure
from affluence.publication.grid import Grid, GridRow, lay_out
from affluence.publication.spans import runs
from affluence.tables import LEVELS

# More days than this are folded away: they matter less than what follows them.
LEFT_OUT_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A short and a full name of the same thing."""

    short: str
    full: str


@dataclass(frozen=True, slots=True)
class LevelWord:
    """A level: the name of its look, its word, and what it means where that is said."""

    id: str
    word: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table of levels."""

    name: str
    after_break: bool  # the desk is closed between the row above and this one
    cells: tuple[LevelWord, ...]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of the table of rates."""

    day: str
    hours: str
    first_of_day: bool
    busy_line_rate: str
    occupancy_rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template shows, as finished French strings."""

    service: str
    demonstration: bool
    phone_href: str
    phone: str
    opening: tuple[str, ...]
    answer: Answer
    weekdays: tuple[Named, ...]
    rows: tuple[TableRow, ...]
    levels: tuple[LevelWord, ...]
    period: str
    weeks: str
    left_out: tuple[str, ...]
    left_out_folded: bool
    left_out_count: str
    closures: tuple[str, ...]
    days_ahead: tuple[str, ...]
    past_error: str  # empty where too few weeks tell
    past_error_of_mean: str
    forecasts_are_better: bool
    next_update: str
    valid_until: str
    rates: tuple[RateRow, ...]
    lines: str
    lines_inferred: bool
    lines_believed: bool
    minimum_days: str
    minimum_calls: str
    answers_known: bool
    refusals_recorded: bool


def page(edition: Edition, figures: Sequence[Figure]) -> Page:
    """The page of an edition, ready for the template."""
    grid = lay_out(figures, edition.opening)
    past = edition.past_forecasts
    return Page(
        service=edition.service,
        demonstration=edition.demonstration,
        phone_href=f"tel:{edition.phone}",
        phone=wording.phone(edition.phone),
        opening=_opening(edition),
        answer=answer(edition, figures),
        weekdays=tuple(Named(wording.SHORT_DAYS[d], wording.DAYS[d]) for d in grid.weekdays),
        rows=_rows(grid),
        levels=_levels(edition),
        period=wording.period(edition.period_first, edition.period_last),
        weeks=wording.plural(edition.weeks, "semaine", "semaines"),
        left_out=tuple(wording.left_out_day(day) for day in edition.left_out),
        left_out_folded=len(edition.left_out) > LEFT_OUT_SHOWN,
        left_out_count=wording.plural(len(edition.left_out), "jour écarté", "jours écartés"),
        closures=tuple(wording.closure(ahead) for ahead in edition.closures_ahead),
        days_ahead=tuple(wording.day_ahead(ahead) for ahead in edition.days_ahead),
        past_error=wording.percent(round(past.error, DECIMALS)) if past else "",
        past_error_of_mean=wording.percent(round(past.error_of_mean, DECIMALS)) if past else "",
        forecasts_are_better=past is not None and past.are_better,
        next_update=wording.calendar_day(edition.next_update),
        valid_until=wording.calendar_day(edition.valid_until),
        rates=_rates(figures),
        lines=wording.plural(edition.lines, "ligne", "lignes"),
        lines_inferred=edition.lines_inferred,
        lines_believed=edition.lines_believed,
        minimum_days=wording.plural(edition.minimum_days, "jour", "jours"),
        minimum_calls=wording.plural(edition.minimum_calls, "appel", "appels"),
        answers_known=edition.answers_known,
        refusals_recorded=edition.refusals_recorded,
    )


def _opening(edition: Edition) -> tuple[str, ...]:
    return tuple(
        f"{wording.days(first, last)}, {wording.hours(spans)}"
        for first, last, spans in runs(edition.opening)
    )


def _rows(grid: Grid) -> tuple[TableRow, ...]:
    breaks = [False, *(above.end_min < row.start_min for above, row in pairwise(grid.rows))]
    return tuple(
        _row(row, after_break=after) for row, after in zip(grid.rows, breaks, strict=False)
    )


def _row(row: GridRow, *, after_break: bool) -> TableRow:
    cells = tuple(_cell(state) for state in row.states)
    return TableRow(wording.row_name(row.start_min, row.end_min), after_break, cells)


def _cell(state: str) -> LevelWord:
    level = wording.LEVELS[state]
    return LevelWord(level.id, wording.breakable(level.word))


def _levels(edition: Edition) -> tuple[LevelWord, ...]:
    meanings = wording.meanings(edition.bounds, answers_known=edition.answers_known)
    named = ((wording.LEVELS[state], meanings[state]) for state in LEVELS)
    return tuple(LevelWord(level.id, level.word, meaning) for level, meaning in named)


def _rates(figures: Sequence[Figure]) -> tuple[RateRow, ...]:
    shown = [figure for figure in figures if figure.is_open]
    days_above = [None, *(figure.weekday for figure in shown)]
    return tuple(
        RateRow(
            day=wording.DAYS[figure.weekday],
            hours=wording.row_name(figure.start_min, figure.end_min),
            first_of_day=figure.weekday != above,
            busy_line_rate=_rate(figure, figure.busy_line_rate),
            occupancy_rate=_rate(figure, figure.occupancy_rate),
        )
        for figure, above in zip(shown, days_above, strict=False)
    )


def _rate(figure: Figure, rate: float | None) -> str:
    if not figure.has_level:
        return wording.breakable(wording.LEVELS[figure.state].word)
    return wording.NOT_MEASURED if rate is None else wording.percent(rate)
