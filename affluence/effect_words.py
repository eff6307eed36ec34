"""The effect of a table, for the manager in a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from affluence.phrases import Share as Percentage
from affluence.phrases import in_french
from affluence.typical_week.effect import (
    FEWEST_DAYS,
    LONG_AGO,
    Comparison,
    Days,
    Effect,
    Estimate,
    Share,
)

_COUNTED = {
    "first_attempts": "Sont comptés les premiers appels de chaque personne.",
    "attempts": "Sont comptés tous les appels\u00a0: qui appelle n’est pas enregistré.",
}


def effect_as_text(service: str, effect: Effect) -> str:
    """What was compared, both shares, the difference and how sure it is, alarm or not."""
    title = f"{service}\u00a0: le tableau publié a-t-il aidé\u00a0?"
    return "\n".join((title, "", *_lines(effect)))


def effect_as_document(service: str, effect: Effect) -> str:
    """The same as JSON; ``comparison`` is null where nothing can be said yet, and why it is."""
    document = {"service": service, **asdict(effect), "alarm": effect.alarm}
    document["nothing_said_because"] = nothing_said_because(effect)
    if effect.comparison is not None:
        for side in ("before", "after"):
            document["comparison"][side]["value"] = getattr(effect.comparison, side).value
    return json.dumps(document, ensure_ascii=False, indent=2, default=date.isoformat)


def nothing_said_because(effect: Effect) -> str | None:
    """Why nothing can be said yet, in one sentence; None where something is said."""
    if effect.comparison is not None:
        return None
    if effect.first_published is None:
        return "Aucun tableau n’a encore été publié."
    if effect.first_published == LONG_AGO:
        return (
            "Pas assez de données\u00a0: un tableau était en ligne avant que ce programme ne note"
            " les jours de publication\u00a0; aucune période sans tableau n’est connue."
        )
    for side, when in ((effect.before, "avant"), (effect.after, "depuis")):
        if side.count < FEWEST_DAYS:
            return (
                "Pas encore assez de données\u00a0: le premier tableau a été publié le"
                f" {in_french(effect.first_published)}\u00a0; {side.count} jours ordinaires sont"
                f" enregistrés {when}, il en faut {FEWEST_DAYS}."
            )
    return (
        "Pas assez de données\u00a0: trop peu d’appels, ou plus aucune des heures conseillées n’est"
        " ouverte."
    )


def _lines(effect: Effect) -> Iterator[str]:
    found = effect.comparison
    if found is None or effect.first_published is None:
        yield str(nothing_said_because(effect))
        return
    yield f"Le premier tableau a été publié le {in_french(effect.first_published)}. Chaque jour"
    yield "ordinaire depuis est comparé à ce que les jours d’avant auraient donné dans les heures"
    yield f"qui étaient alors conseillées. {_COUNTED[found.counted]}"
    yield ""
    yield f"avant         {_share(found.before)} dans ces heures, {_days(effect.before)}"
    yield f"depuis        {_share(found.after)} dans ces heures, {_days(effect.after)}"
    yield f"changement    {_points(found.shift)}"
    yield f"par semaine   {_calls(found.shifted_a_week)}"
    yield f"joindre       {_reach(found)}"
    yield ""
    yield _verdict(found.shift)
    yield _alarm(found)
    yield "Le tableau ne peut être distingué de tout ce qui a changé d’autre depuis."


def _share(share: Share) -> str:
    of_how_many = f"{in_french(round(share.numerator))} sur {in_french(round(share.denominator))}"
    return f"{in_french(Percentage(share.value)):>7} = {of_how_many}"


def _days(days: Days) -> str:
    if days.first is None or days.last is None:
        return "aucun jour"
    return f"{days.count} jours du {in_french(days.first)} au {in_french(days.last)}"


def _signed(number: float, decimals: int = 0) -> str:
    return f"{number:+.{decimals}f}".replace(".", ",")


def _points(change: Estimate) -> str:
    inner, outer = (
        f"de {_signed(100 * low, 1)} à {_signed(100 * high, 1)}"
        for low, high in (change.interval_80, change.interval_95)
    )
    return f"{_signed(100 * change.value, 1)} points (à 80\u00a0% {inner}, à 95\u00a0% {outer})"


def _calls(calls: Estimate) -> str:
    low, high = calls.interval_80
    return (
        f"{_signed(calls.value)} appels passés dans les heures conseillées (à 80\u00a0%"
        f" de {_signed(low)} à {_signed(high)})"
    )


def _reach(found: Comparison) -> str:
    if found.reach_change is None or found.reach_before is None or found.reach_after is None:
        return "inconnu\u00a0: les relevés ne disent pas si un agent a répondu"
    before, after = (in_french(Percentage(x)) for x in (found.reach_before, found.reach_after))
    return (
        f"un agent répond à {before} avant, à {after} depuis aux mêmes heures\u00a0:"
        f" {_points(found.reach_change)}"
    )


def _verdict(shift: Estimate) -> str:
    if shift.interval_95[0] > 0:
        return "La part des appels dans les heures conseillées a augmenté."
    if shift.interval_95[1] < 0:
        return "La part des appels dans les heures conseillées a diminué."
    return "Aucun déplacement ne se distingue du hasard."


def _alarm(found: Comparison) -> str:
    if found.alarm:
        return (
            "ALERTE\u00a0: les heures conseillées se remplissent, plus de personnes y appellent et"
            " moins y joignent un agent. Deux fois plus d’heures seront conseillées dès le prochain"
            " tableau."
        )
    return "Pas d’alerte\u00a0: les heures conseillées ne se remplissent pas d’être conseillées."
