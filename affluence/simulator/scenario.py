"""What is simulated: the desk, its callers, the calendar. Units are in the names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

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
    """How people behave. Patience is exponential; a redial comes either quickly or much later."""

    mean_patience_s: float = 300.0
    redial_after_busy_share: float = 0.75
    redial_after_giving_up_share: float = 0.35
    quick_redial_share: float = 0.8
    quick_redial_s: tuple[float, float] = (10.0, 60.0)  # uniform between
    slow_redial_from_s: float = 600.0
    mean_slow_redial_beyond_s: float = 1200.0  # exponential, on top of the former
    anonymous_share: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """How the platform and its agents treat a call. Pairs of seconds are uniform between."""

    ring_s: tuple[float, float] = (2.0, 6.0)
    missed_ring_share: float = 0.03  # of rings: the agent does not pick up
    missed_ring_s: float = 15.0
    mean_talk_s: float = 270.0
    talk_variation: float = 0.7  # standard deviation over mean, lognormal
    mean_wrap_up_s: float = 45.0  # exponential; the line is free, the agent is not
    queue_timeout_s: float = 600.0
    busy_tone_s: tuple[float, float] = (0.0, 2.0)
    closed_message_s: tuple[float, float] = (4.0, 11.0)
    outbound_per_hour: float = 3.0  # wished by the agents while open; made if agent and line free
    outbound_ring_s: tuple[float, float] = (5.0, 25.0)
    outbound_answered_share: float = 0.7


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

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        if [len(rates) for rates in self.first_attempts_per_hour] != [QUARTERS_A_DAY] * 7:
            raise ValueError("first_attempts_per_hour takes 7 weekdays of 96 quarters")
