"""Advice tried on simulated callers: what was promised beside what they meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf, sqrt
from statistics import fmean, stdev
from typing import Literal

from affluence.simulator.scenario import QUARTERS_A_DAY, Callers, Handling, Scenario, Shift
from affluence.simulator.simulation import simulate
from affluence.staffing import Advice, Desk, Plan, Row, Service, Target

Verdict = Literal["held", "indistinct", "missed"]

_PATIENT_S = 1e9  # nobody waits so long
_UNLIMITED_LINES = 1000
_FEWEST_PERSONS_PER_HOUR = 0.1  # fewer make too few in all the days that are tried
_DAY = date(2026, 10, 13)  # any: neither clocks nor demand change on it
_FROM, _TO = timedelta(hours=3), timedelta(hours=23)  # before it fills up, then redials die out
_FEWEST_DAYS, _MOST_DAYS = 6, 300
_HALF_WIDTH = 0.005  # of the interval: half a point
_Z = 1.959964  # 97.5 % of a normal law are below


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """Share of simulated persons who reach an agent, with the half of its 95 % interval."""

    reached_share: float
    half_width: float
    days: int


def rehearse(
    desk: Desk, service: Service, persons_per_hour: float, *, wrap_up_s: float
) -> Obtained:
    """Simulate days of always the same load until the interval is narrow enough.

    Talks are of the usual variety (lognormal) and lines are free during the work after a call: not
    all is as the formulas have it. Days are independent of each other.

    Args:
        desk: how callers behave.
        service: the agents and lines that are tried.
        persons_per_hour: who call for the first time.
        wrap_up_s: part of the handling time in which the line is free.

    """
    scenario = _scenario(desk, service, persons_per_hour, wrap_up_s)
    shares: list[float] = []
    half_width = inf
    for share in _days(scenario):
        shares.append(share)
        if len(shares) >= _FEWEST_DAYS:
            half_width = _t(len(shares) - 1) * stdev(shares) / sqrt(len(shares))
            if half_width <= _HALF_WIDTH:
                break
    return Obtained(reached_share=fmean(shares), half_width=half_width, days=len(shares))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Advice tried with the agents that are advised and with one fewer."""

    one_less: Obtained | None  # None where there are none, or where the queue would never end
    advised: Obtained

    def verdict(self, target: Target) -> Verdict:
        """Whether the advice holds: enough, and one fewer not; noise decides nothing."""
        most = self.advised.reached_share + self.advised.half_width
        if most < target.reached_share:
            return "missed"
        fewer = self.one_less
        if fewer and fewer.reached_share + fewer.half_width >= target.reached_share:
            return "indistinct"
        return "held"


def rehearse_advice(desk: Desk, advice: Advice, *, wrap_up_s: float) -> Rehearsal:
    """Try advice on the callers of a desk; it takes seconds."""

    def tried(service: Service) -> Obtained:
        return rehearse(desk, service, advice.persons_per_hour, wrap_up_s=wrap_up_s)

    less = advice.one_less
    return Rehearsal(one_less=None if less is None else tried(less), advised=tried(advice.advised))


def rehearse_plan(plan: Plan) -> Iterator[tuple[Row, Rehearsal]]:
    """Try the advice of one row after the other, but where hardly anybody calls."""
    for row in plan.rows:
        if row.advice.persons_per_hour >= _FEWEST_PERSONS_PER_HOUR:
            yield row, rehearse_advice(plan.desk, row.advice, wrap_up_s=plan.wrap_up_s)


def _days(scenario: Scenario) -> Iterator[float]:
    """Share of the persons of one day after the other who reach an agent."""
    for seed in range(_MOST_DAYS):
        found = simulate(scenario, seed=seed)
        midnight_ms = found.period[0].start_ms
        start_ms, end_ms = (
            midnight_ms + span // timedelta(milliseconds=1) for span in (_FROM, _TO)
        )
        persons = {
            call.person
            for call in found.calls
            if call.attempt == 1 and start_ms <= call.offered_ms < end_ms
        }
        reached = {call.person for call in found.calls if call.outcome == "answered"}
        if persons:  # a share of nobody is none
            yield len(persons & reached) / len(persons)


def _scenario(desk: Desk, service: Service, persons_per_hour: float, wrap_up_s: float) -> Scenario:
    of_line = desk.kind == "no_queue"
    always = Shift(
        weekdays=(1, 2, 3, 4, 5, 6, 7), start_min=0, end_min=24 * 60, agents=service.agents
    )
    return Scenario(
        platform="rehearsal",
        service_number="0199001234",
        zone="UTC",
        first_day=_DAY,
        last_day=_DAY,
        lines=_UNLIMITED_LINES if service.lines == inf else int(service.lines),
        shifts=(always,),
        first_attempts_per_hour=((persons_per_hour,) * QUARTERS_A_DAY,) * 7,
        callers=Callers(
            mean_patience_s=desk.patience_s or _PATIENT_S,
            redial_after_busy_share=desk.redial_after_busy,
            redial_after_giving_up_share=desk.redial_after_giving_up,
            mean_redial_s=desk.redial_delay_s,
        ),
        handling=Handling(
            ring_s=(0.0, 0.0),
            missed_ring_share=0.0,
            mean_talk_s=desk.handling_s - (0.0 if of_line else wrap_up_s),
            mean_wrap_up_s=0.0 if of_line else wrap_up_s,
            queue_timeout_s=_PATIENT_S,
            refusal_message_s=(0.0, 0.0),
            outbound_per_hour=0.0,
        ),
    )


def _t(freedom: int) -> float:
    """97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5; to 0.003 from 5 on)."""
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
