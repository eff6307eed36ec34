"""What is advised for the hours of an ordinary week, for the manager in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from math import inf

from affluence.indicators.plain_words import percent_of, tidy
from affluence.phrases import duration, hour_of_day, whole_percent
from affluence.publication.wording import DAYS
from affluence.staffing import Plan, Row, Service, Target, TriedHours
from affluence.staffing.plain_words import how_it_is_known
from affluence.steps.rehearsal import Obtained, Rehearsal

_VERDICTS = {"held": "tenu", "indistinct": "indistinct", "missed": "non tenu"}
REHEARSED = (
    "\nEssai sur des appelants simulés, à la charge prévue : personnes qui joignent un agent,"
    " part promise → part obtenue (intervalle à 95 %)"
)
_HEADER = (
    (
        "                  personnes |      aujourd’hui       |   conseillé   |"
        "   joignent un agent avec    | appels par"
    ),
    (
        "                  par heure | agents lignes joignent | agents lignes |"
        " un de moins ceci un de plus | personne"
    ),
)
_INDISTINCT = 0.005  # of the persons: a difference that nobody would notice


def staffing_as_text(service: str, plan: Plan) -> str:
    """One screen: the measures, then a line for every row of the opening hours."""
    return "\n".join(map(tidy, _lines(service, plan)))


def rehearsal_as_text(row: Row, rehearsal: Rehearsal, target: Target) -> str:
    """What was promised and what simulated callers obtained, for a row, in a line."""
    advice = row.advice
    less = "–"
    if rehearsal.one_less is not None and advice.one_less is not None:
        less = f"{percent_of(advice.one_less.reached_share, 1)} → {_obtained(rehearsal.one_less)}"
    advised = f"{percent_of(advice.advised.reached_share, 1)} → {_obtained(rehearsal.advised)}"
    return (
        f"{DAYS[row.weekday]:<9}{_hours(row):<15} | {advice.advised.agents:>3} agents :"
        f" {advised:<24} | un de moins : {less:<24} | {_VERDICTS[rehearsal.verdict(target)]}"
    )


def staffing_as_document(service: str, plan: Plan) -> str:
    """The same as JSON; what has no bound or is not known is null."""
    document = {"service": service, **asdict(plan)}
    return json.dumps(_plain(document), ensure_ascii=False, indent=2)


def _lines(service: str, plan: Plan) -> Iterator[str]:
    yield f"{service} : agents et lignes d’une semaine ordinaire"
    yield f"  Objectif : {', '.join(_target(plan.target))}."
    yield from (f"  {sentence}" for sentence in how_it_is_known(plan))
    if plan.tried_hours is not None:
        yield from _tried(
            plan.tried_hours, "--lines" if plan.desk.kind == "no_queue" else "--agents"
        )
    yield ""
    yield from _HEADER
    day = 0
    for row in plan.rows:
        if row.weekday != day:
            day = row.weekday
            yield DAYS[day]
        yield _row(row)
    yield ""
    yield (
        "Ceux qui joignent un agent sont calculés par le modèle, aujourd’hui comme avec ce qui est"
        " conseillé ; `affluence report` dit, heure par heure, combien en ont joint un."
    )
    yield (
        "Qui n’essaie plus n’est dans aucun enregistrement : si l’on répond mieux, d’autres"
        " appelleront. Mesurez de nouveau après quelques semaines."
    )


def _tried(hours: TriedHours, option: str) -> Iterator[str]:
    changed = (f"{DAYS[day]} {_spans(hours.weekly[day - 1])}" for day in hours.changed)
    yield f"  et si… le bureau ouvrait : {' ; '.join(changed) or 'comme aujourd’hui'}"
    yield "  ce que feraient les appelants n’est pas mesuré, on SUPPOSE que :"
    yield "    - qui appelle à une heure qui reste ouverte continue d’appeler à cette heure ;"
    if hours.moved:
        yield (
            f"    - les {hours.moved:.0f} personnes par semaine qui appellent aux heures supprimées"
            " appellent aux autres, en proportion : personne ne renonce ;"
        )
    if hours.turned_away:
        yield (
            f"    - les {hours.turned_away:.0f} appels par semaine reçus aujourd’hui bureau fermé,"
            " aux heures ajoutées, sont autant de personnes de plus,"
        )
        yield "      même si certaines rappellent déjà plus tard : c’est un maximum ;"
    yield "    - les agents et les lignes d’aujourd’hui restent à leurs heures."
    if hours.reached_share is not None and hours.reached_before_share is not None:
        yield (
            f"  ainsi {whole_percent(hours.reached_share)} des personnes de la semaine joignent un"
            f" agent, contre {whole_percent(hours.reached_before_share)} aux heures d’aujourd’hui"
        )
    else:
        yield f"  pour comparer avec les heures d’aujourd’hui, donnez aussi {option}"


def _target(target: Target) -> Iterator[str]:
    yield f"{whole_percent(target.reached_share)} des personnes joignent un agent"
    if target.within_share is not None:
        share = whole_percent(target.within_share)
        yield f"{share} des appels obtiennent un agent en moins de {duration(target.within_s)}"
    if target.full_share is not None:
        share = whole_percent(target.full_share)
        yield f"toutes les lignes sont prises {share} du temps au plus"


def _row(row: Row) -> str:
    advice = row.advice
    same = advice.one_less is not None and (
        advice.advised.reached_share - advice.one_less.reached_share < _INDISTINCT
    )
    today, advised = advice.today, advice.advised
    nobody_yet = row.agents_today is None and _is_closed_today(row)
    agents_today = "–" if nobody_yet else _number(row.agents_today)
    return (
        f"  {_hours(row):<15} {advice.persons_per_hour:>9.1f} |".replace(".", ",")
        + f" {agents_today:>6} {_number(row.lines_today):>6} {_share(today):>8} |"
        f" {advised.agents:>6} {_number(advised.lines):>6} |"
        f" {_share(advice.one_less):>11} {_share(advised):>4} {_share(advice.one_more):>10} |"
        f" {_attempts(today)} → {_attempts(advised)}"
        + ("  (indistinct)" if same else "")
        + _closed_today(row)
    )


def _closed_today(row: Row) -> str:
    if not row.closed_min:
        return ""
    if _is_closed_today(row):
        return "  (fermé aujourd’hui)"
    return f"  (dont {row.closed_min} min fermées aujourd’hui)"


def _is_closed_today(row: Row) -> bool:
    return row.closed_min == row.end_min - row.start_min


def _hours(row: Row) -> str:
    return _span(row.start_min, row.end_min)


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    return " et ".join(_span(*span) for span in sorted(spans)) or "fermé"


def _span(start_min: int, end_min: int) -> str:
    return f"{hour_of_day(start_min)} - {hour_of_day(end_min)}"


def _number(number: float | None) -> str:
    if number is None:
        return "?"
    return "∞" if number == inf else f"{number:.0f}"


def _share(service: Service | None) -> str:
    return "–" if service is None else whole_percent(service.reached_share)


def _obtained(found: Obtained) -> str:
    half_width = f"{100 * found.half_width:.1f}".replace(".", ",")
    return f"{percent_of(found.reached_share, 1)} ± {half_width}"


def _attempts(service: Service | None) -> str:
    return "–" if service is None else f"{service.attempts_per_person:.1f}".replace(".", ",")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if abs(value) < inf else None
    return value if isinstance(value, (int, str, type(None))) else str(value)
