"""From an edition to the words of its page: the only place that names what the figures say.

The templates receive a `Page` of finished text and hold no logic beyond loops and ifs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from markupsafe import Markup

from affluence.publication import wording
from affluence.publication.answer import Answer, answer
from affluence.publication.edition import Edition
from affluence.publication.figures import DECIMALS, Figure
from affluence.publication.frame import Frame, frame
from affluence.publication.grid import Grid, GridRow, lay_out
from affluence.publication.language import Language
from affluence.publication.wording import Words
from affluence.tables import LEVELS

# More days than this are folded away: they matter less than what follows them.
LEFT_OUT_SHOWN = 3

_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday of the table: ISO number, short and full name."""

    number: int
    short: str
    full: str


@dataclass(frozen=True, slots=True)
class LevelWord:
    """A level: the name of its look, its word, and what it means where that is said."""

    id: str
    word: Markup
    meaning: Markup = _NOTHING


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table of levels."""

    name: Markup
    start_min: int
    end_min: int
    after_break: bool  # the desk is closed between the row above and this one
    cells: tuple[LevelWord, ...]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of the table of rates."""

    day: str
    hours: Markup
    first_of_day: bool
    busy_line_rate: Markup
    occupancy_rate: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that the figures add to the frame, finished in one language."""

    frame: Frame
    valid_until_day: str
    answer: Answer
    weekdays: tuple[Weekday, ...]
    rows: tuple[TableRow, ...]
    levels: tuple[LevelWord, ...]
    period: Markup
    weeks: Markup
    left_out: tuple[Markup, ...]
    left_out_folded: bool
    left_out_count: Markup
    later_closures: tuple[Markup, ...]  # after the table has expired
    later_hours: tuple[Markup, ...]  # other than the weekly ones, the same
    unlike_days: str  # closed days and days with hours of their own, ISO, for the page's script
    days_ahead: tuple[Markup, ...]
    past_error: Markup  # empty where too few weeks tell
    past_error_of_mean: Markup
    forecasts_are_better: bool
    next_update: str
    valid_until: str
    rates: tuple[RateRow, ...]
    lines: Markup
    lines_inferred: bool
    lines_believed: bool
    minimum_days: Markup
    minimum_calls: Markup
    any_quiet: bool
    answers_known: bool
    refusals_recorded: bool


def page(edition: Edition, figures: Sequence[Figure], language: Language) -> Page:
    """The page of an edition in one language, ready for the template."""
    words = Words(language)
    count = language.count
    grid = lay_out(figures, edition.desk.opening)
    past = edition.past_forecasts
    return Page(
        frame=frame(edition.desk, language, edition.valid_until),
        valid_until_day=edition.valid_until.isoformat(),
        answer=answer(edition, figures, words),
        weekdays=tuple(Weekday(d, words.short_day(d), words.day(d)) for d in grid.weekdays),
        rows=_rows(grid, words),
        levels=_levels(edition, words),
        period=words.period(edition.period_first, edition.period_last),
        weeks=count(edition.weeks, "{number}\u00a0semaine", "{number}\u00a0semaines"),
        left_out=tuple(words.left_out_day(day) for day in edition.left_out),
        left_out_folded=len(edition.left_out) > LEFT_OUT_SHOWN,
        left_out_count=count(
            len(edition.left_out),
            "{number}\u00a0jour écarté du calcul",
            "{number}\u00a0jours écartés du calcul",
        ),
        later_closures=tuple(
            words.closure(closure)
            for closure in edition.desk.closures
            if closure.first > edition.valid_until
        ),
        later_hours=tuple(
            words.other_hours(other)
            for other in edition.desk.other_hours
            if other.day > edition.valid_until
        ),
        unlike_days=_unlike_days(edition),
        days_ahead=tuple(words.day_ahead(ahead) for ahead in edition.days_ahead),
        past_error=words.percent(round(past.error, DECIMALS)) if past else _NOTHING,
        past_error_of_mean=words.percent(round(past.error_of_mean, DECIMALS)) if past else _NOTHING,
        forecasts_are_better=past is not None and past.are_better,
        next_update=words.calendar_day(edition.next_update),
        valid_until=words.calendar_day(edition.valid_until),
        rates=_rates(figures, words),
        lines=count(edition.lines, "{number}\u00a0ligne", "{number}\u00a0lignes"),
        lines_inferred=edition.lines_inferred,
        lines_believed=edition.lines_believed,
        minimum_days=count(edition.minimum_days, "{number}\u00a0jour", "{number}\u00a0jours"),
        minimum_calls=count(edition.minimum_calls, "{number}\u00a0appel", "{number}\u00a0appels"),
        any_quiet=any(figure.state == "quiet" for figure in figures),
        answers_known=edition.answers_known,
        refusals_recorded=edition.refusals_recorded,
    )


def _unlike_days(edition: Edition) -> str:
    """Days until the table expires of which it does not tell."""
    first = edition.period_last + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((edition.valid_until - first).days + 1)]
    with_other_hours = {other.day for other in edition.desk.other_hours}
    # With commas: days with blanks between them would look like a telephone number.
    return ",".join(
        day.isoformat() for day in days if day in with_other_hours or edition.desk.is_closed_on(day)
    )


def _rows(grid: Grid, words: Words) -> tuple[TableRow, ...]:
    breaks = [False, *(above.end_min < row.start_min for above, row in pairwise(grid.rows))]
    return tuple(
        _row(row, words, after_break=after) for row, after in zip(grid.rows, breaks, strict=False)
    )


def _row(row: GridRow, words: Words, *, after_break: bool) -> TableRow:
    cells = tuple(
        LevelWord(wording.LEVELS[state].id, words.breakable_level(state)) for state in row.states
    )
    name = words.row_name(row.start_min, row.end_min)
    return TableRow(name, row.start_min, row.end_min, after_break, cells)


def _levels(edition: Edition, words: Words) -> tuple[LevelWord, ...]:
    meanings = words.meanings(edition.bounds, answers_known=edition.answers_known)
    return tuple(
        LevelWord(wording.LEVELS[state].id, words.level(state), meanings[state]) for state in LEVELS
    )


def _rates(figures: Sequence[Figure], words: Words) -> tuple[RateRow, ...]:
    shown = [figure for figure in figures if figure.is_open]
    days_above = [None, *(figure.weekday for figure in shown)]
    return tuple(
        RateRow(
            day=words.day(figure.weekday),
            hours=words.row_name(figure.start_min, figure.end_min),
            first_of_day=figure.weekday != above,
            busy_line_rate=_rate(figure, figure.busy_line_rate, words),
            occupancy_rate=_rate(figure, figure.occupancy_rate, words),
        )
        for figure, above in zip(shown, days_above, strict=False)
    )


def _rate(figure: Figure, rate: float | None, words: Words) -> Markup:
    if not figure.has_level:
        return words.breakable_level(figure.state)
    return words.language.say(wording.NOT_MEASURED) if rate is None else words.percent(rate)
