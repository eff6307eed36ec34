"""What is advised for every row of an ordinary week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from affluence.staffing.advice import Advice
from affluence.staffing.desk import Desk, Target

Weekly = tuple[tuple[tuple[int, int], ...], ...]  # spans of each weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A weekday (ISO) and a row of the opening hours, minutes after local midnight.

    ``closed_min`` is for how many of its minutes the desk is closed today.
    """

    weekday: int
    start_min: int
    end_min: int
    agents_today: int | None
    lines_today: int | None
    advice: Advice
    closed_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedHours:
    """Other opening hours, and what is assumed of whom they concern.

    Attributes:
        weekly: spans of each weekday, Monday first, minutes after local midnight.
        changed: weekdays (ISO) on which they are not those of today.
        moved: persons an ordinary week, as planned for, whose hours are taken away, and who are
            taken to call at the others.
        turned_away: persons who call a closed desk today, at hours that would be open.
        reached_share: persons of the week who reach an agent at these hours, with the agents and
            lines that there are or that are tried; None: not known, or the queue never ends.
        reached_before_share: likewise at the hours of today.

    """

    weekly: Weekly
    changed: tuple[int, ...]
    moved: float
    turned_away: float
    reached_share: float | None = None
    reached_before_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is advised for an ordinary week, and how it is known.

    Attributes:
        desk: how calls are handled and how callers behave.
        wrap_up_s: part of the handling time of an agent that is work after the call.
        target: what is asked.
        quantile: the load is exceeded on one of 1 / (1 - quantile) ordinary days.
        persons_per_known: those of the load for each one whose number is known.
        first: first day measured.
        last: last day measured.
        rows: of the opening hours.
        unknown: measures that are missing and taken as if nobody did so: names of `Desk`.
        tried_hours: opening hours of the rows, where they are not those of today.

    """

    desk: Desk
    wrap_up_s: float
    target: Target
    quantile: float
    persons_per_known: float
    first: date
    last: date
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]
    tried_hours: TriedHours | None = None
