"""The weeks to come, how good such forecasts have been, and what the table has changed."""

from __future__ import annotations

from affluence.publication.wording import KINDS_OF_DAYS, Words, message
from affluence.report.facts import Facts
from affluence.report.sheet import Column, Kind, Sheet, Value, as_rows
from affluence.report.sheets.week_row import WEEK_ROW, week_row
from affluence.typical_week.effect import FEWEST_DAYS, LONG_AGO, Estimate
from affluence.typical_week.grades import OURS

FORECASTERS = {
    OURS: message("affluence"),
    "last week": message("la semaine d’avant"),
    "4-week mean": message("la moyenne de 4 semaines"),
    "all-weeks mean": message("la moyenne de toutes les semaines"),
}


_FORESEEN = ("demand", "demand_low", "demand_high", "reach", "reach_low", "reach_high")


def forecast_sheet(facts: Facts, words: Words) -> Sheet:
    """The days to come, cell by cell."""
    say = words.language.say
    return Sheet(
        key="prevision",
        title=message("Les semaines à venir"),
        note=message(
            "Premiers appels attendus et chances de joindre un agent, jour par jour et heure par"
            " heure, avec un intervalle qui contient ce qui viendra 8 fois sur 10."
        ),
        columns=(
            Column("date", message("Date"), Kind.DAY),
            *WEEK_ROW,
            Column("appels", message("Premiers appels attendus"), Kind.DECIMAL),
            Column("appels_bas", message("au moins"), Kind.DECIMAL),
            Column("appels_haut", message("au plus"), Kind.DECIMAL),
            Column("joindre", message("Chances de joindre un agent"), Kind.SHARE),
            Column("joindre_bas", message("au moins"), Kind.SHARE),
            Column("joindre_haut", message("au plus"), Kind.SHARE),
            Column("particularites", message("Ce que ce jour a de particulier")),
            Column("niveau", message("Niveau")),
        ),
        rows=as_rows(
            (
                row["day"],
                *week_row(row["weekday"], row["start_min"], row["end_min"], words),
                *("" if row["state"] == "closed" else row[name] for name in _FORESEEN),
                ", ".join(str(say(kind)) for name, kind in KINDS_OF_DAYS.items() if row[name]),
                str(words.level(row["state"])),
            )
            for row in facts.forecast.iter_rows(named=True)
        ),
    )


def grades_sheet(facts: Facts, words: Words) -> Sheet:
    """Past forecasts graded against what came, beside plain means."""
    rows: list[tuple[Value, ...]] = []
    for name, scores in sorted(
        facts.grades.scores.items(), key=lambda item: item[1].poisson_deviance
    ):
        rows.append(
            (
                str(words.language.say(FORECASTERS[name])) if name in FORECASTERS else name,
                scores.forecasts,
                scores.wape,
                scores.poisson_deviance,
                scores.crps,
                scores.pit_coverage,
                scores.hit_rate,
                scores.regret,
            )
        )
    return Sheet(
        key="notes_des_previsions",
        title=message("Ce que valaient les prévisions passées"),
        note=message(
            "Chaque semaine passée a été prévue avec ce qu’on savait alors, puis comparée à ce qui"
            " est venu une à quatre semaines plus tard. Erreur, écart et regret\u00a0: le plus"
            " petit est le meilleur."
        ),
        columns=(
            Column("prevision", message("Prévision par")),
            Column("nombres", message("Nombres prévus"), Kind.COUNT),
            Column("erreur", message("Erreur moyenne (WAPE)"), Kind.SHARE),
            Column("deviance", message("Écart (déviance de Poisson)"), Kind.DECIMAL),
            Column("crps", message("CRPS"), Kind.DECIMAL),
            Column("couverture", message("Vraie valeur dans l’intervalle à 80 %"), Kind.SHARE),
            Column("trouvees", message("Heures calmes trouvées"), Kind.SHARE),
            Column("regret", message("Regret"), Kind.SHARE),
        ),
        rows=tuple(rows),
    )


def effect_sheet(facts: Facts, words: Words) -> Sheet:
    """Shares in the recommended hours before the first table and since."""
    say = words.language.say
    found = facts.effect.comparison
    rows: list[tuple[Value, ...]] = []
    if found is not None:
        rows = [
            (
                str(say("Part des appels dans les heures conseillées")),
                found.before.value,
                found.after.value,
                *_change(found.shift),
            ),
            (
                str(say("Chances de joindre un agent dans ces heures")),
                found.reach_before,
                found.reach_after,
                *(_change(found.reach_change) if found.reach_change else (None, None, None)),
            ),
        ]
    return Sheet(
        key="effet",
        title=message("Le tableau publié a-t-il aidé\u00a0?"),
        note=message(
            "Les jours ordinaires depuis la première publication, à côté de ce que les semaines"
            " d’avant auraient donné aux mêmes heures. L’intervalle contient la vraie valeur 95"
            " fois sur 100. Le tableau ne peut être distingué de tout ce qui a changé d’autre."
        ),
        columns=(
            Column("quoi", message("Quoi")),
            Column("avant", message("Avant"), Kind.SHARE),
            Column("depuis", message("Depuis"), Kind.SHARE),
            Column("changement", message("Changement, en points"), Kind.SHARE),
            Column("changement_bas", message("au moins"), Kind.SHARE),
            Column("changement_haut", message("au plus"), Kind.SHARE),
        ),
        rows=as_rows(rows),
    )


def _change(estimate: Estimate) -> tuple[float, float, float]:
    return (estimate.value, *estimate.interval_95)


def no_effect(facts: Facts, words: Words) -> str:
    """Why nothing is said of the effect."""
    say = words.language.say
    found = facts.effect
    if found.first_published is None:
        return str(say("Aucun tableau n’a encore été publié."))
    if found.first_published == LONG_AGO:
        return str(
            say(
                "Un tableau était en ligne avant que ce programme ne note les jours de"
                " publication\u00a0: aucune période sans tableau n’est connue."
            )
        )
    return str(
        say(
            "Pas encore assez de données\u00a0: le premier tableau a été publié le {day}\u00a0; il"
            " y a {before} jours ordinaires avant, {after} depuis, et il en faut {fewest} de"
            " chaque côté.",
            day=words.short_date(found.first_published),
            before=found.before.count,
            after=found.after.count,
            fewest=FEWEST_DAYS,
        )
    )
