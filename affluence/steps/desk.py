"""Indicators of a period → how its desk handles calls, and how those who call it behave."""

from __future__ import annotations

import polars as pl

from affluence.errors import RecordsError
from affluence.indicators import Indicators
from affluence.indicators.persons import follow_redials, mean_redial_s
from affluence.staffing import Desk, DeskKind

_FEW_LEFT_OUT = 0.01  # of the calls let in: with fewer who give up nobody has to wait


def desk_of(
    indicators: Indicators, redials: pl.DataFrame, today: pl.DataFrame, wrap_up_s: float
) -> tuple[Desk, tuple[str, ...]]:
    """A desk, and the names of its measures that are missing and taken as if nobody did so.

    Args:
        indicators: of a period.
        redials: REDIALS of that period.
        today: ``agents`` and ``lines`` of every row; null: not known.
        wrap_up_s: work after a call.

    Raises:
        RecordsError: how long calls last is not known.

    """
    kind = _kind_of(indicators, today)
    talk_s = indicators.mean_talk_s or indicators.mean_holding_s
    if talk_s is None:
        message = "how long calls last is not on record, and so nothing can be advised."
        raise RecordsError(message)
    holding_s = indicators.mean_holding_s or talk_s
    again = {failure: _probability(redials, failure) for failure in ("busy", "abandoned")}
    desk = Desk(
        kind=kind,
        # Without a queue it is the line that is taken; with one the agent, until he is free again.
        handling_s=holding_s if kind == "no_queue" else talk_s + wrap_up_s,
        patience_s=None if kind == "no_queue" else indicators.waits.mean_patience_s,
        redial_after_busy=again["busy"] or 0.0,
        redial_after_giving_up=again["abandoned"] or 0.0,
        redial_delay_s=mean_redial_s(redials) or None,  # nobody calls again at once
    )
    missing = {
        "patience_s": kind != "no_queue" and desk.patience_s is None,
        "redial_after_busy": indicators.outcomes["busy"] > 0 and again["busy"] is None,
        "redial_after_giving_up": kind != "no_queue" and again["abandoned"] is None,
    }
    return desk, tuple(name for name, is_missing in missing.items() if is_missing)


def _kind_of(indicators: Indicators, today: pl.DataFrame) -> DeskKind:
    """Whether calls wait: where there are fewer agents than lines, or callers who give up."""
    both = today.drop_nulls()
    if both.is_empty():
        accepted = sum(indicators.outcomes[o] for o in ("answered", "abandoned", "unanswered"))
        waits = indicators.outcomes["abandoned"] > _FEW_LEFT_OUT * accepted
    else:
        waits = bool((both["agents"] < both["lines"]).any())
    if not waits:
        return "no_queue"
    return "queue" if today["lines"].null_count() < today.height else "unlimited"


def _probability(redials: pl.DataFrame, failure: str) -> float | None:
    """Of another call after a failure; None: there are none, or too few to say."""
    found = follow_redials(redials.filter(pl.col("failure") == failure))
    return found[0].probability if found else None
