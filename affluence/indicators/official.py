"""The official indicators, each with what it leaves out, beside what a caller would recognise.

Sources: « Services Publics + », engagement 6 (calls answered by an agent, target 85 %); Marianne
and Qualipref (fewer than 5 rings, lost calls), whose exact formulas are not public: what is read
into them is a setting, and printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from affluence.indicators.durations import Durations
from affluence.indicators.ratio import (
    MEASURED_BEFORE,
    OUTCOMES_NOT_RECORDED,
    REFUSALS_NOT_RECORDED,
    LeftOut,
    Ratio,
)
from affluence.indicators.totals import Totals
from affluence.phrases import Phrase

# One ring lasts 5 s (1.5 s of tone, 3.5 s of silence): "fewer than 5 rings" may mean answered
# before the fifth begins, before its tone ends, or before it is over.
RING_READINGS_S = (20.0, 21.5, 25.0)
AGENT_TARGET = 0.85

_NO_MACHINE = Phrase(
    "Les enregistrements ne datent aucune réponse (un automate décroche d’abord) : non mesuré."
)
_SOME_UNDATED = Phrase("Les enregistrements ne datent pas toutes les réponses : non mesuré.")
_LET_IN = Phrase("appels reçus pendant l’ouverture et non refusés")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """How formulas are read that are not public, or leave a choice."""

    fewer_than_5_rings_s: float = 20.0
    short_abandon_s: int = 5
    short_abandons_are_lost: bool = True
    agent_required: Literal["accepted", "refused-too"] = "accepted"
    answered_within_s: int = 20  # threshold of the service level


def official(totals: Totals, durations: Durations, readings: Readings) -> tuple[Ratio, ...]:
    """The official indicators, in the order of the committee's table."""
    return (
        fewer_than_5_rings(totals, durations, readings.fewer_than_5_rings_s),
        lost_calls(totals, durations, readings),
        answered_by_agent(totals, readings),
    )


def other_readings(totals: Totals, durations: Durations, readings: Readings) -> tuple[Ratio, ...]:
    """The same under the other readings, so that nobody has to guess what they would give."""
    chosen = readings.fewer_than_5_rings_s
    rings = [fewer_than_5_rings(totals, durations, s) for s in RING_READINGS_S if s != chosen]
    lost = Readings(
        short_abandon_s=readings.short_abandon_s,
        short_abandons_are_lost=not readings.short_abandons_are_lost,
    )
    required = Readings(
        agent_required="refused-too" if readings.agent_required == "accepted" else "accepted"
    )
    by_agent = agent_within(totals, durations, readings.fewer_than_5_rings_s)
    return (
        *rings,
        by_agent,
        lost_calls(totals, durations, lost),
        answered_by_agent(totals, required),
    )


def fewer_than_5_rings(totals: Totals, durations: Durations, limit_s: float) -> Ratio:
    """Calls taken by an agent or a machine in fewer than 5 rings, of those that were let in."""
    taken = durations.agent_pick_up.total + durations.machine_pick_up.total
    note = ""
    if not totals.has_companions:
        note = MEASURED_BEFORE
    elif not totals.outcomes_known:
        note = OUTCOMES_NOT_RECORDED
    elif not taken and totals["answered"]:
        note = _NO_MACHINE
    return Ratio(
        key="fewer_than_5_rings",
        label=Phrase(
            "Appels décrochés en moins de 5 sonneries (lues : moins de {limit} s)", limit=limit_s
        ),
        numerator=(
            None
            if note
            else durations.agent_pick_up.below(limit_s) + durations.machine_pick_up.below(limit_s)
        ),
        numerator_words=Phrase(
            "appels décrochés, par un agent ou un automate, en moins de {limit} s", limit=limit_s
        ),
        denominator=totals.accepted,
        denominator_words=_LET_IN,
        left_out=_outside(totals),
        note=note,
    )


def agent_within(totals: Totals, durations: Durations, limit_s: float) -> Ratio:
    """The same for agents alone: a machine that answers at once is not an answer."""
    note = ""
    if not totals.has_companions:
        note = MEASURED_BEFORE
    elif not totals.outcomes_known:
        note = OUTCOMES_NOT_RECORDED
    elif not durations.answers_are_dated(totals):
        note = _NO_MACHINE if not durations.answered.total else _SOME_UNDATED
    return Ratio(
        key="agent_in_fewer_than_5_rings",
        label=Phrase("Appels auxquels un agent répond en moins de {limit} s", limit=limit_s),
        numerator=None if note else durations.answered.below(limit_s),
        numerator_words=Phrase(
            "appels auxquels un agent a répondu en moins de {limit} s", limit=limit_s
        ),
        denominator=totals.accepted,
        denominator_words=_LET_IN,
        left_out=_outside(totals),
        note=note,
    )


def lost_calls(totals: Totals, durations: Durations, readings: Readings) -> Ratio:
    """Calls that were let in and that nobody answered, of those that were let in."""
    short = durations.abandoned.below(readings.short_abandon_s)
    lost = totals.count("abandoned", "unanswered")
    accepted = totals.accepted
    left_out = list(_outside(totals))
    short_known = totals.has_companions
    note = ""
    if not totals.outcomes_known:
        note = OUTCOMES_NOT_RECORDED
    elif not (readings.short_abandons_are_lost or short_known):
        note = MEASURED_BEFORE
    label = Phrase("Appels perdus")
    words = Phrase("appels abandonnés avant réponse ou restés sans réponse")
    if not readings.short_abandons_are_lost:
        lost, accepted = lost - short, accepted - short
        label = Phrase("Appels perdus, sans les abandons courts")
        words = Phrase(
            "appels abandonnés avant réponse ou restés sans réponse, abandons de moins de"
            " {limit} s mis à part",
            limit=readings.short_abandon_s,
        )
        left_out.append(
            LeftOut(
                words=Phrase(
                    "appels abandonnés en moins de {limit} s", limit=readings.short_abandon_s
                ),
                count=short if short_known else None,
            )
        )
    return Ratio(
        key="lost_calls",
        label=label,
        numerator=None if note else lost,
        numerator_words=words,
        denominator=accepted,
        denominator_words=_LET_IN,
        left_out=tuple(left_out),
        note=note,
    )


def answered_by_agent(totals: Totals, readings: Readings) -> Ratio:
    """Calls handled by an agent, of those that required one (« Services Publics + »)."""
    refused_too = readings.agent_required == "refused-too"
    required = totals.accepted + (totals.count("busy") if refused_too else 0)
    note = ""
    if not totals.outcomes_known:
        note = OUTCOMES_NOT_RECORDED
    elif refused_too and not totals.refusals_recorded:
        note = REFUSALS_NOT_RECORDED
    return Ratio(
        key="answered_by_agent",
        label=Phrase("Appels traités par un agent (appels refusés comptés)")
        if refused_too
        else Phrase("Appels traités par un agent (appels refusés non comptés)"),
        numerator=None if note else totals.count("answered"),
        numerator_words=Phrase("appels auxquels un agent a répondu"),
        denominator=required,
        denominator_words=Phrase(
            "appels reçus pendant l’ouverture et destinés à un agent, refusés compris"
        )
        if refused_too
        else Phrase("appels reçus pendant l’ouverture et destinés à un agent, refusés non compris"),
        left_out=_outside(totals, with_refused=not refused_too),
        target=AGENT_TARGET,
        note=note,
    )


def _outside(totals: Totals, *, with_refused: bool = True) -> tuple[LeftOut, ...]:
    """What the official denominators say nothing of, the refused calls first."""
    words = {
        "busy": Phrase("appels refusés : « toutes nos lignes sont occupées, rappelez plus tard »"),
        "self_service": Phrase("appels terminés dans le serveur vocal sans demander d’agent"),
        "closed": Phrase("appels reçus hors des heures d’ouverture"),
        "failed": Phrase("appels échoués pour une raison technique"),
        "unknown": Phrase("appels dont l’issue n’est pas enregistrée"),
    }
    return tuple(
        LeftOut(
            words=words[name],
            count=None if name == "busy" and not totals.refusals_recorded else totals.count(name),
        )
        for name in words
        if with_refused or name != "busy"
    )
