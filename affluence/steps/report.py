"""Store → everything that the managers' report is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePath

import polars as pl

from affluence.doubts import find_doubts
from affluence.errors import RecordsError
from affluence.indicators import Indicators
from affluence.indicators.totals import add_up
from affluence.report.facts import (
    DURATIONS_UNKNOWN,
    TARGET_OUT_OF_REACH,
    Facts,
    File,
    Staffing,
)
from affluence.staffing import Change, Load, Plan, Target, Trial, try_change
from affluence.steps.indicators import Period, indicators_of, indicators_of_days
from affluence.steps.staffing import WhatIf, hourly_demand, plan_week
from affluence.store import Store
from affluence.tables import MEASURED
from affluence.teletraffic import TargetError
from affluence.typical_week import Study
from affluence.typical_week.effect import Effect

_WEEK = timedelta(days=7)
_LONG_NUMBER = re.compile(r"\d{9,}")  # in the name of a file: it may be somebody's telephone
# What can be tried on the page: every agent with every line, and with each of the others alone.
MORE_AGENTS = (-2, -1, 0, 1, 2, 3)
MORE_LINES = (-2, -1, 0, 1, 2, 4)
HANDLING = (0.8, 0.9, 1.0, 1.1)  # times as long
MOVED = (0.0, 0.1, 0.2, 0.3)
_ORDINARY = 0.5  # quantile of the load of what is tried


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
    staffing, why_not = _staffing(
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
        for account in store.ledger.account(name)
    )


def _staffing(
    learned: Study,
    period: Period,
    indicators: Indicators,
    *,
    target: Target,
    quantile: float,
    progress: Callable[[int], None],
) -> tuple[Staffing | None, str]:
    """Advice and what changes would do; None and why where it cannot be given."""
    slots, redials = period.of_days("slots"), period.of_days("redials")
    try:
        plan = plan_week(
            learned,
            indicators,
            slots,
            redials,
            wrap_up_s=period.platform.agents.wrap_up_s,
            target=target,
            quantile=quantile,
            what_if=WhatIf(),
        )
    except RecordsError:
        return None, DURATIONS_UNKNOWN
    except TargetError:
        return None, TARGET_OUT_OF_REACH
    trials = []
    for trial in _trials(learned, indicators, plan):
        trials.append(trial)
        progress(1)
    made = Staffing(plan=plan, trials=tuple(trials), agents_known=agents_are_known(plan))
    return made, ""


def _trials(learned: Study, indicators: Indicators, plan: Plan) -> Iterator[Trial]:
    loads = {
        share: _loads(learned, indicators, plan, share)
        for share in (MOVED if learned.week().advice.recommended else (0.0,))
    }
    kind = plan.desk.kind
    fewest_agents = min((load.agents for load in loads[0.0] if load.agents), default=1)
    fewest_lines = min((load.lines for load in loads[0.0] if load.lines), default=1)
    # No row may be left without an agent or a line.
    agents = (0,) if kind == "no_queue" else tuple(n for n in MORE_AGENTS if fewest_agents + n > 0)
    lines = (0,) if kind == "unlimited" else tuple(n for n in MORE_LINES if fewest_lines + n > 0)
    changes = [Change(agents=more, lines=wider) for wider in lines for more in agents]
    for others in (
        [Change(handling=times) for times in HANDLING if times != 1],
        [Change(moved_share=share) for share in loads if share],
    ):
        changes += [replace(change, agents=more) for change in others for more in agents]
    changes.sort(key=lambda change: change != Change())
    for change in changes:
        yield try_change(plan.desk, loads[change.moved_share], change, plan.target)


def _loads(
    learned: Study, indicators: Indicators, plan: Plan, moved_share: float
) -> tuple[Load, ...]:
    """The rows of an ordinary week; agents who are not known are those that are advised."""
    demand = hourly_demand(learned, indicators, quantile=_ORDINARY, moved_share=moved_share)
    known = agents_are_known(plan)
    return tuple(
        Load(
            persons_per_hour=persons_per_hour,
            hours=(row.end_min - row.start_min) / 60,
            agents=row.agents_today if known else row.advice.advised.agents,
            lines=row.lines_today,
        )
        for row, persons_per_hour in zip(
            plan.rows, demand["persons_per_hour"].to_list(), strict=True
        )
    )


def agents_are_known(plan: Plan) -> bool:
    """Whether it is known of every row how many answer."""
    if plan.desk.kind == "no_queue":
        return all(row.lines_today is not None for row in plan.rows)
    return all(row.agents_today is not None for row in plan.rows)
