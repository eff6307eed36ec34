"""What is simulated: the desk, its callers, the calendar. Units are in the names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import fmean

QUARTER_MIN = 15
QUARTERS_A_DAY = 24 * 60 // QUARTER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Agents on duty between two local times of some ISO weekdays; overlapping shifts add up.

    The desk is open to the public while a shift is on, even one of no agents.
    """

    weekdays: tuple[int, ...]
    start_min: int
    end_min: int
    agents: int

    def __post_init__(self) -> None:
        if self.start_min % QUARTER_MIN or self.end_min % QUARTER_MIN:
            raise ValueError("a shift starts and ends on a whole quarter of an hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day unlike the others: demand multiplied by ``demand_factor``, desk closed or not."""

    day: date
    demand_factor: float
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """How people behave: patience, an exponential time from the entry into the queue; redials.

    A redial comes either quickly or much later or, where ``mean_redial_s`` is given, after one
    exponential delay of that mean, and never on another day.
    """

    mean_patience_s: float = 300.0
    redial_after_busy_share: float = 0.75
    redial_after_giving_up_share: float = 0.35
    quick_redial_share: float = 0.8
    quick_redial_s: tuple[float, float] = (10.0, 60.0)  # uniform between
    slow_redial_from_s: float = 600.0
    mean_slow_redial_beyond_s: float = 1200.0  # exponential, on top of the former
    mean_redial_s: float | None = None
    anonymous_share: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """How the platform and its agents treat a call. Pairs of seconds are uniform between.

    A call that gets a line hears the greeting, if any, then that the desk is closed, or that it is
    refused by rule ("call back later") or by a full queue; or else it waits for an agent.
    """

    greeting_s: float = 0.0  # a machine answers first
    refused_beyond_wait_s: float | None = None  # the rule: no call that may expect to wait longer
    waiting_places: int | None = None  # for calls that no phone rings for; None: no limit
    refusal_message_s: tuple[float, float] = (4.0, 8.0)  # by rule or full queue; holds the line
    ring_s: tuple[float, float] = (2.0, 6.0)
    missed_ring_share: float = 0.03  # of rings: the agent does not pick up
    missed_ring_s: float = 15.0
    mean_talk_s: float = 270.0
    talk_variation: float | None = 0.7  # standard deviation over mean, lognormal; None: exponential
    mean_wrap_up_s: float = 45.0  # exponential; the line is free, the agent is not
    queue_timeout_s: float = 600.0
    busy_tone_s: tuple[float, float] = (0.0, 2.0)
    closed_message_s: tuple[float, float] = (4.0, 11.0)
    outbound_per_hour: float = 3.0  # wished by the agents while open; made if agent and line free
    outbound_ring_s: tuple[float, float] = (5.0, 25.0)
    outbound_answered_share: float = 0.7

    @property
    def mean_holding_s(self) -> float:
        """Mean time for which an answered call that has not waited holds its line."""
        missed_rings = self.missed_ring_share / (1.0 - self.missed_ring_share)
        ringing_s = missed_rings * self.missed_ring_s + fmean(self.ring_s)
        return self.greeting_s + ringing_s + self.mean_talk_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Which calls leave a record: by default all.

    ``lost_share`` of the calls, at random, leave none, nor do those that end within an outage:
    ``[start, end)``, two instants that know their zone.
    """

    busy_recorded: bool = True  # many platforms do not write the calls that they refuse
    lost_share: float = 0.0
    outages: tuple[tuple[datetime, datetime], ...] = ()

    def __post_init__(self) -> None:
        if any(instant.tzinfo is None for outage in self.outages for instant in outage):
            raise ValueError("an outage starts and ends at instants that know their zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One platform over whole local days, from ``first_day`` to ``last_day`` included.

    ``first_attempts_per_hour[iso_weekday - 1][quarter]`` is the rate at which people make their
    first call of the day. It is multiplied by the busyness of the day: a gamma draw of mean 1
    and of this whole shape (None: all days alike), and by the factor of a special day.
    """

    platform: str
    service_number: str
    zone: str
    first_day: date
    last_day: date
    lines: int
    shifts: tuple[Shift, ...]
    first_attempts_per_hour: tuple[tuple[float, ...], ...]
    day_busyness_shape: int | None = None
    special_days: tuple[SpecialDay, ...] = ()
    callers: Callers = field(default_factory=Callers)
    handling: Handling = field(default_factory=Handling)
    recording: Recording = field(default_factory=Recording)

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        if [len(rates) for rates in self.first_attempts_per_hour] != [QUARTERS_A_DAY] * 7:
            raise ValueError("first_attempts_per_hour takes 7 weekdays of 96 quarters")
