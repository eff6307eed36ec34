"""Facts of small desks, of which between them everything can be said that a report says.

A desk of eight lines is open from 9 to 11 on working days, for five weeks with two public holidays,
a closure and an odd day in them. What its records tell differs from facts to facts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import inf
from typing import Any

import polars as pl

from affluence.doubts import find_doubts
from affluence.indicators import Indicators, Readings, make_indicators
from affluence.indicators.written import Channel, Message, written_indicators
from affluence.report.facts import DURATIONS_UNKNOWN, TARGET_OUT_OF_REACH, Facts, File, Staffing
from affluence.staffing import Change, Desk, Load, Plan, Row, Target, Trial, advise, serve
from affluence.tables import DURATION_KINDS, FAILURES, GAPS_MIN, MEASURED, SLOTS
from affluence.typical_week import Settings, Study, study
from affluence.typical_week.calendar import Closing, Hours
from affluence.typical_week.effect import (
    LONG_AGO,
    Comparison,
    Days,
    Effect,
    Estimate,
    Share,
)
from affluence.typical_week.levels import Bounds
from tests.typical_week.slots import Figures, slots_of

SERVICE = "Service des étrangers de l’Yonne"
CLOSURE = "Journée d'accueil & formation"
HOLIDAYS = ("Lundi de Pâques", "Fête du Travail")
NAMES = (SERVICE, CLOSURE, *HOLIDAYS)  # French in every language

FIRST, LAST = date(2026, 3, 30), date(2026, 5, 3)
ODD_DAY = date(2026, 4, 22)
HOURS = Hours(
    zone="Europe/Paris",
    weekly=(((540, 660),),) * 5 + ((), ()),
    holidays_of="FR",
    closures=(Closing(first=date(2026, 4, 16), last=date(2026, 4, 16), label=CLOSURE),),
)
SETTINGS = Settings(
    row_minutes=60,
    minimum_days=3,
    minimum_calls=10,
    bounds=Bounds(quiet=0.90, fairly_quiet=0.75, busy=0.50),
)
LINES = 8
_PER_HOUR = 40.0  # persons
_DESK = Desk(
    kind="queue",
    handling_s=300.0,
    patience_s=200.0,
    redial_after_busy=0.7,
    redial_after_giving_up=0.4,
    redial_delay_s=120.0,
)
_WEEK = timedelta(days=7)


def all_is_known() -> Facts:
    """Everything is recorded, the table has been published and compared, advice can be given."""
    return _facts(
        _slots(closed=1),
        effect=Effect(
            first_published=date(2026, 4, 5), before=Days(count=20), after=Days(count=20),
            comparison=Comparison(
                counted="first_attempts",
                before=Share(numerator=300, denominator=1000),
                after=Share(numerator=350, denominator=1000),
                shift=_estimate(0.05),
                shifted_a_week=_estimate(40.0),
                reach_before=0.8,
                reach_after=0.75,
                reach_change=_estimate(-0.05),
                filled_weeks=0,
            ),
        ),
        staffing=_staffing(_DESK, ()),
        published=(date(2026, 4, 5), date(2026, 4, 12)),
        written=_written(20),
        demonstration=True,
    )  # fmt: skip


def little_is_known() -> Facts:
    """No refusal and no time of an answer is on record, and the lines are doubtful."""
    return _facts(
        _slots(busy=0, first_busy=0, refused_free=0, answer_unrecorded=6, over_s=300),
        dated=False,
        lines_believed=False,
        effect=Effect(first_published=date(2026, 4, 5), before=Days(count=3), after=Days(count=9)),
        staffing=_staffing(
            replace(_DESK, kind="unlimited", patience_s=None),
            ("patience_s", "redial_after_busy", "redial_after_giving_up"),
        ),
        written=_written(0),
        readings=Readings(short_abandons_are_lost=False, agent_required="refused-too"),
    )


def lines_alone_are_known() -> Facts:
    """Refusals leave no record, callers neither, and most outcomes are unknown."""
    return _facts(
        _slots(busy=0, first_busy=0, unknown=40, agent_open_s=None, first_attempts=0),
        persons=0,
        effect=Effect(first_published=LONG_AGO),
        no_staffing=DURATIONS_UNKNOWN,
        written=_written(3, answered=False),
    )


def an_older_version_measured() -> Facts:
    """Days that an older version measured, and lines of which nobody knows how many there are."""
    older = dict.fromkeys(name for name, column in SLOTS.columns.items() if column.nullable)
    return _facts(
        _slots(**older, line_s=0, line_open_s=0),
        persons=0,
        effect=Effect(),
        no_staffing=TARGET_OUT_OF_REACH,
    )


def hardly_anybody_calls() -> Facts:
    """Three persons, no quarter of an hour recorded whole, agents and lines that nobody knows."""
    unknown = _staffing(_DESK, ())
    return _facts(
        _slots(recorded_s=800, first_attempts=0, first_busy=0),
        quarters=1,
        persons=3,
        lost=1,
        effect=Effect(),
        staffing=replace(
            unknown, trials=tuple(replace(t, services=(None,) * 10) for t in unknown.trials)
        ),
    )


def no_line_is_lacking() -> Facts:
    """Nobody knows who calls; lines are never all taken, and refusals leave no record."""
    return _facts(
        _slots(busy=0, first_busy=0, unknown=40, full_open_s=0),
        persons=0,
        effect=Effect(),
        no_staffing=DURATIONS_UNKNOWN,
    )


def nobody_is_lost() -> Facts:
    """Everybody reaches an agent, on lines that are never all taken."""
    none = dict.fromkeys(("busy", "first_busy", "abandoned", "unanswered", "full_open_s"), 0)
    return _facts(
        _slots(**none),
        lost=0,
        effect=Effect(),
        staffing=_staffing(replace(_DESK, kind="no_queue"), ()),
        readings=Readings(short_abandons_are_lost=False),
    )


MADE = {
    made.__name__: made
    for made in (
        all_is_known,
        little_is_known,
        lines_alone_are_known,
        an_older_version_measured,
        hardly_anybody_calls,
        no_line_is_lacking,
        nobody_is_lost,
    )
}


def _slots(**figures: float | None) -> pl.DataFrame:
    """SLOTS with these figures in every open quarter."""

    def of_quarter(day: date, minute: int) -> Figures:
        calls = {
            "answered": 6,
            "busy": 4,
            "abandoned": 2,
            "unanswered": 1,
            "self_service": 1,
            "failed": 1,
            "first_attempts": 10,
            "first_busy": 2,
            "first_answered": 5,
            "anonymous": 1,
            "unlinked": 1,
            "talks": 6,
            "line_holdings": 9,
            "peak_calls": 8,
        }
        seconds = {
            "wait_answered_s": 240,
            "wait_abandoned_s": 120,
            "talk_s": 1800,
            "line_holding_s": 2700,
            "inbound_holding_s": 2500,
            "held_s": 5000,
            "full_s": 200,
            "held_open_s": 5000,
            "full_open_s": 200,
            "agent_busy_s": 3000,
            "agent_s": 5400,
            "agent_busy_open_s": 3000,
            "agent_open_s": 5400,
        }
        factor = 4 if day == ODD_DAY else 1 + (minute < 600)
        return {
            **{name: factor * count for name, count in calls.items()},
            **seconds,
            **figures,  # type: ignore[dict-item]  # null where a measure is older
        }

    return slots_of(FIRST, LAST, of_quarter, HOURS)


def _companions(
    opened: pl.DataFrame, *, dated: bool, persons: int, lost: int
) -> dict[str, pl.DataFrame]:
    """The companions of some quarters."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in MEASURED if name != "slots"}
    counted = {"answered": 6, "agent_pick_up": 6, "machine_pick_up": 1, "queue_answered": 6}
    for platform, start in opened["platform", "slot_start"].rows():
        at = (platform, start)
        for kind in DURATION_KINDS if dated else ("abandoned", "unanswered"):
            rows["durations"] += [(*at, kind, seconds, counted.get(kind, 1)) for seconds in (3, 60)]
        rows["concurrency"] += [(*at, calls, 300.0, 300.0) for calls in (1, 5)]
        rows["persons"] += [
            (*at, gap, persons, 2 * persons, lost, persons - lost, 0, lost, 90.0 * persons)
            for gap in GAPS_MIN
        ]
        if lost:
            rows["redials"] += [
                (*at, failure, nth, delay_s, 1, 1, 1, delay_s)
                for failure in FAILURES
                for nth in (1, 2, 3)
                for delay_s in (20, 700)
            ]
    return {
        name: MEASURED[name].check(pl.DataFrame(table, MEASURED[name].schema, orient="row"))
        for name, table in rows.items()
    }


def _facts(
    slots: pl.DataFrame,
    *,
    effect: Effect,
    dated: bool = True,
    quarters: int | None = None,
    persons: int = 10,
    lost: int = 3,
    lines_believed: bool = True,
    staffing: Staffing | None = None,
    no_staffing: str = "",
    written: tuple[Any, ...] = (),
    published: tuple[date, ...] = (),
    demonstration: bool = False,
    readings: Readings = Readings(),  # noqa: B008  # frozen
) -> Facts:
    opened = slots.filter(pl.col("open_s") > 0).head(quarters or slots.height)
    measured = {"slots": slots, **_companions(opened, dated=dated, persons=persons, lost=lost)}

    def of(first: date, last: date) -> Indicators:
        return make_indicators(
            measured,
            readings,
            zone=HOURS.zone,
            first=first,
            last=last,
            lines_believed=lines_believed,
            written=written,
        )

    learned = _learned(slots, lines_believed=lines_believed)
    mondays = [FIRST + _WEEK * week for week in range(5)]
    return Facts(
        service=SERVICE,
        demonstration=demonstration,
        zone=HOURS.zone,
        first=FIRST,
        last=LAST,
        measured=measured,
        indicators=of(FIRST, LAST),
        weeks=tuple(of(monday, monday + timedelta(days=6)) for monday in mondays),
        typical=learned.week(),
        forecast=learned.forecast(),
        grades=learned.grade(),
        effect=effect,
        staffing=staffing,
        no_staffing=no_staffing,
        files=(
            File(
                name="Master.csv",
                lines=1234,
                calls=1200,
                merged=10,
                duplicates=4,
                ignored={"an outbound call": 12},
                rejected={"start: not a time": 8},
            ),
        ),
        doubts=find_doubts(slots),
        published=published,
    )


def _learned(slots: pl.DataFrame, *, lines_believed: bool) -> Study:
    return study(
        slots,
        HOURS,
        SETTINGS,
        platform="desk",
        first=FIRST,
        last=LAST,
        lines_believed=lines_believed,
    )


def _estimate(value: float) -> Estimate:
    return Estimate(
        value=value,
        interval_80=(value - 0.01, value + 0.01),
        interval_95=(value - 0.02, value + 0.02),
    )


@cache
def _staffing(desk: Desk, unknown: tuple[str, ...]) -> Staffing:
    """The same advice for every row, and trials of one more of each."""
    lines = LINES if desk.kind != "unlimited" else None
    target = Target()
    advice = advise(desk, _PER_HOUR, target, agents_today=5, lines_today=lines)
    row_starts = [(weekday, start) for weekday in range(1, 6) for start in (540, 600)]
    rows = tuple(
        Row(
            weekday=weekday,
            start_min=start,
            end_min=start + 60,
            agents_today=5,
            lines_today=lines,
            advice=advice,
        )
        for weekday, start in row_starts
    )
    load = Load(persons_per_hour=_PER_HOUR, hours=1.0, agents=5, lines=lines)
    trials = []
    changes = [Change(agents=agents, lines=more) for agents in (0, 1, -1) for more in (0, 1, -8)]
    for change in changes:
        wider = inf if lines is None else lines + change.lines
        agents = int(wider) if desk.kind == "no_queue" else 5 + change.agents
        service = serve(desk, _PER_HOUR, agents, wider, within_s=60.0) if wider else None
        trials.append(Trial(change=change, loads=(load,) * 10, services=(service,) * 10))
    plan = Plan(
        desk=desk,
        wrap_up_s=30.0,
        target=target,
        quantile=0.75,
        persons_per_known=1.05,
        first=FIRST,
        last=LAST,
        rows=rows,
        unknown=unknown,
    )
    return Staffing(plan=plan, trials=tuple(trials), agents_known=True)


def _written(number: int, *, answered: bool = True) -> tuple[Any, ...]:
    channels: tuple[Channel, ...] = ("letter", "email", "complaint")
    messages = [
        Message(
            channel=channel, received=LAST, answered=LAST + _WEEK if answered and each else None
        )
        for channel in channels
        for each in range(number)
    ]
    return written_indicators(messages, [], LAST)
