"""The model of the week → advice for it, and what changes of agents, lines and calls would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from affluence.errors import RecordsError
from affluence.indicators import Indicators
from affluence.report.facts import DURATIONS_UNKNOWN, TARGET_OUT_OF_REACH, Staffing
from affluence.staffing import Change, Load, Plan, Target, Trial, try_change
from affluence.steps.hourly_demand import hourly_demand
from affluence.steps.indicators import Period
from affluence.steps.staffing import WhatIf, plan_week
from affluence.teletraffic import TargetError
from affluence.typical_week import Study

# What can be tried on the page: every agent with every line, and with each of the others alone.
MORE_AGENTS = (-2, -1, 0, 1, 2, 3)
MORE_LINES = (-2, -1, 0, 1, 2, 4)
HANDLING = (0.8, 0.9, 1.0, 1.1)  # times as long
MOVED = (0.0, 0.1, 0.2, 0.3)
_ORDINARY = 0.5  # quantile of the load of what is tried


def staffing_of(
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
