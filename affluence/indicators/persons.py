"""What callers lived: persons instead of attempts, and how they call again after a failure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from affluence.indicators.histogram import Histogram, Survival, survival
from affluence.indicators.ratio import (
    MEASURED_BEFORE,
    OUTCOMES_NOT_RECORDED,
    REFUSALS_NOT_RECORDED,
    LeftOut,
    Ratio,
)
from affluence.indicators.totals import Totals
from affluence.phrases import Phrase
from affluence.tables import FAILURES, GAPS_MIN

FEWEST_PERSONS = 5  # figures on fewer persons are not shown
DAY_MIN = GAPS_MIN[-1]
_TOO_FEW = Phrase("Moins de {fewest} personnes : non affiché.", fewest=FEWEST_PERSONS)

# Bounds, in seconds, of the bins in which redial delays are looked at: doubling each time, for an
# unequal bin would look like a valley or a peak, and on bounds of the bins of the measures.
_DELAY_BOUNDS_S = (1, 2, 4, 8, 16, 32, 64, 130, 260, 510, 1020, 2040, 4080)
_SURE_DEVIATIONS = 3.0  # of the difference between a valley and its lower side, chance left aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """Call intents under one reading of what belongs together."""

    gap_min: int  # longest pause within an intent
    intents: int
    attempts: int
    first_busy: int
    reached: int
    self_served: int
    gave_up: int
    reach_s: float | None  # None where answers are not dated

    @property
    def attempts_per_intent(self) -> float | None:
        """Attempts that an intent took, on average."""
        return self.attempts / self.intents if self.intents else None

    @property
    def reached_share(self) -> float | None:
        """Share of the intents that reached an agent."""
        return self.reached / self.intents if self.intents else None

    @property
    def mean_reach_s(self) -> float | None:
        """Mean time from the first attempt to the agent, of those who reached one."""
        if self.reach_s is None or self.reached < FEWEST_PERSONS:
            return None
        return self.reach_s / self.reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many persons called, each once a day and request: who calls after an answer wants more.

    Counted where the caller is known, bounded where not.
    """

    known: int
    least: int  # every unlinked call that was not answered came from somebody already counted
    estimated: float | None  # unlinked calls are like the others; None without enough of these
    most: int  # every unlinked call came from somebody else

    @property
    def per_known(self) -> float:
        """Persons, estimated, for each one who is known; 1 where that cannot be told."""
        return self.estimated / self.known if self.estimated and self.known else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial:
    """How callers go on after a failure of one kind, by which attempt of theirs it was."""

    failure: str  # one of `affluence.tables.FAILURES`
    nth: int  # 1, 2, or 3 for the third and later; 0 for all
    failures: int
    redialled: int
    probability: float | None  # of another call, were it not for closing time: Kaplan and Meier
    within_1_min: float | None
    within_5_min: float | None
    within_30_min: float | None


def is_few(count: float | None) -> bool:
    """Whether somebody might recognise the one to four persons behind a number."""
    return count is not None and 0 < count < FEWEST_PERSONS


def count_intents(persons: pl.DataFrame, *, answers_are_dated: bool) -> tuple[Intents, ...]:
    """Sums of PERSONS for each of `GAPS_MIN`."""
    figures = ("intents", "attempts", "first_busy", "reached", "self_served", "gave_up", "reach_s")
    unknown = {} if answers_are_dated else {"reach_s": None}
    found = {
        row["gap_min"]: row
        for row in persons.group_by("gap_min").agg(pl.col(figures).sum()).iter_rows(named=True)
    }
    none = dict.fromkeys(figures, 0)
    return tuple(
        Intents(**(none | {"gap_min": gap} | found.get(gap, {}) | unknown)) for gap in GAPS_MIN
    )


def estimate_demand(of_day: Intents, totals: Totals) -> Demand | None:
    """Persons who called in the period; None where it is not known.

    An unlinked call is one whose number is withheld or shared by several persons.
    """
    unlinked, answered = totals.get("unlinked"), totals.get("unlinked_answered")
    if unlinked is None or answered is None:
        return None
    enough = of_day.intents >= FEWEST_PERSONS
    return Demand(
        known=of_day.intents,
        least=round(of_day.intents + answered),
        estimated=of_day.intents * (1 + unlinked / of_day.attempts) if enough else None,
        most=round(of_day.intents + unlinked),
    )


def first_call_gets_a_line(totals: Totals) -> Ratio:
    """The chance that a first call is not refused, counted."""
    first = totals.count("first_attempts")
    enough = first >= FEWEST_PERSONS
    note = ""
    if not totals.refusals_recorded:
        note = REFUSALS_NOT_RECORDED
        if totals.lines_known:
            note = Phrase("{why} Voir le taux de lignes occupées.", why=REFUSALS_NOT_RECORDED)
    elif not enough:
        note = _TOO_FEW
    return Ratio(
        key="first_call_gets_a_line",
        label=Phrase("Premiers appels qui obtiennent une ligne"),
        numerator=None if note else first - totals.count("first_busy"),
        numerator_words=Phrase(
            "premiers appels d’une personne dans la journée qui n’ont pas été refusés"
        ),
        denominator=first if enough else None,
        denominator_words=Phrase(
            "premiers appels d’une personne dans la journée, pendant l’ouverture"
        ),
        left_out=_unlinked(totals),
        note=note,
    )


def persons_who_reached_an_agent(of_day: Intents, totals: Totals) -> Ratio:
    """The share of persons who reached an agent on the day on which they called."""
    enough = of_day.intents >= FEWEST_PERSONS
    note = "" if enough else _TOO_FEW
    if not totals.has_companions:
        note = MEASURED_BEFORE
    elif not totals.outcomes_known:
        note = OUTCOMES_NOT_RECORDED
    return Ratio(
        key="persons_reached",
        label=Phrase("Personnes qui ont joint un agent dans la journée"),
        numerator=None if note else of_day.reached,
        numerator_words=Phrase("personnes à qui un agent a répondu le jour de leur appel"),
        denominator=of_day.intents if enough else None,
        denominator_words=Phrase(
            "personnes qui ont appelé pendant l’ouverture, comptées une fois par"
            " jour et par demande"
        ),
        left_out=_unlinked(totals),
        note=note,
    )


def follow_redials(redials: pl.DataFrame) -> tuple[Redial, ...]:
    """Redials after each kind of failure that occurred: for all attempts, then by their number."""
    found = []
    for failure in FAILURES:
        of_failure = redials.filter(pl.col("failure") == failure)
        if of_failure.is_empty():
            continue
        numbered = [(nth, of_failure.filter(pl.col("nth") == nth)) for nth in (1, 2, 3)]
        for nth, rows in [(0, of_failure), *numbered]:
            if not rows.is_empty():
                found.append(_redial(failure, nth, rows))
    return tuple(found)


def redial_curve(redials: pl.DataFrame) -> tuple[Histogram, Survival]:
    """Delays of the redials, and the share that has not redialled yet after each delay."""
    rows = (
        redials.group_by("delay_s")
        .agg(pl.col("redialled", "censored").sum())
        .sort("delay_s")
        .rows()
    )
    redialled = Histogram([(delay_s, count) for delay_s, count, _ in rows if count])
    censored = Histogram([(delay_s, count) for delay_s, _, count in rows if count])
    return redialled, survival(redialled, censored)


def mean_redial_s(redials: pl.DataFrame) -> float | None:
    """Mean time from a failure to the next call, of those who called again before closing time.

    None where nobody did, or nobody kept how long it took (sealed days of an older version).
    """
    known = redials.filter(pl.col("redial_s").is_not_null())
    redialled = int(known["redialled"].sum())
    return float(known["redial_s"].sum()) / redialled if redialled else None


def valley_s(delays: Histogram) -> int | None:
    """The delay, in seconds, that separates quick redials from much later ones, if one does.

    The end of the deepest bin, on a logarithmic scale, between two fuller ones: a pause that few
    make tells best where one intent ends and another begins. Nothing that chance might dig.
    """
    bounds = _DELAY_BOUNDS_S
    counts = [delays.below(high) - delays.below(low) for low, high in pairwise(bounds)]
    valleys = [
        (min(max(counts[:at]), max(counts[at + 1 :])), counts[at], at)
        for at in range(1, len(counts) - 1)
    ]
    side, bottom, at = max(valleys, key=lambda found: (found[0] - found[1], found[2]))
    is_sure = side - bottom > _SURE_DEVIATIONS * math.sqrt(side + bottom)
    return bounds[at + 1] if is_sure else None


def _redial(failure: str, nth: int, rows: pl.DataFrame) -> Redial:
    redialled, curve = redial_curve(rows)
    failures = redialled.total + int(rows["censored"].sum())
    enough = failures >= FEWEST_PERSONS
    within = {
        f"within_{minutes}_min": 1 - curve.beyond(minutes * 60 - 1) if enough else None
        for minutes in (1, 5, 30)
    }
    return Redial(
        failure=failure,
        nth=nth,
        failures=failures,
        redialled=redialled.total,
        probability=1 - curve.plateau if enough else None,
        **within,
    )


def _unlinked(totals: Totals) -> tuple[LeftOut, ...]:
    unlinked = totals.get("unlinked")
    return (
        LeftOut(
            words=Phrase("appels d’un numéro masqué ou partagé par plusieurs personnes"),
            count=None if unlinked is None else round(unlinked),
        ),
        LeftOut(
            words=Phrase("appels reçus hors des heures d’ouverture"), count=totals.count("closed")
        ),
    )
