"""What it would take for more callers to reach an agent, in the sentences of the first screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from affluence.publication.wording import Words, message
from affluence.report.facts import Facts, Staffing
from affluence.report.sheet import Kind, shown
from affluence.report.sheets.staffing import trial_with
from affluence.staffing import Plan


def what_it_takes(facts: Facts, words: Words) -> Iterator[str]:
    """For the target, and what one agent or one line more would give."""
    say = words.language.say
    staffing = facts.staffing
    if staffing is None:
        yield str(say("Rien ne peut être conseillé\u00a0: {why}", why=say(facts.no_staffing)))
        return
    if staffing.plan.rows:
        yield str(_advised(staffing.plan, words))
    gains = list(_gains(staffing, words))
    if not gains:
        yield str(say("Ni les agents ni les lignes ne sont connus\u00a0: rien à comparer."))
        return
    yield from gains
    today = staffing.trials[0]
    yield str(
        say(
            message(
                "Aujourd’hui, d’après le modèle d’une semaine ordinaire\u00a0: {reached} personnes"
                " sur {persons} joignent un agent ({share})."
            )
            if staffing.agents_known
            else message(
                "Les agents ne sont pas connus\u00a0: le modèle part de ceux qui sont conseillés,"
                " avec lesquels {reached} personnes sur {persons} joindraient un agent ({share})."
            ),
            reached=shown(today.reached, Kind.COUNT, words),
            persons=shown(today.persons, Kind.COUNT, words),
            share=words.percent_text(round(today.reached / today.persons, 2)),
        )
    )


def _advised(plan: Plan, words: Words) -> Markup:
    """What the target takes in a week, and at its busiest hour."""
    say = words.language.say
    busiest = max(plan.rows, key=lambda row: row.advice.advised.agents)
    said = {
        "share": words.percent_text(plan.target.reached_share),
        "agents": busiest.advice.advised.agents,
        "hour": words.day_hours(busiest.weekday, [(busiest.start_min, busiest.end_min)]),
        "needed": _agent_hours([row.advice.advised.agents for row in plan.rows], plan, words),
    }
    if plan.desk.kind == "no_queue":
        return say(
            "Pour que {share} des personnes joignent un agent à toute heure, sous la charge"
            " prévue\u00a0: au plus {agents} lignes, chacune avec son agent ({hour}).",
            **said,
        )
    today = [row.agents_today for row in plan.rows if row.agents_today is not None]
    if len(today) < len(plan.rows):
        return say(
            "Pour que {share} des personnes joignent un agent à toute heure, sous la charge"
            " prévue\u00a0: {needed} heures d’agent par semaine, au plus {agents} agents à la fois"
            " ({hour}).",
            **said,
        )
    return say(
        "Pour que {share} des personnes joignent un agent à toute heure, sous la charge"
        " prévue\u00a0: {needed} heures d’agent par semaine au lieu de {today}, au plus {agents}"
        " agents à la fois ({hour}).",
        today=_agent_hours(today, plan, words),
        **said,
    )


def _agent_hours(agents: Sequence[int], plan: Plan, words: Words) -> str:
    """Agents of each row over the whole of it, added up."""
    minutes = sum(
        count * (row.end_min - row.start_min) for count, row in zip(agents, plan.rows, strict=True)
    )
    return shown(minutes / 60, Kind.COUNT, words)


def _gains(staffing: Staffing, words: Words) -> Iterator[str]:
    say = words.language.say
    today = staffing.trials[0]
    for agents, lines, name in (
        (1, 0, message("Un agent de plus à toute heure")),
        (0, 1, message("Une ligne de plus à toute heure")),
        (1, 1, message("Un agent et une ligne de plus")),
    ):
        trial = trial_with(staffing, agents=agents, lines=lines)
        if trial is None or not trial.is_known or not today.is_known or not today.persons:
            continue
        more = round(trial.reached) - round(today.reached)
        share = words.percent_text(round(trial.reached / trial.persons, 2))
        if more > 0:
            yield str(
                words.language.count(
                    more,
                    "{what}\u00a0: {number}\u00a0personne de plus par semaine joindrait un agent"
                    " ({share}).",
                    "{what}\u00a0: {number}\u00a0personnes de plus par semaine joindraient un agent"
                    " ({share}).",
                    what=say(name),
                    share=share,
                )
            )
        else:
            yield str(
                say(
                    "{what}\u00a0: personne n’y gagnerait ({share} joignent un agent).",
                    what=say(name),
                    share=share,
                )
            )
