"""Simulated desks whose demand is known, and the indicators of what their records tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from affluence.indicators import Indicators, Readings, make_indicators
from affluence.measures import Measured, measure_in_full
from affluence.simulator.call import Call
from affluence.simulator.days import QUARTER_MS
from affluence.simulator.scenario import Callers, Handling, Scenario, Shift
from affluence.simulator.simulation import Simulation, calls_frame, simulate
from affluence.simulator.truth import persons_frame
from affluence.teletraffic import traffic_for

WITH_LUNCH = ((9 * 60, 12 * 60), (13 * 60 + 30, 16 * 60 + 30))
WITHOUT_LUNCH = ((9 * 60, 16 * 60 + 30),)
TALK_S = 180.0
# An agent for every line and nothing but talk, unless something is said.
PLAIN = Handling(
    ring_s=(0.0, 0.0),
    missed_ring_share=0.0,
    mean_talk_s=TALK_S,
    talk_variation=None,
    mean_wrap_up_s=0.0,
    queue_timeout_s=1e9,
    busy_tone_s=(0.0, 0.0),  # nobody dials again before having hung up
    outbound_per_hour=0.0,
)


def desk(
    *,
    lines: int,
    fresh_erlang: float,
    callers: Callers,
    agents: int | None = None,
    handling: Handling = PLAIN,
    spans: tuple[tuple[int, int], ...] = WITH_LUNCH,
    weeks: int = 4,
) -> Scenario:
    """Twenty days (four weeks) of a desk with ``fresh_erlang`` of first calls while it is open.

    A few people call from 8:00 to 18:00 while it is closed. By default every line has its agent:
    there is no queue.
    """
    per_hour = [4.0 if 8 * 60 <= minute < 18 * 60 else 0.0 for minute in range(0, 24 * 60, 15)]
    for start_min, end_min in spans:
        for quarter in range(start_min // 15, end_min // 15):
            per_hour[quarter] = fresh_erlang * 3600 / handling.mean_talk_s
    working_days = (1, 2, 3, 4, 5)
    return Scenario(
        platform="desk",
        service_number="0199001234",
        zone="Europe/Paris",
        first_day=date(2026, 9, 7),
        last_day=date.fromordinal(date(2026, 9, 7).toordinal() + 7 * weeks - 3),
        lines=lines,
        shifts=tuple(
            Shift(weekdays=working_days, start_min=start, end_min=end, agents=agents or lines)
            for start, end in spans
        ),
        first_attempts_per_hour=(tuple(per_hour),) * 5 + ((0.0,) * 96,) * 2,
        callers=callers,
        handling=handling,
    )


def fresh_erlang(lines: int, *, refused_share: float, persistence: float) -> float:
    """First calls, in erlang, of which at least about that share of all attempts is refused.

    As if attempts came at random, which they do where redials are slow; quick ones meet the lines
    as full as they left them, and more are refused.
    """
    return traffic_for(lines, refused_share) * (1 - persistence * refused_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A simulated desk, what was measured of it and the indicators."""

    simulation: Simulation
    calls: pl.DataFrame
    measured: Measured
    indicators: Indicators

    @property
    def persons(self) -> int:
        """People who first called while the desk was open, as the simulator knows them."""
        persons = persons_frame(self.simulation).filter(pl.col("open_s") > 0)
        return int(persons["persons"].sum())

    @property
    def open_s(self) -> float:
        """Open time."""
        return float(persons_frame(self.simulation)["open_s"].sum())

    @property
    def refused_share(self) -> float:
        """Share of the attempts within the opening hours that were refused."""
        outcomes = [call.outcome for call in self.simulation.calls if call.direction == "inbound"]
        return outcomes.count("busy") / (len(outcomes) - outcomes.count("closed"))

    def attempts_by_person(self) -> dict[int, list[Call]]:
        """Calls of each person, the anonymous ones too, that arrived while the desk was open."""
        open_quarters = {q.start_ms for q in self.simulation.period if q.agents is not None}
        found: dict[int, list[Call]] = {}
        for call in self.simulation.calls:
            is_open = call.offered_ms - call.offered_ms % QUARTER_MS in open_quarters
            if call.direction == "inbound" and is_open:
                found.setdefault(call.person, []).append(call)
        return found


def play(scenario: Scenario, *, seed: int | str = 1, refusals_hold_lines: bool = False) -> Played:
    """Simulate a desk, measure what it recorded and make the indicators of the whole period."""
    simulation = simulate(scenario, seed=seed)
    calls = calls_frame(simulation)
    measured = measure_in_full(
        calls,
        scenario.lines,
        opening=_opening(simulation),
        refusals_hold_lines=refusals_hold_lines,
    )
    return Played(
        simulation=simulation,
        calls=calls,
        measured=measured,
        indicators=indicators_of(measured, scenario),
    )


def indicators_of(
    measured: Measured,
    scenario: Scenario,
    readings: Readings | None = None,
    *,
    lines_believed: bool = True,
) -> Indicators:
    """The indicators of the whole period of a scenario."""
    tables = ("slots", "durations", "concurrency", "persons", "redials")
    return make_indicators(
        {name: getattr(measured, name) for name in tables},
        readings or Readings(),
        zone=scenario.zone,
        first=scenario.first_day,
        last=scenario.last_day,
        lines_believed=lines_believed,
    )


def holding_s(call: Call) -> float:
    """How long a call held its line."""
    assert call.released_ms is not None
    return (call.released_ms - call.offered_ms) / 1000


def redialling(
    persistence: float,
    mean_redial_s: float,
    *,
    anonymous_share: float = 0.15,
    mean_patience_s: float = 1e9,
    redial_after_giving_up_share: float = 0.0,
) -> Callers:
    """Callers of whom ``persistence`` call again after each refusal; patient ones, if not said."""
    return Callers(
        mean_patience_s=mean_patience_s,
        redial_after_busy_share=persistence,
        redial_after_giving_up_share=redial_after_giving_up_share,
        mean_redial_s=mean_redial_s,
        anonymous_share=anonymous_share,
    )


def _opening(simulation: Simulation) -> pl.DataFrame:
    quarters = persons_frame(simulation).filter(pl.col("open_s") > 0)
    return quarters.select(start="slot_start", end=pl.col("slot_start") + pl.duration(minutes=15))
