"""The demonstration: the immigration desk « Service des étrangers » of a prefecture.

Monday to Friday 9:00-12:00 and 13:30-16:30, Europe/Paris; 8 lines, 6 agents, fewer on Wednesdays
and Friday afternoons; 13 weeks of autumn 2026. Lines are full for most of Monday morning and after
lunch, and nearly idle late in the week: every level of the published table has its hours.
"""

from __future__ import annotations

from datetime import date

from affluence.simulator.scenario import QUARTER_MIN, QUARTERS_A_DAY, Scenario, Shift, SpecialDay

_SERVICE_NUMBER = "0199001234"
DEMONSTRATION_SEED = 20261120

# First calls an hour, on the open hours of Monday to Friday.
_OPEN_PER_HOUR = {
    (9 * 60, 10 * 60): (152, 104, 74, 90, 62),
    (10 * 60, 11 * 60): (112, 73, 52, 66, 44),
    (11 * 60, 12 * 60): (80, 52, 36, 58, 32),
    (13 * 60 + 30, 14 * 60): (146, 100, 78, 86, 62),
    (14 * 60, 15 * 60): (94, 67, 47, 60, 40),
    (15 * 60, 16 * 60): (64, 42, 30, 50, 23),
    (16 * 60, 16 * 60 + 30): (46, 30, 18, 37, 12),
}
# People rush when the desk opens: the factor of each quarter of the rows that follow an opening.
_RUSH = {9 * 60: (1.3, 1.1, 0.9, 0.7), 13 * 60 + 30: (1.15, 0.85)}
# First calls an hour while closed, alike from Monday to Friday; then those of the weekend.
_CLOSED_PER_HOUR = {
    (8 * 60, 8 * 60 + 30): 4,
    (8 * 60 + 30, 9 * 60): 12,
    (12 * 60, 13 * 60 + 30): 9,
    (16 * 60 + 30, 17 * 60 + 30): 8,
    (17 * 60 + 30, 18 * 60 + 30): 2,
}
_WEEKEND_PER_HOUR = {(9 * 60, 18 * 60): 1}

# 15 August and 1 November fall on weekends of 2026; 11 November is the only holiday of the period.
_SPECIAL_DAYS = (
    SpecialDay(day=date(2026, 9, 29), demand_factor=2.5),  # a Tuesday: rumour in the press
    SpecialDay(day=date(2026, 10, 15), demand_factor=0.35, closed=True),  # a Thursday: training
    SpecialDay(day=date(2026, 11, 11), demand_factor=0.06, closed=True),  # Armistice, a Wednesday
)


def demonstration() -> Scenario:
    """The scenario of the demonstration data: 13 weeks from Monday 2026-08-24."""
    return Scenario(
        platform="etrangers",
        service_number=_SERVICE_NUMBER,
        zone="Europe/Paris",
        first_day=date(2026, 8, 24),
        last_day=date(2026, 11, 20),
        lines=8,
        shifts=(
            *_shifts(9 * 60, 12 * 60, agents=(6, 6, 5, 6, 6)),
            *_shifts(13 * 60 + 30, 16 * 60 + 30, agents=(6, 6, 5, 6, 5)),
        ),
        first_attempts_per_hour=_first_attempts_per_hour(),
        day_busyness_shape=60,
        special_days=_SPECIAL_DAYS,
    )


def _shifts(start_min: int, end_min: int, *, agents: tuple[int, ...]) -> tuple[Shift, ...]:
    return tuple(
        Shift(weekdays=(weekday,), start_min=start_min, end_min=end_min, agents=count)
        for weekday, count in enumerate(agents, start=1)
    )


def _first_attempts_per_hour() -> tuple[tuple[float, ...], ...]:
    weekdays = []
    for weekday in range(5):
        rates = _spread(_CLOSED_PER_HOUR)
        for (start_min, end_min), per_hour in _OPEN_PER_HOUR.items():
            first = start_min // QUARTER_MIN
            for quarter in range(first, end_min // QUARTER_MIN):
                rush = _RUSH[start_min][quarter - first] if start_min in _RUSH else 1.0
                rates[quarter] = per_hour[weekday] * rush
        weekdays.append(tuple(rates))
    weekend = tuple(_spread(_WEEKEND_PER_HOUR))
    return (*weekdays, weekend, weekend)


def _spread(per_hour: dict[tuple[int, int], int]) -> list[float]:
    """Rates by quarter of the day, zero where none is given."""
    rates = [0.0] * QUARTERS_A_DAY
    for (start_min, end_min), rate in per_hour.items():
        for quarter in range(start_min // QUARTER_MIN, end_min // QUARTER_MIN):
            rates[quarter] = float(rate)
    return rates
