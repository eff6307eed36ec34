"""How advice is known, in words: every measure that a model takes, or that it is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from affluence.staffing import Desk, Plan, Target
from affluence.staffing.plain_words import how_it_is_known

QUEUE = Plan(
    desk=Desk(
        kind="queue",
        handling_s=314.0,
        patience_s=309.0,
        redial_after_busy=0.7454,
        redial_after_giving_up=0.3586,
        redial_delay_s=347.0,
    ),
    wrap_up_s=45.0,
    target=Target(),
    quantile=0.75,
    persons_per_known=1.0529,
    first=date(2026, 8, 24),
    last=date(2026, 11, 22),
    rows=(),
    unknown=(),
)
LOAD = (
    "Charge prévue : les personnes qui appellent dans une semaine ordinaire ; un jour sur 4 en a"
    " davantage."
)


def said(plan: Plan) -> list[str]:
    return [sentence.replace("\u00a0", " ") for sentence in how_it_is_known(plan)]


def test_all_that_the_model_of_a_queue_takes_is_said() -> None:
    assert said(QUEUE) == [
        "Modèle : file d’attente sur un nombre de lignes limité (M/M/s/K+M, avec rappels).",
        LOAD,
        "Celles dont le numéro est connu, multipliées par 1,053 pour les autres.",
        "Durée des appels, patience et rappels : mesurés du 24/08/2026 au 22/11/2026.",
        "Un appel prend 5 min 14 s à un agent, dont 45 s de travail après l’appel.",
        "Patience moyenne : 5 min 09 s.",
        "Après un refus, 74,5 % rappellent.",
        "Après un abandon, 35,9 % rappellent.",
        "Qui rappelle le fait au bout de 5 min 47 s en moyenne.",
    ]


def test_without_a_queue_nobody_gives_up_and_a_line_is_what_is_taken() -> None:
    desk = replace(QUEUE.desk, kind="no_queue", handling_s=248.0, patience_s=None)
    words = said(replace(QUEUE, desk=desk))
    assert "Un appel occupe une ligne 4 min 08 s." in words
    assert not any("Patience" in sentence or "abandon" in sentence for sentence in words)


def test_work_after_a_call_that_nobody_configured_is_missed() -> None:
    assert (
        "Un appel prend 5 min 14 s à un agent : aucun travail après l’appel n’est configuré."
        in said(replace(QUEUE, wrap_up_s=0.0))
    )


def test_where_every_number_is_known_persons_are_not_multiplied() -> None:
    assert len(said(replace(QUEUE, persons_per_known=1.0))) == len(said(QUEUE)) - 1


def test_what_is_not_measured_is_said_to_be_assumed_and_has_no_figure() -> None:
    unknown = ("patience_s", "redial_after_busy", "redial_after_giving_up")
    desk = replace(
        QUEUE.desk,
        patience_s=None,
        redial_after_busy=0.0,
        redial_after_giving_up=0.0,
        redial_delay_s=None,
    )
    words = said(replace(QUEUE, desk=desk, unknown=unknown))
    assert [sentence.split(" : ")[1] for sentence in words[-3:]] == [
        "on suppose que personne ne raccroche.",
        "on suppose qu’il n’y en a pas.",
        "on suppose qu’il n’y en a pas.",
    ]
    assert not any("%" in sentence for sentence in words)
