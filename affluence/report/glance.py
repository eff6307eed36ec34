"""The first screen: how many reach nobody, when, and what it would take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from affluence.indicators import Indicators
from affluence.publication.wording import Words, message
from affluence.report.facts import Facts
from affluence.report.figures import Known, Sums, figures, lost_share
from affluence.report.hours import Hours
from affluence.report.periods import Period
from affluence.report.sheet import FEW, Kind, Value, persons, share_of_persons, shown
from affluence.report.sheets.weeks import lost_persons
from affluence.report.what_it_takes import what_it_takes

_NAMED = 3  # of the worst hours
_RECENT_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Question:
    """A question of whoever staffs the lines, with its answer in a few sentences."""

    asked: str
    answers: tuple[str, ...]


def questions(facts: Facts, hours: Hours, words: Words) -> tuple[Question, ...]:
    """The three questions, answered from what was measured."""
    say = words.language.say
    return (
        Question(
            str(say("Combien de personnes n’ont joint personne\u00a0?")),
            tuple(map(_capital, _how_many(facts, words))),
        ),
        Question(str(say("À quelles heures\u00a0?")), tuple(map(_capital, _when(hours, words)))),
        Question(
            str(say("Que faudrait-il\u00a0?")), tuple(map(_capital, what_it_takes(facts, words)))
        ),
    )


def _when(hours: Hours, words: Words) -> Iterator[str]:
    say = words.language.say
    if not hours.cells:
        yield str(say("Aucune heure d’ouverture n’a été vue en entier."))
        return
    whole, *parts = hours.cells
    period = next((part for part in parts if part.weeks == _RECENT_WEEKS), whole)
    cells = [cell for cell in hours.cells[period] if cell["open_s"] > 0]
    if hours.known.callers:
        yield from _hours_that_lose(cells, hours.known, period, words)
    elif hours.known.lines:
        yield from _hours_that_are_full(cells, hours.known, period, words)
    else:
        yield str(say("Les enregistrements ne disent ni qui appelle, ni combien il y a de lignes."))


def _hours_that_lose(
    cells: Sequence[Sums], known: Known, period: Period, words: Words
) -> Iterator[str]:
    say = words.language.say
    when = _days(period.first, period.last, words)
    total = sum(cell["gave_up"] for cell in cells)
    if not total:
        yield str(say("Jamais\u00a0: qui a appelé a joint quelqu’un ({when}).", when=when))
        return
    hourly = [(figures(cell, known)["lost"], cell) for cell in cells]
    counted = [(count, cell) for count, cell in hourly if isinstance(count, float) and count > 0]
    if not counted:
        yield str(
            say(
                "Moins de 5\u00a0personnes perdues à chaque heure ({when}).",
                when=when,
            )
        )
        return
    worst = sorted(counted, key=lambda each: -each[0])[:_NAMED]
    for count, cell in worst:
        yield str(
            say(
                "{hour}\u00a0: {count} personnes par heure ne joignent personne, {share} de celles"
                " qui appellent alors.",
                hour=_hour(cell, words),
                count=shown(count, Kind.COUNT, words),
                share=_rounded(lost_share(cell), words),
            )
        )
    part = sum(cell["gave_up"] for _, cell in worst) / total
    if len(worst) == _NAMED and all(count is not FEW for count, _ in hourly):
        yield str(
            say(
                "Ces {number} créneaux font {part} des personnes perdues de la semaine ({when}).",
                number=_NAMED,
                part=words.percent_text(round(part, 2)),
                when=when,
            )
        )
    else:
        yield str(say("Mesuré {when}.", when=when))


def _hours_that_are_full(
    cells: Sequence[Sums], known: Known, period: Period, words: Words
) -> Iterator[str]:
    say = words.language.say
    when = _days(period.first, period.last, words)
    rates = [(figures(cell, known)["full"], cell) for cell in cells]
    taken = [(rate, cell) for rate, cell in rates if isinstance(rate, float) and rate > 0]
    if not taken:
        yield str(say("Les lignes n’ont jamais été toutes prises ({when}).", when=when))
        return
    for rate, cell in sorted(taken, key=lambda each: -each[0])[:_NAMED]:
        yield str(
            say(
                "{hour}\u00a0: toutes les lignes sont prises {share} du temps.",
                hour=_hour(cell, words),
                share=_rounded(rate, words),
            )
        )
    yield str(say("Mesuré {when}.", when=when))


def _hour(cell: Sums, words: Words) -> str:
    span = (int(cell["start_min"]), int(cell["end_min"]))
    return str(words.day_hours(int(cell["weekday"]), [span]))


def _days(first: date, last: date, words: Words) -> str:
    return str(
        words.language.say(
            "du {first} au {last}", first=words.short_date(first), last=words.short_date(last)
        )
    )


def _how_many(facts: Facts, words: Words) -> Iterator[str]:
    say = words.language.say
    for of_days, name in (
        (facts.weeks[-1], message("La dernière semaine ({period})")),
        (facts.indicators, message("Sur toute la période ({period})")),
    ):
        when = say(name, period=_days(of_days.first, of_days.last, words))
        yield str(say("{when}\u00a0: {what}", when=when, what=_lost_of(of_days, words)))
    official = next(r for r in facts.indicators.official if r.key == "lost_calls")
    refused = facts.indicators.outcomes["busy"]
    if official.value is not None and refused:
        yield str(
            say(
                "L’indicateur officiel des appels perdus dit {share}\u00a0: il ne compte pas"
                " {refused} appels refusés.",
                share=words.percent_text(round(official.value, 3)),
                refused=shown(refused, Kind.COUNT, words),
            )
        )


def _lost_of(indicators: Indicators, words: Words) -> str:
    say = words.language.say
    reached = next(r for r in indicators.lived if r.key == "persons_reached")
    lost = lost_persons(reached)
    if lost is None:
        return str(say("non mesuré. {why}", why=say(reached.note)) if reached.note else "–")
    share = share_of_persons(lost, reached.denominator)
    if share is FEW:
        return str(say("trop peu de personnes pour le dire."))
    return str(
        say(
            "{lost} personnes sur {persons} n’ont joint personne ({share}).",
            lost=shown(persons(lost), Kind.COUNT, words),
            persons=shown(persons(reached.denominator), Kind.COUNT, words),
            share=_rounded(share, words),
        )
    )


def _rounded(value: Value, words: Words) -> str:
    return shown(round(value, 2) if isinstance(value, float) else value, Kind.SHARE, words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
