"""The first screen: when people are lost, how many, what one agent or one line more would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from affluence.indicators import Indicators
from affluence.publication.wording import Words, message
from affluence.report.cells import Known, Period, figures, lost_share
from affluence.report.facts import Facts
from affluence.report.sheet import Kind, Value, persons, share_of_persons, shown
from affluence.report.sheets.staffing import trial_with
from affluence.report.sheets.weeks import lost_persons

_NAMED = 3  # of the worst hours


@dataclass(frozen=True, slots=True)
class Question:
    """A question of whoever staffs the lines, with its answer in a few sentences."""

    asked: str
    answers: tuple[str, ...]


def questions(
    facts: Facts,
    periods: Sequence[Period],
    sums: Sequence[pl.DataFrame],
    known: Known,
    words: Words,
) -> tuple[Question, ...]:
    """The three questions, answered from what was measured."""
    say = words.language.say
    return (
        Question(
            str(say("Quand perdons-nous des appelants\u00a0?")),
            tuple(_when(periods, sums, known, words)),
        ),
        Question(str(say("Combien\u00a0?")), tuple(_how_many(facts, words))),
        Question(
            str(say("Qu’apporterait un agent ou une ligne de plus\u00a0?")),
            tuple(_one_more(facts, words)),
        ),
    )


def _when(
    periods: Sequence[Period], sums: Sequence[pl.DataFrame], known: Known, words: Words
) -> list[str]:
    say = words.language.say
    recent = {period.weeks: frame for period, frame in zip(periods, sums, strict=True)}
    frame = recent.get(4, sums[0] if sums else None)
    if frame is None:
        return [str(say("Aucune heure d’ouverture n’a été vue en entier."))]
    cells = list(frame.filter(pl.col("days") > 0).iter_rows(named=True))
    if known.callers:
        return _hours_that_lose(cells, known, words)
    if known.lines:
        full = [(figures(cell, known)["full"], cell) for cell in cells]
        return _hours_that_are_full([(rate, cell) for rate, cell in full if rate], words)
    return [str(say("Les enregistrements ne disent ni qui appelle, ni combien il y a de lignes."))]


def _hours_that_lose(cells: list[dict[str, float | None]], known: Known, words: Words) -> list[str]:
    say = words.language.say
    lost = [(figures(cell, known)["lost"], cell) for cell in cells]
    counted = [(count, cell) for count, cell in lost if isinstance(count, float) and count > 0]
    if not counted:
        return [str(say("Jamais\u00a0: depuis quatre semaines, qui appelle joint quelqu’un."))]
    counted.sort(key=lambda each: -each[0])
    total = sum(count for count, _ in counted)
    worst = counted[:_NAMED]
    said = [
        say(
            "{hour}\u00a0: {count} personnes par jour ne joignent personne, soit {share} de celles"
            " qui appellent alors.",
            hour=_hour(cell, words),
            count=shown(count, Kind.COUNT, words),
            share=_rounded(lost_share(cell), words),
        )
        for count, cell in worst
    ]
    part = words.percent_text(round(sum(count for count, _ in worst) / total, 2))
    said.append(
        say(
            "Ces {number} heures font {part} des personnes perdues de la semaine.",
            number=len(worst),
            part=part,
        )
    )
    return [_capital(str(each)) for each in said]


def _hours_that_are_full(
    cells: list[tuple[Value, dict[str, float | None]]], words: Words
) -> list[str]:
    say = words.language.say
    if not cells:
        return [str(say("Les lignes n’ont jamais été toutes prises depuis quatre semaines."))]
    worst = sorted(cells, key=lambda each: -float(str(each[0])))[:_NAMED]
    return [
        _capital(
            str(
                say(
                    "{hour}\u00a0: toutes les lignes sont prises {share} du temps",
                    hour=_hour(cell, words),
                    share=_rounded(rate, words),
                )
            )
        )
        for rate, cell in worst
    ]


def _hour(cell: dict[str, float | None], words: Words) -> str:
    span = (int(cell["start_min"] or 0), int(cell["end_min"] or 0))
    return str(words.day_hours(int(cell["weekday"] or 1), [span]))


def _how_many(facts: Facts, words: Words) -> list[str]:
    say = words.language.say
    said = []
    for week, name in (
        (facts.weeks[-1], message("La dernière semaine ({period})")),
        (facts.indicators, message("Sur toute la période ({period})")),
    ):
        period = f"{words.short_date(week.first)} – {words.short_date(week.last)}"
        told = _lost_of(week, words)
        said.append(str(say("{when}\u00a0: {what}", when=say(name, period=period), what=told)))
    official = next(r for r in facts.indicators.official if r.key == "lost_calls")
    refused = facts.indicators.outcomes["busy"]
    if official.value is not None and refused:
        said.append(
            str(
                say(
                    "L’indicateur officiel des appels perdus dit {share}\u00a0: il ne compte pas"
                    " {refused} appels refusés.",
                    share=words.percent_text(round(official.value, 3)),
                    refused=shown(refused, Kind.COUNT, words),
                )
            )
        )
    return said


def _lost_of(indicators: Indicators, words: Words) -> str:
    say = words.language.say
    reached = next(r for r in indicators.lived if r.key == "persons_reached")
    lost = lost_persons(reached)
    if lost is None:
        return str(say("non mesuré (les enregistrements ne le disent pas)"))
    return str(
        say(
            "{lost} personnes sur {persons} n’ont joint personne de la journée ({share}).",
            lost=shown(persons(lost), Kind.COUNT, words),
            persons=shown(persons(reached.denominator), Kind.COUNT, words),
            share=_rounded(share_of_persons(lost, reached.denominator), words),
        )
    )


def _one_more(facts: Facts, words: Words) -> list[str]:
    say = words.language.say
    staffing = facts.staffing
    if staffing is None:
        return [str(say("Rien ne peut être conseillé\u00a0: {why}", why=say(facts.no_staffing)))]
    today = staffing.trials[0]
    said = []
    for agents, lines, name in (
        (1, 0, message("Un agent de plus à toute heure")),
        (0, 1, message("Une ligne de plus à toute heure")),
        (1, 1, message("Un agent et une ligne de plus")),
    ):
        trial = trial_with(staffing, agents=agents, lines=lines)
        if trial is None or not trial.persons or not today.persons:
            continue
        more = round(trial.reached) - round(today.reached)
        text = (
            message(
                "{what}\u00a0: {count} personnes de plus par semaine joindraient un agent"
                " ({share})."
            )
            if more > 0
            else message(
                "{what}\u00a0: rien n’y gagnerait (part qui joint un agent\u00a0: {share})."
            )
        )
        said.append(
            str(
                say(
                    text,
                    what=say(name),
                    count=shown(more, Kind.COUNT, words),
                    share=words.percent_text(round(trial.reached / trial.persons, 2)),
                )
            )
        )
    if not said:
        return [str(say("Ni les agents ni les lignes ne sont connus\u00a0: rien à comparer."))]
    said.append(
        str(
            say(
                "Aujourd’hui, d’après le modèle\u00a0: {share} des personnes joignent un agent.",
                share=words.percent_text(round(today.reached / today.persons, 2)),
            )
        )
    )
    return said


def _rounded(value: Value, words: Words) -> str:
    return shown(round(value, 2) if isinstance(value, float) else value, Kind.SHARE, words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
