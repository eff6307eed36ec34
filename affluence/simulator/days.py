"""The calendar of a scenario, quarter by quarter of an hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from affluence.simulator.scenario import QUARTER_MIN, Scenario

QUARTER_MS = QUARTER_MIN * 60_000


class Quarter(NamedTuple):
    """A quarter of an hour: UTC start, local day and minute, agents on duty (None: closed)."""

    start_ms: int
    day: date
    start_min: int
    agents: int | None
    first_attempts_per_hour: float


class Row(NamedTuple):
    """A row of the weekly table: an open hour of a weekday, cut at the opening bounds."""

    weekday: int
    start_min: int
    end_min: int


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """The start of a local day, in milliseconds of the UTC epoch."""
    return int(datetime.combine(day, time.min, zone).timestamp()) * 1000


def quarters(scenario: Scenario) -> list[Quarter]:
    """Every quarter of the period, in order: 92 or 100 of them where the clocks change."""
    zone = ZoneInfo(scenario.zone)
    special_days = {special.day: special for special in scenario.special_days}
    start_ms = midnight_ms(scenario.first_day, zone)
    end_ms = midnight_ms(scenario.last_day + timedelta(days=1), zone)
    period = []
    for at_ms in range(start_ms, end_ms, QUARTER_MS):
        local = datetime.fromtimestamp(at_ms // 1000, zone)
        day, minute, weekday = local.date(), local.hour * 60 + local.minute, local.isoweekday()
        rate = scenario.first_attempts_per_hour[weekday - 1][minute // QUARTER_MIN]
        agents = agents_on_duty(scenario, weekday, minute)
        if special := special_days.get(day):
            rate *= special.demand_factor
            agents = None if special.closed else agents
        period.append(Quarter(at_ms, day, minute, agents, rate))
    return period


def agents_on_duty(scenario: Scenario, weekday: int, minute: int) -> int | None:
    """Agents on duty at a local minute of an ordinary weekday; None when the desk is closed."""
    on = [
        shift.agents
        for shift in scenario.shifts
        if weekday in shift.weekdays and shift.start_min <= minute < shift.end_min
    ]
    return sum(on) if on else None


def rows(scenario: Scenario) -> list[Row]:
    """The open hours of the ordinary week, cut at the opening bounds."""
    week: list[Row] = []
    for weekday in range(1, 8):
        for minute in range(0, 24 * 60, QUARTER_MIN):
            if agents_on_duty(scenario, weekday, minute) is None:
                continue
            end_min = minute + QUARTER_MIN
            # Within the hour, an open quarter lengthens the row that stops where it starts.
            if minute % 60 and week and (weekday, minute) == (week[-1].weekday, week[-1].end_min):
                week[-1] = week[-1]._replace(end_min=end_min)
            else:
                week.append(Row(weekday, minute, end_min))
    return week
