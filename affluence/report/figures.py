"""The figures of an hour of the week, from its sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from affluence.publication.wording import message
from affluence.report.sheet import FEW, NOTHING, Kind, Value, persons, share, share_of_persons

Sums = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a cell: how it is called, and how its values are written."""

    key: str
    title: str
    kind: Kind
    more_is_worse: bool = True


# What a heat map can show, in the order in which it is offered. Counts are by hour of opening, for
# rows of half an hour stand beside rows of an hour.
MEASURES = (
    Measure("lost", message("Personnes qui n’ont joint personne, par heure"), Kind.DECIMAL),
    Measure("persons", message("Personnes qui appellent, par heure"), Kind.DECIMAL),
    Measure("attempts", message("Appels, par heure"), Kind.DECIMAL),
    Measure("full", message("Temps où toutes les lignes sont prises"), Kind.SHARE),
    Measure("occupancy", message("Occupation des lignes"), Kind.SHARE),
    Measure("refused", message("Appels refusés"), Kind.SHARE),
    Measure(
        "reach",
        message("Chances qu’un premier appel joigne un agent"),
        Kind.SHARE,
        more_is_worse=False,
    ),
    Measure("wait", message("Attente moyenne avant réponse"), Kind.SECONDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the records can tell."""

    lines: bool
    refusals: bool
    answers: bool
    callers: bool


def figures(sums: Sums, known: Known) -> dict[str, Value]:
    """The figures of `MEASURES` of a cell, from its sums; nothing of what did not happen."""
    hours = sums["open_s"] / 3600
    if not hours:
        return {measure.key: NOTHING for measure in MEASURES}
    full = share(sums["full_open_s"], sums["open_s"])
    wait = share(sums["wait_answered_s"], sums["waits"])
    return {
        "lost": _hourly(sums["gave_up"], hours) if known.callers else None,
        "persons": _hourly(sums["intents"], hours) if known.callers else None,
        "attempts": sums["attempts"] / hours,
        "full": full if known.lines else None,
        "occupancy": share(sums["held_open_s"], sums["line_open_s"]) if known.lines else None,
        "refused": share(sums["busy"], sums["attempts"]) if known.refusals else None,
        "reach": _reach(sums, known),
        "wait": wait if known.answers else None,
    }


def _reach(sums: Sums, known: Known) -> Value:
    """The chance that a first call reaches an agent (DESIGN 4), of what was measured."""
    blocked = [
        share(part, whole)
        for part, whole, is_known in (
            (sums["full_open_s"], sums["open_s"], known.lines),
            (sums["first_busy"], sums["first_attempts"], known.refusals),
        )
        if is_known
    ]
    if not blocked:
        return None
    rates = [rate for rate in blocked if isinstance(rate, float)]
    tried = sums["answered"] + sums["abandoned"] + sums["unanswered"]
    # Where nothing tells whether somebody answered, a free line stands alone.
    answered = share(sums["answered"], tried) if known.answers else 1.0
    if not rates or not isinstance(answered, float):
        return NOTHING
    return (1 - max(rates)) * answered


def _hourly(count: float, hours: float) -> Value:
    return FEW if persons(count) is FEW else count / hours


def lost_share(sums: Sums) -> Value:
    """Share of the persons of a cell who reached nobody."""
    return share_of_persons(sums["gave_up"], sums["intents"])
