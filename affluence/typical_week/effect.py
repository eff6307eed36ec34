"""What can be said of a table: which share of the calls it has moved, and how sure that is.

`affluence.typical_week.comparison` finds it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from affluence.typical_week.cells import Span

FEWEST_DAYS = 15  # ordinary ones on either side: how much fewer vary is hardly known
# Published for the first time before anybody kept the day, by an older version: a time with a table
# must not count as one without.
LONG_AGO = date.min
LAST_WEEKS = 3  # in which recommended hours may have filled up

_CLEARLY_WORSE = 0.02  # of the chance to reach an agent: hours that differ by less are as good

Counted = Literal["first_attempts", "attempts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Hours that are recommended from a day on, until the next recommendation."""

    since: date
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The ordinary days of one side: how many, the first and the last."""

    count: int = 0
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of calls, with the calls that it is made of."""

    numerator: float
    denominator: float

    @property
    def value(self) -> float:
        """0-1."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with the ends of its 80 % and 95 % intervals."""

    value: float
    interval_80: tuple[float, float]
    interval_95: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The recommended hours before the first publication and after it.

    Attributes:
        counted: first attempts, or all attempts where the records do not know the callers.
        before: share in the recommended hours; its numerator is what the days and hours after
            would have had of the calls that came before.
        after: share in the recommended hours.
        shift: share after minus share before.
        shifted_a_week: calls of an ordinary week that this makes.
        reach_before: chance to reach an agent in the same hours, 0-1; None where not known.
        reach_after: the same since.
        reach_change: after minus before.
        filled_weeks: of the last three, those in which the reach of the recommended hours was no
            longer fairly quiet, though it was before.

    """

    counted: Counted
    before: Share
    after: Share
    shift: Estimate
    shifted_a_week: Estimate
    reach_before: float | None
    reach_after: float | None
    reach_change: Estimate | None
    filled_weeks: int

    @property
    def alarm(self) -> bool:
        """More people call in the recommended hours, and fewer of them get through."""
        change = self.reach_change
        worse = change is not None and change.interval_95[1] < -_CLEARLY_WORSE
        return self.shift.interval_95[0] > 0 and (worse or 2 * self.filled_weeks > LAST_WEEKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What can be said of a table; ``comparison`` is None where that is nothing yet."""

    first_published: date | None = None
    before: Days = Days()
    after: Days = Days()
    comparison: Comparison | None = None

    @property
    def alarm(self) -> bool:
        """The recommended hours fill up: twice as many are to be named."""
        return self.comparison is not None and self.comparison.alarm
