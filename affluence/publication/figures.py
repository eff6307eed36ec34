"""What may be published of each row of WEEK: rates rounded, small cells suppressed, no counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from affluence.publication.edition import Edition
from affluence.tables import LEVELS, WEEK

DECIMALS = 2
RATES = ("reach", "busy_line_rate", "occupancy_rate", "refused_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of WEEK as it leaves the house; a rate is None where it is not known or withheld."""

    weekday: int
    start_min: int
    end_min: int
    state: str
    days: int
    reach: float | None
    busy_line_rate: float | None
    occupancy_rate: float | None
    refused_share: float | None

    @property
    def is_open(self) -> bool:
        """Whether somebody may call at these hours."""
        return self.state != "closed"

    @property
    def has_level(self) -> bool:
        """Whether enough is known to name a level."""
        return self.state in LEVELS


def publishable(edition: Edition) -> tuple[Figure, ...]:
    """The figures of an edition, Monday first, in the order of the day."""
    week = WEEK.check(edition.week).sort("weekday", "start_min")
    return tuple(_figure(row, edition) for row in week.iter_rows(named=True))


def _figure(row: dict[str, Any], edition: Edition) -> Figure:
    withheld = set() if row["state"] in LEVELS else set(RATES)
    if not edition.answers_known:
        # "reach" is then only the chance of a free line: not what its name promises.
        withheld.add("reach")
    if not edition.refusals_recorded:
        withheld.add("refused_share")
    rates = {name: None if name in withheld else _rounded(row[name]) for name in RATES}
    return Figure(
        weekday=row["weekday"],
        start_min=row["start_min"],
        end_min=row["end_min"],
        state=row["state"],
        days=row["days"],
        **rates,
    )


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, DECIMALS)
