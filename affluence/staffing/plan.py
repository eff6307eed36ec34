"""What is advised for every row of an ordinary week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from affluence.staffing.advice import Advice
from affluence.staffing.desk import Desk, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A weekday (ISO) and a row of the opening hours, minutes after local midnight."""

    weekday: int
    start_min: int
    end_min: int
    agents_today: int | None
    lines_today: int | None
    advice: Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is advised for an ordinary week, and how it is known.

    Attributes:
        desk: how calls are handled and how callers behave.
        wrap_up_s: part of the handling time of an agent that is work after the call.
        target: what is asked.
        quantile: the load is exceeded on one of 1 / (1 - quantile) ordinary days.
        first: first day measured.
        last: last day measured.
        rows: of the opening hours.
        unknown: measures that are missing and taken as if nobody did so: names of `Desk`.

    """

    desk: Desk
    wrap_up_s: float
    target: Target
    quantile: float
    first: date
    last: date
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]
