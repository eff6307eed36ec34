"""How the advice of a plan is known, in sentences: the path from the records to its figures."""

from __future__ import annotations

from collections.abc import Iterator

from affluence.phrases import Phrase, Seconds, Share
from affluence.staffing.plan import Plan

_MODELS = {
    "no_queue": Phrase(
        "Modèle\u00a0: pas de file d’attente, un appel qui ne trouve pas de ligne est refusé"
        " (Erlang B, avec rappels)."
    ),
    "queue": Phrase(
        "Modèle\u00a0: file d’attente sur un nombre de lignes limité (M/M/s/K+M, avec rappels)."
    ),
    "unlimited": Phrase(
        "Modèle\u00a0: file d’attente sans limite connue (Erlang A, avec rappels)."
    ),
}
_ASSUMED = {
    "patience_s": Phrase(
        "La patience n’est pas mesurée\u00a0: on suppose que personne ne raccroche."
    ),
    "redial_after_busy": Phrase(
        "Les rappels après un refus ne sont pas mesurés\u00a0: on suppose qu’il n’y en a pas."
    ),
    "redial_after_giving_up": Phrase(
        "Les rappels après un abandon ne sont pas mesurés\u00a0: on suppose qu’il n’y en a pas."
    ),
}


def how_it_is_known(plan: Plan) -> Iterator[Phrase]:
    """By which model, from whom and from which measures; then what is not measured but assumed."""
    desk = plan.desk
    yield _MODELS[desk.kind]
    yield from _persons(plan)
    yield Phrase(
        "Durée des appels, patience et rappels\u00a0: mesurés du {first} au {last}.",
        first=plan.first,
        last=plan.last,
    )
    yield _handling(plan)
    if desk.patience_s is not None:
        yield Phrase("Patience moyenne\u00a0: {time}.", time=Seconds(desk.patience_s))
    if "redial_after_busy" not in plan.unknown:
        yield Phrase(
            "Après un refus, {share} rappellent.", share=Share(round(desk.redial_after_busy, 3))
        )
    if desk.kind != "no_queue" and "redial_after_giving_up" not in plan.unknown:
        yield Phrase(
            "Après un abandon, {share} rappellent.",
            share=Share(round(desk.redial_after_giving_up, 3)),
        )
    if desk.redial_delay_s is not None:
        yield Phrase(
            "Qui rappelle le fait au bout de {time} en moyenne.", time=Seconds(desk.redial_delay_s)
        )
    for name in plan.unknown:
        yield _ASSUMED[name]


def _persons(plan: Plan) -> Iterator[Phrase]:
    yield Phrase(
        "Charge prévue\u00a0: les personnes qui appellent dans une semaine ordinaire\u00a0; un jour"
        " sur {days} en a davantage.",
        days=round(1 / (1 - plan.quantile)),
    )
    if plan.persons_per_known != 1:
        yield Phrase(
            "Celles dont le numéro est connu, multipliées par {factor} pour les autres.",
            factor=round(plan.persons_per_known, 3),
        )


def _handling(plan: Plan) -> Phrase:
    handling = Seconds(plan.desk.handling_s)
    if plan.desk.kind == "no_queue":
        return Phrase("Un appel occupe une ligne {time}.", time=handling)
    if not plan.wrap_up_s:
        return Phrase(
            "Un appel prend {time} à un agent\u00a0: aucun travail après l’appel n’est configuré.",
            time=handling,
        )
    return Phrase(
        "Un appel prend {time} à un agent, dont {after} de travail après l’appel.",
        time=handling,
        after=Seconds(plan.wrap_up_s),
    )
