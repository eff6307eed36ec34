"""Week after week: what was measured, the holidays, the publications."""

from __future__ import annotations

from datetime import date, timedelta

from affluence.indicators import Indicators, Ratio
from affluence.publication.wording import REASONS_LEFT_OUT, Words, message
from affluence.report.facts import Facts
from affluence.report.language import semicolons
from affluence.report.sheet import (
    Column,
    Kind,
    Sheet,
    Value,
    as_rows,
    persons,
    share_of_persons,
)


def weeks_sheet(facts: Facts, words: Words) -> Sheet:
    """One row a week."""
    return Sheet(
        key="semaines",
        title=message("Semaine après semaine"),
        note=message(
            "Les personnes sont comptées une fois par jour et par demande. Les jours fériés, les"
            " fermetures et les jours où d’autres heures ont été conseillées sont notés."
        ),
        columns=(
            Column("lundi", message("Semaine du"), Kind.DAY),
            Column("jours", message("Jours ouverts"), Kind.COUNT),
            Column("appels", message("Appels"), Kind.COUNT),
            Column("refuses", message("Appels refusés"), Kind.COUNT),
            Column("personnes", message("Personnes"), Kind.COUNT),
            Column("sans_reponse", message("N’ont joint personne"), Kind.COUNT),
            Column("joint", message("Ont joint un agent"), Kind.SHARE),
            Column("perdus_officiel", message("Appels perdus (officiel)"), Kind.SHARE),
            Column("toutes_prises", message("Toutes les lignes prises"), Kind.SHARE),
            Column("occupation", message("Occupation des lignes"), Kind.SHARE),
            Column("attente_s", message("Attente moyenne"), Kind.SECONDS),
            Column("jours_particuliers", message("Jours particuliers")),
            Column("publications", message("Nouveau conseil le")),
        ),
        rows=as_rows(_row(facts, week, words) for week in facts.weeks),
    )


def _row(facts: Facts, week: Indicators, words: Words) -> tuple[Value, ...]:
    ratios = {ratio.key: ratio for ratio in (*week.official, *week.lived, *week.lines)}
    reached = ratios["persons_reached"]
    monday = week.first - timedelta(days=week.first.weekday())
    refusals = week.outcomes["busy"] if facts.indicators.refusals_recorded else None
    return (
        monday,
        week.days_open,
        sum(count for outcome, count in week.outcomes.items() if outcome != "closed"),
        refusals,
        persons(reached.denominator),
        persons(lost_persons(reached)),
        share_of_persons(reached.numerator, reached.denominator),
        ratios["lost_calls"].value,
        ratios["busy_line_rate"].value,
        ratios["occupancy_rate"].value,
        week.waits.mean_answer_s if week.waits.of_answered is not None else None,
        special_days(facts, week.first, week.last, words),
        ", ".join(words.short_date(day) for day in published(facts, week)),
    )


def lost_persons(reached: Ratio) -> float | None:
    """Persons who reached nobody, from the share of those who did."""
    if reached.numerator is None or reached.denominator is None:
        return None
    return reached.denominator - reached.numerator


def published(facts: Facts, week: Indicators) -> list[date]:
    """Days of a week on which a table was published."""
    return [day for day in facts.published if week.first <= day <= week.last]


def special_days(facts: Facts, first: date, last: date, words: Words) -> str:
    """« 15/10/2026 (fermeture : Formation des agents) ; … »."""
    said = []
    for out in facts.typical.left_out:
        if first <= out.day <= last:
            why = words.language.say(REASONS_LEFT_OUT[out.reason])
            if out.label:
                why = words.colon(why, out.label)
            said.append(f"{words.short_date(out.day)} ({why.unescape()})")
    return semicolons(said, words)
