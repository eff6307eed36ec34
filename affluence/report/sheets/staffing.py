"""Agents and lines: what is advised, and what a change would do."""

from __future__ import annotations

from math import isfinite

from affluence.publication.wording import Words, message
from affluence.report.facts import Facts, Staffing
from affluence.report.sheet import Column, Kind, Sheet, Value, as_rows, share
from affluence.report.sheets.week_row import WEEK_ROW, week_row
from affluence.staffing import Row, Service, Trial
from affluence.staffing.plain_words import how_it_is_known


def staffing_sheet(facts: Facts, words: Words) -> Sheet:
    """Every row of the week: today, advised, one fewer and one more."""
    rows = facts.staffing.plan.rows if facts.staffing else ()
    return Sheet(
        key="effectifs",
        title=message("Combien d’agents et de lignes, heure par heure"),
        note=message(
            "Pour la charge prévue, le plus petit nombre d’agents qui atteint l’objectif, puis le"
            " plus petit nombre de lignes. «\u00a0Aujourd’hui\u00a0», ce sont les agents et les"
            " lignes du dernier jour mesuré de chaque jour de la semaine. Ceux qui joignent un"
            " agent sont calculés par le modèle pour cette charge, aujourd’hui aussi\u00a0: la"
            " page «\u00a0Heures\u00a0» dit combien en ont joint un. Qui n’essaie plus d’appeler"
            " n’est dans aucun enregistrement\u00a0: si l’on répond mieux, d’autres appelleront."
        ),
        columns=(
            *WEEK_ROW,
            Column("personnes_par_heure", message("Personnes par heure"), Kind.DECIMAL),
            Column("agents", message("Agents aujourd’hui"), Kind.COUNT),
            Column("lignes", message("Lignes aujourd’hui"), Kind.COUNT),
            Column("joignent", message("Joignent un agent aujourd’hui"), Kind.SHARE),
            Column("agents_conseilles", message("Agents conseillés"), Kind.COUNT),
            Column("lignes_conseillees", message("Lignes conseillées"), Kind.COUNT),
            Column(
                "joindraient_un_de_moins", message("Joindraient avec un agent de moins"), Kind.SHARE
            ),
            Column("joindraient", message("Joindraient avec ce conseil"), Kind.SHARE),
            Column(
                "joindraient_un_de_plus", message("Joindraient avec un agent de plus"), Kind.SHARE
            ),
            Column("appels_par_personne", message("Appels par personne aujourd’hui"), Kind.DECIMAL),
            Column(
                "appels_par_personne_conseil",
                message("Appels par personne avec ce conseil"),
                Kind.DECIMAL,
            ),
        ),
        rows=as_rows(_row(row, words) for row in rows),
    )


def _row(row: Row, words: Words) -> tuple[Value, ...]:
    advice = row.advice
    return (
        *week_row(row.weekday, row.start_min, row.end_min, words),
        advice.persons_per_hour,
        row.agents_today,
        row.lines_today,
        _reached(advice.today),
        advice.advised.agents,
        advice.advised.lines if isfinite(advice.advised.lines) else None,
        _reached(advice.one_less),
        _reached(advice.advised),
        _reached(advice.one_more),
        advice.today.attempts_per_person if advice.today else None,
        advice.advised.attempts_per_person,
    )


def _reached(service: Service | None) -> float | None:
    return None if service is None else service.reached_share


def trials_sheet(facts: Facts) -> Sheet:
    """What changes of the whole week would do, one a row."""
    staffing = facts.staffing
    trials = staffing.trials if staffing else ()
    return Sheet(
        key="et_si",
        title=message("Et si l’on changeait…"),
        note=message(
            "Une semaine ordinaire entière, d’après le modèle du standard\u00a0: une charge que la"
            " moitié des jours dépassent, numéros masqués compris, jours inhabituels exclus. Chaque"
            " changement vaut pour toutes les heures, la première ligne ne change rien. Les appels"
            " déplacés se partagent entre les créneaux conseillés, selon leur durée."
        ),
        columns=(
            Column("agents", message("Agents en plus"), Kind.COUNT),
            Column("lignes", message("Lignes en plus"), Kind.COUNT),
            Column("duree_des_appels", message("Durée, 100 % = aujourd’hui"), Kind.SHARE),
            Column("deplaces", message("Appels déplacés vers les heures conseillées"), Kind.SHARE),
            Column("personnes", message("Personnes par semaine"), Kind.COUNT),
            Column("joignent", message("Joignent un agent"), Kind.COUNT),
            Column("part", message("Part"), Kind.SHARE),
            Column("appels_par_personne", message("Appels par personne"), Kind.DECIMAL),
        ),
        rows=as_rows(_trial(trial) for trial in trials),
    )


def _trial(trial: Trial) -> tuple[Value, ...]:
    change = trial.change
    changed = (change.agents, change.lines, change.handling, change.moved_share)
    if not trial.is_known:
        return (*changed, trial.persons, None, None, None)
    return (
        *changed,
        trial.persons,
        trial.reached,
        share(trial.reached, trial.persons),
        share(trial.attempts, trial.persons),
    )


def trial_with(staffing: Staffing, *, agents: int = 0, lines: int = 0) -> Trial | None:
    """The trial of a change of agents and lines alone; None where it was not made."""
    for trial in staffing.trials:
        change = trial.change
        alone = change.handling == 1 and change.moved_share == 0
        if alone and (change.agents, change.lines) == (agents, lines):
            return trial
    return None


def described(facts: Facts, words: Words) -> list[str]:
    """By which model, and from which measures."""
    say = words.language.say
    if facts.staffing is None:
        return [str(say("Rien ne peut être conseillé\u00a0: {why}", why=say(facts.no_staffing)))]
    said = [say(sentence) for sentence in how_it_is_known(facts.staffing.plan)]
    if not facts.staffing.agents_known:
        said.append(
            say(
                "Les agents ne sont pas connus\u00a0: les changements partent de ceux qui sont"
                " conseillés."
            )
        )
    return [str(each) for each in said]


def target_of(facts: Facts, words: Words) -> str:
    """What the advice is for."""
    if facts.staffing is None:
        return ""
    plan = facts.staffing.plan
    return str(
        words.language.say(
            "Objectif\u00a0: {share} des personnes joignent un agent, même sous une charge que"
            " {days} des jours ordinaires dépassent.",
            share=words.percent_text(plan.target.reached_share),
            days=words.percent_text(round(1 - plan.quantile, 2)),
        )
    )
