"""The hours of the week: what was measured in each, by period, and the typical week."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from babel.dates import format_date

from affluence.publication.wording import Words, message
from affluence.report.facts import Facts
from affluence.report.figures import MEASURES, Known, Sums, figures, lost_share
from affluence.report.hours import CELL, Hours
from affluence.report.periods import Period
from affluence.report.sheet import Column, Kind, Sheet, Value, as_rows, persons
from affluence.report.sheets.week_row import BEGINNING, DAY, WEEK_ROW, clock, week_row

# What the rates of the lines are made from: column, heading, sum.
_OF_LINES = (
    ("toutes_prises_s", message("Toutes les lignes prises, en secondes"), "full_open_s"),
    ("ouverture_s", message("Ouverture, en secondes"), "open_s"),
    ("occupation_s", message("Occupation, en secondes de ligne"), "held_open_s"),
    ("service_s", message("Service, en secondes de ligne"), "line_open_s"),
)


def hours_sheet(hours: Hours, words: Words) -> Sheet:
    """Every cell of every period."""
    return Sheet(
        key="heures",
        title=message("Heure par heure"),
        note=message(
            "Par période, jour de la semaine et heure, tous les jours ouverts compris. Les"
            " personnes sont celles dont le numéro est connu, comptées une fois par jour et par"
            " demande, à l’heure de leur premier appel\u00a0: qui a été servi et rappelle fait une"
            " autre demande. «\u00a0Par heure\u00a0» veut dire par heure d’ouverture."
        ),
        columns=(
            Column("periode", message("Période")),
            *WEEK_ROW,
            Column("jours", message("Jours vus"), Kind.COUNT),
            Column("appels", message("Appels"), Kind.COUNT),
            Column("personnes", message("Personnes"), Kind.COUNT),
            Column("personnes_sans_reponse", message("N’ont joint personne"), Kind.COUNT),
            Column("part_sans_reponse", message("Part sans réponse"), Kind.SHARE),
            *(Column(f"mesure_{measure.key}", measure.title, measure.kind) for measure in MEASURES),
            *(Column(name, heading, Kind.SECONDS) for name, heading, _ in _OF_LINES),
        ),
        rows=as_rows(
            tuple(_hours_row(period, cell, hours.known, words))
            for period, cells in hours.cells.items()
            for cell in cells
        ),
    )


def _hours_row(period: Period, cell: Sums, known: Known, words: Words) -> Iterator[Value]:
    yield period_name(period, words)
    weekday, start_min, end_min = (int(cell[name]) for name in CELL)
    yield from week_row(weekday, start_min, end_min, words)
    for name in ("days", "attempts"):
        yield cell[name]
    for name in ("intents", "gave_up"):
        yield persons(cell[name]) if known.callers else None
    yield lost_share(cell) if known.callers else None
    yield from figures(cell, known).values()
    for _, _, name in _OF_LINES:
        yield cell[name] if known.lines else None


def period_name(period: Period, words: Words) -> str:
    """« Toute la période », « 4 dernières semaines », « octobre 2026 »."""
    say = words.language.say
    if period.month is not None:
        return str(format_date(period.month, "LLLL y", locale=words.language.code))
    if period.weeks is None:
        return str(say("Toute la période"))
    return str(
        words.language.count(
            period.weeks, "La dernière semaine", "{number}\u00a0dernières semaines"
        )
    )


def typical_week_sheet(facts: Facts, words: Words) -> Sheet:
    """The typical week with its intervals."""
    estimates = (
        ("demand", message("Premiers appels un jour ordinaire"), Kind.DECIMAL),
        ("busy_line_rate", message("Toutes les lignes prises"), Kind.SHARE),
        ("occupancy_rate", message("Occupation des lignes"), Kind.SHARE),
        ("reach", message("Chances de joindre un agent"), Kind.SHARE),
        ("wait_s", message("Attente moyenne"), Kind.SECONDS),
    )
    columns = [*WEEK_ROW, Column("jours", message("Jours"), Kind.COUNT)]
    names: list[str] = []
    for name, heading, kind in estimates:
        bare = name.removesuffix("_s")
        ending = name.removeprefix(bare)
        names += [name, f"{bare}_low{ending}", f"{bare}_high{ending}"]
        columns += [
            Column(name, heading, kind),
            Column(f"{bare}_bas{ending}", message("au moins"), kind),
            Column(f"{bare}_haut{ending}", message("au plus"), kind),
        ]
    columns += [
        Column("refused_share", message("Premiers appels refusés"), Kind.SHARE),
        Column("niveau", message("Niveau publié")),
        Column("conseil", message("Conseil publié")),
    ]
    advice = facts.typical.advice
    says = {
        **dict.fromkeys(advice.recommended, message("à conseiller")),
        **dict.fromkeys(advice.to_avoid, message("à éviter")),
    }
    rows = []
    for place, cell in enumerate(facts.typical.week.iter_rows(named=True)):
        rows.append(
            (
                *week_row(cell["weekday"], cell["start_min"], cell["end_min"], words),
                cell["days"],
                *(cell[name] for name in names),
                cell["refused_share"],
                str(words.level(cell["state"])),
                str(words.language.say(says[place])) if place in says else "",
            )
        )
    return Sheet(
        key="semaine_type",
        title=message("La semaine type"),
        note=message(
            "Ce à quoi ressemble une semaine ordinaire, jours fériés, fermetures et jours"
            " inhabituels laissés de côté, avec un intervalle qui contient la vraie valeur 8 fois"
            " sur 10."
        ),
        columns=tuple(columns),
        rows=as_rows(rows),
    )


def profile_sheet(facts: Facts, known: Known, words: Words) -> Sheet:
    """Simultaneous calls against lines, by weekday and quarter of an hour."""
    local = pl.col("slot_start").dt.convert_time_zone(facts.zone)
    slots = (
        facts.measured["slots"]
        .filter(pl.col("open_s") > 0, pl.col("recorded_s") >= pl.col("open_s"))
        .with_columns(
            weekday=local.dt.weekday().cast(pl.Int64),
            minute=local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute(),
        )
    )
    quarters = (
        slots.group_by("weekday", "minute")
        .agg(
            days=pl.len(),
            mean=pl.col("held_open_s").sum() / pl.col("open_s").sum(),
            busiest=(pl.col("held_open_s") / pl.col("open_s")).quantile(0.9, "nearest"),
            peak=pl.col("peak_calls").max(),
            lines=pl.col("line_open_s").sum() / pl.col("open_s").sum(),
            full=pl.col("full_open_s").sum() / pl.col("open_s").sum(),
            agents=pl.col("agent_open_s").sum() / pl.col("open_s").sum(),
            agents_known=pl.col("agent_open_s").is_not_null().all(),
        )
        .sort("weekday", "minute")
    )
    return Sheet(
        key="profil",
        title=message("Appels simultanés au fil de la journée"),
        note=message(
            "Par jour de la semaine et quart d’heure\u00a0: le nombre moyen d’appels en ligne,"
            " celui qu’un jour sur dix dépasse, le plus grand nombre vu, et les lignes en service."
        ),
        columns=(
            DAY,
            BEGINNING,
            Column("jours", message("Jours vus"), Kind.COUNT),
            Column("appels_moyens", message("Appels simultanés, en moyenne"), Kind.DECIMAL),
            Column("un_jour_sur_dix", message("dépassés un jour sur dix"), Kind.DECIMAL),
            Column("pointe", message("Plus grand nombre"), Kind.COUNT),
            Column("lignes", message("Lignes"), Kind.DECIMAL),
            Column("agents", message("Agents"), Kind.DECIMAL),
            Column("toutes_prises", message("Toutes les lignes prises"), Kind.SHARE),
        ),
        rows=as_rows(
            (
                words.day(row["weekday"]),
                clock(row["minute"]),
                row["days"],
                row["mean"],
                row["busiest"],
                row["peak"],
                row["lines"] if known.lines else None,
                row["agents"] if row["agents_known"] else None,
                row["full"] if known.lines else None,
            )
            for row in quarters.iter_rows(named=True)
        ),
    )
