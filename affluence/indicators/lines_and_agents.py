"""How busy lines and agents are while the desk is open."""

from __future__ import annotations

import polars as pl

from affluence.indicators.ratio import MEASURED_BEFORE, Ratio
from affluence.indicators.totals import Totals
from affluence.phrases import Phrase


def of_lines(totals: Totals) -> tuple[Ratio, ...]:
    """The busy-line rate and the occupancy rate of the lines."""
    doubt = ""
    if not totals.lines_believed:
        doubt = Phrase("Les enregistrements contredisent le nombre de lignes connu : non mesuré.")
    elif not totals.lines_known:
        doubt = Phrase("Le nombre de lignes n’est pas connu : non mesuré.")
    return (
        Ratio(
            key="busy_line_rate",
            label=Phrase("Taux de lignes occupées"),
            numerator=None if doubt else totals["full_open_s"],
            numerator_words=Phrase(
                "secondes d’ouverture pendant lesquelles toutes les lignes sont prises"
            ),
            denominator=totals["open_s"],
            denominator_words=Phrase("secondes d’ouverture"),
            note=doubt,
        ),
        Ratio(
            key="occupancy_rate",
            label=Phrase("Taux d’occupation des lignes"),
            numerator=None if doubt else totals["held_open_s"],
            numerator_words=Phrase(
                "secondes d’occupation, de toutes les lignes, pendant l’ouverture"
            ),
            denominator=totals["line_open_s"],
            denominator_words=Phrase(
                "secondes de service, de toutes les lignes, pendant l’ouverture"
            ),
            note=doubt,
        ),
    )


def of_agents(totals: Totals) -> Ratio:
    """How much of the time that they are there the agents talk, or work after a call."""
    busy_s, duty_s = totals.get("agent_busy_open_s"), totals.get("agent_open_s")
    undated = bool(totals.get("answer_unrecorded"))
    note = ""
    if not totals.has_companions:
        note = MEASURED_BEFORE
    elif duty_s is None:
        note = Phrase(
            "Pour tout ou partie de la période, ni connexions enregistrées, ni tableau de service"
            " configuré : non mesuré."
        )
    elif undated:
        note = Phrase("Des réponses d’agents ne sont pas datées : non mesuré.")
    return Ratio(
        key="agent_occupancy",
        label=Phrase("Taux d’occupation des agents"),
        numerator=None if note else busy_s,
        numerator_words=Phrase(
            "secondes de conversation et de travail après appel, de tous les agents,"
            " pendant l’ouverture"
        ),
        denominator=duty_s,
        denominator_words=Phrase("secondes de présence, de tous les agents, pendant l’ouverture"),
        note=note,
    )


def simultaneous_calls(
    concurrency: pl.DataFrame, recorded: pl.DataFrame, totals: Totals
) -> dict[int, float]:
    """Share of the open time by number of simultaneous calls on the lines, from none on."""
    open_s = totals["open_s"]
    if not totals.has_companions or not open_s:
        return {}
    by_calls = (
        concurrency.join(recorded, on="slot_start", how="semi")
        .group_by("calls")
        .agg(pl.col("lasting_open_s").sum() / open_s)
        .filter(pl.col("lasting_open_s") > 0)
        .sort("calls")
    )
    shares = dict(by_calls.iter_rows())
    return {0: 1 - sum(shares.values()), **shares}
