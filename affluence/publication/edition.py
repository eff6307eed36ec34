"""What one edition of a platform's table says: everything the page needs, still as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lowest reach (0-1) of each level; below ``busy`` a row is very busy."""

    quiet: float
    fairly_quiet: float
    busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Some hours of one weekday: ISO weekday (1 = Monday), minutes after local midnight."""

    weekday: int
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of the period that the figures leave out, and why."""

    day: date
    reason: Literal[
        "public_holiday", "closure", "no_records", "hole", "odd_day", "after_closure", "bridge"
    ]
    label: str = ""  # name of the holiday or the closure's own words; empty if there is none
    factor: float | None = None  # odd day: how many times the usual number of calls came


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """A day to come on which other numbers of calls than usual are to be expected, and why."""

    day: date
    kinds: tuple[str, ...]  # of `affluence.publication.wording.KINDS_OF_DAYS`
    demand_factor: float  # first attempts over those of an ordinary day


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecasts:
    """How good the forecasts of past weeks were, beside the best plain mean.

    Errors are sums of absolute errors over the sums of the calls (0-1, more if they exceed them).
    """

    error: float
    error_of_mean: float
    are_better: bool  # false: days ahead are not told apart, the typical week stands alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that callers must know until a day (included); French, or by language."""

    texts: tuple[tuple[str, str], ...]  # language and text, French first
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What else helps a caller: price of the call, and other ways than calling.

    ``price`` is "free", "local" (the price of a call to a fixed line) or the service's own words.
    Links are addresses of other sites; empty where there is none.
    """

    price: str = ""
    relay_url: str = ""  # relay for deaf callers
    appointment_url: str = ""
    online_url: str = ""
    public_url: str = ""  # folder of the page itself, for the poster and the frame
    embedded_in: str = ""  # origin of another site that may show the page in a frame
    notice: Notice | None = None

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses of other sites to which the page leads."""
        urls = (self.relay_url, self.appointment_url, self.online_url, self.public_url)
        return tuple(url for url in urls if url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which the desk will be closed although its weekly hours say open; both included."""

    first: date
    last: date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHours:
    """A day on which the desk will be open at other hours than its weekly ones."""

    day: date
    spans: tuple[tuple[int, int], ...]  # minutes after local midnight, in order
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who is called, when and how, whatever the figures say.

    ``phone`` is in international form ("+33199001234"). ``closures`` and ``other_hours`` are those
    of the coming weeks, in order.
    """

    platform: str
    service: str
    phone: str
    zone: str
    opening: tuple[Hours, ...]
    demonstration: bool
    closures: tuple[Closure, ...] = ()
    other_hours: tuple[OtherHours, ...] = ()
    languages: tuple[str, ...] = ("fr",)  # in which there is a page, the first one's is the index
    reviewed: tuple[str, ...] = ()  # those of them whose catalogue somebody is said to have read
    contact: Contact = Contact()
    is_listed: bool = False  # among others: their list is in the folder above

    def is_closed_on(self, day: date) -> bool:
        """Whether one of the closures holds on a day."""
        return any(closure.first <= day <= closure.last for closure in self.closures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One platform's table for one period, ready to be laid out.

    ``week`` is a WEEK table (see `affluence.tables`); ``period_first`` and ``period_last`` are both
    included.
    """

    desk: Desk
    week: pl.DataFrame
    recommended: tuple[Hours, ...]  # best hours, best first
    to_avoid: tuple[Hours, ...]  # worst hours, worst first
    anything_quiet: bool  # False: `recommended` are only the least busy hours
    answers_known: bool  # False: levels rest on the busy-line rate alone
    refusals_recorded: bool  # False: the records never say "busy"
    lines: int  # lines in service at the end of the period
    lines_inferred: bool  # their number is not configured: the calls show it
    lines_believed: bool  # False: the records contradict it, rates of lines are withheld
    bounds: Bounds
    minimum_days: int
    minimum_calls: int
    period_first: date
    period_last: date
    weeks: int
    left_out: tuple[LeftOut, ...]
    next_update: date
    valid_until: date
    days_ahead: tuple[DayAhead, ...] = ()
    past_forecasts: PastForecasts | None = None  # None: there are too few weeks to tell
