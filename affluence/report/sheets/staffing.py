"""Agents and lines: what is advised, and what a change would do."""

from __future__ import annotations

from math import isfinite

from affluence.indicators.plain_words import duration
from affluence.publication.wording import Words, message
from affluence.report.facts import Facts, Staffing
from affluence.report.sheet import Column, Kind, Sheet, Value, as_rows, share
from affluence.report.sheets.week_row import WEEK_ROW, week_row
from affluence.staffing import Row, Service, Trial


def staffing_sheet(facts: Facts, words: Words) -> Sheet:
    """Every row of the week: today, advised, one fewer and one more."""
    rows = facts.staffing.plan.rows if facts.staffing else ()
    return Sheet(
        key="effectifs",
        title=message("Combien d’agents et de lignes, heure par heure"),
        note=message(
            "Pour la charge prévue, le plus petit nombre d’agents qui atteint l’objectif, puis le"
            " plus petit nombre de lignes, à côté de ce qu’il y a aujourd’hui. Qui n’essaie plus"
            " d’appeler n’est dans aucun enregistrement\u00a0: si l’on répond mieux, d’autres"
            " appelleront."
        ),
        columns=(
            *WEEK_ROW,
            Column("personnes_par_heure", message("Personnes par heure"), Kind.DECIMAL),
            Column("agents", message("Agents aujourd’hui"), Kind.COUNT),
            Column("lignes", message("Lignes aujourd’hui"), Kind.COUNT),
            Column("joignent", message("Joignent un agent aujourd’hui"), Kind.SHARE),
            Column("agents_conseilles", message("Agents conseillés"), Kind.COUNT),
            Column("lignes_conseillees", message("Lignes conseillées"), Kind.COUNT),
            Column("joindraient_un_de_moins", message("avec un agent de moins"), Kind.SHARE),
            Column("joindraient", message("Joindraient un agent"), Kind.SHARE),
            Column("joindraient_un_de_plus", message("avec un agent de plus"), Kind.SHARE),
            Column("appels_par_personne", message("Appels par personne"), Kind.DECIMAL),
            Column("appels_par_personne_conseil", message("avec ce conseil"), Kind.DECIMAL),
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


_MODELS = {
    "no_queue": message(
        "Modèle\u00a0: pas de file d’attente, un appel qui ne trouve pas de ligne est refusé"
        " (Erlang B, avec rappels)."
    ),
    "queue": message(
        "Modèle\u00a0: file d’attente sur un nombre de lignes limité (M/M/s/K+M, avec rappels)."
    ),
    "unlimited": message(
        "Modèle\u00a0: file d’attente sans limite connue (Erlang A, avec rappels)."
    ),
}
_MISSING = {
    "patience_s": message(
        "La patience n’est pas mesurée\u00a0: on suppose que personne ne raccroche."
    ),
    "redial_after_busy": message(
        "Les rappels après un refus ne sont pas mesurés\u00a0: on suppose qu’il n’y en a pas."
    ),
    "redial_after_giving_up": message(
        "Les rappels après un abandon ne sont pas mesurés\u00a0: on suppose qu’il n’y en a pas."
    ),
}


def described(facts: Facts, words: Words) -> list[str]:
    """By which model, and from which measures."""
    say = words.language.say
    if facts.staffing is None:
        return [str(say("Rien ne peut être conseillé\u00a0: {why}", why=say(facts.no_staffing)))]
    plan = facts.staffing.plan
    desk = plan.desk
    said = [say(_MODELS[desk.kind])]
    handling = duration(desk.handling_s)
    if desk.kind == "no_queue":
        said.append(say("Un appel occupe une ligne {time}.", time=handling))
    else:
        said.append(
            say("Un appel prend {time} à un agent, travail après l’appel compris.", time=handling)
        )
    if desk.patience_s is not None:
        said.append(say("Patience moyenne\u00a0: {time}.", time=duration(desk.patience_s)))
    if "redial_after_busy" not in plan.unknown and desk.redial_after_busy:
        said.append(
            say(
                "Après un refus, {share} rappellent.",
                share=words.percent_text(round(desk.redial_after_busy, 2)),
            )
        )
    said += [say(_MISSING[name]) for name in plan.unknown]
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
