"""How long callers wait, how long they are ready to, and how they call again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from affluence.indicators.durations import durations_of
from affluence.indicators.histogram import survival
from affluence.indicators.persons import DAY_MIN, FEWEST_PERSONS, Redial, redial_curve
from affluence.publication.wording import Words, message
from affluence.report.facts import Facts
from affluence.report.sheet import (
    FEW,
    Column,
    Kind,
    Sheet,
    Value,
    as_rows,
    persons,
    share_of_persons,
)

# Bounds of the bars, seconds; those of the histograms are finer.
WAIT_BOUNDS_S = (0, 10, 20, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800)
DELAY_BOUNDS_S = (0, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_FAILURES = {
    "busy": message("après un refus"),
    "abandoned": message("après un abandon"),
    "unanswered": message("après un appel sans réponse"),
}
_NTH = {
    0: message("tous les appels"),
    1: message("premier appel"),
    2: message("deuxième appel"),
    3: message("troisième appel ou suivant"),
}


def waits_sheet(facts: Facts, words: Words) -> Sheet:
    """How many waited how long, and how many would still be waiting."""
    durations = durations_of(facts.measured["durations"])
    dated = facts.indicators.waits.of_answered is not None
    gave_up, cut_short = durations.patience
    patience = survival(gave_up, cut_short)
    longest_s = max((low for low, _ in (*gave_up.bins, *cut_short.bins)), default=0)
    known = dated and gave_up.total >= FEWEST_PERSONS
    rows = [
        (
            _span(low, high, words),
            low,
            *(
                found.below(high) - found.below(low) if dated else None
                for found in (durations.answered, durations.abandoned, durations.unanswered)
            ),
            patience.beyond(low - 1) if known and low <= longest_s else ("" if known else None),
        )
        for low, high in pairwise((*WAIT_BOUNDS_S, 10**9))
    ]
    return Sheet(
        key="attentes",
        title=message("Combien de temps les appelants attendent"),
        note=message(
            "Durée entre l’arrivée de l’appel et la réponse, l’abandon ou la fin. La patience est"
            " la part des appelants qui attendraient encore si personne ne répondait (estimation de"
            " Kaplan et Meier), depuis l’entrée dans la file là où elle est enregistrée."
        ),
        columns=(
            Column("attente", message("Attente")),
            Column("attente_min_s", message("À partir de"), Kind.SECONDS),
            Column("repondus", message("Répondus"), Kind.COUNT),
            Column("abandonnes", message("Abandonnés"), Kind.COUNT),
            Column("sans_reponse", message("Restés sans réponse"), Kind.COUNT),
            Column("patience", message("Attendraient encore"), Kind.SHARE),
        ),
        rows=as_rows(rows),
    )


def _span(low: int, high: int, words: Words) -> str:
    say = words.language.say
    if high >= 10**9:
        return str(say("{low} ou plus", low=span_end(low)))
    return f"{span_end(low)} – {span_end(high)}"


def span_end(seconds: int) -> str:
    """« 30 s », « 2 min », « 1 h », in every language."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit}\u00a0{name}"
    if seconds > 60:
        return f"{seconds // 60}\u00a0min\u00a0{seconds % 60}\u00a0s"
    return f"{seconds}\u00a0s"


def redials_sheet(facts: Facts, words: Words) -> Sheet:
    """Of those who failed, how many call again, by which attempt of theirs it was."""
    say = words.language.say
    rows = [
        (
            str(say(_FAILURES[redial.failure])),
            str(say(_NTH[redial.nth])),
            persons(redial.failures),
            persons(redial.redialled),
            *_shares(redial),
        )
        for redial in facts.indicators.redials
    ]
    return Sheet(
        key="rappels",
        title=message("Qui rappelle après un échec"),
        note=message(
            "Part des appelants qui rappellent le même jour, si la fermeture ne les en empêche pas"
            " (estimation de Kaplan et Meier)."
        ),
        columns=(
            Column("echec", message("Échec")),
            Column("appel", message("Lequel")),
            Column("echecs", message("Échecs"), Kind.COUNT),
            Column("rappels", message("Rappels"), Kind.COUNT),
            Column("part", message("Rappellent"), Kind.SHARE),
            Column("en_1_min", message("en 1 min"), Kind.SHARE),
            Column("en_5_min", message("en 5 min"), Kind.SHARE),
            Column("en_30_min", message("en 30 min"), Kind.SHARE),
        ),
        rows=as_rows(rows),
    )


def _shares(redial: Redial) -> Iterator[Value]:
    """Of those who call again: hidden where they are few, or those who do not."""
    few = share_of_persons(redial.redialled, redial.failures) is FEW
    for found in (
        redial.probability,
        redial.within_1_min,
        redial.within_5_min,
        redial.within_30_min,
    ):
        yield FEW if few and found is not None else found


def chain_sheet(facts: Facts, words: Words) -> Sheet:
    """How persons go from failure to failure: who fails, who calls again, who fails again."""
    say = words.language.say
    failed, again = Counter[int](), Counter[int]()
    for redial in facts.indicators.redials:
        failed[redial.nth] += redial.failures
        again[redial.nth] += redial.redialled
    steps = (
        (say("Personnes qui appellent"), facts.indicators.of_day.intents),
        (say("Leur premier appel échoue"), failed[1]),
        (say("Elles rappellent"), again[1]),
        (say("Le deuxième appel échoue"), failed[2]),
        (say("Elles rappellent encore"), again[2]),
        (say("Un appel de plus échoue"), failed[3]),
    )
    return Sheet(
        key="chaine_des_rappels",
        title=message("D’un échec à l’autre"),
        note=message(
            "Personnes dont le numéro est connu. Un appel échoue s’il est refusé, abandonné ou"
            " laissé sans réponse. La dernière ligne compte tous les appels à partir du troisième."
        ),
        columns=(
            Column("etape", message("Étape")),
            Column("nombre", message("Nombre"), Kind.COUNT),
        ),
        rows=as_rows((str(name), persons(count)) for name, count in steps),
    )


def delays_sheet(facts: Facts, words: Words) -> Sheet:
    """How long after a failure people call again."""
    redialled, _ = redial_curve(facts.measured["redials"])
    return Sheet(
        key="delais_de_rappel",
        title=message("Au bout de combien de temps"),
        note=message("Temps entre la fin d’un appel qui a échoué et le suivant du même appelant."),
        columns=(
            Column("delai", message("Délai")),
            Column("delai_min_s", message("À partir de"), Kind.SECONDS),
            Column("rappels", message("Rappels"), Kind.COUNT),
        ),
        rows=as_rows(
            (
                _span(low, high, words),
                low,
                persons(redialled.below(high) - redialled.below(low)),
            )
            for low, high in pairwise((*DELAY_BOUNDS_S, 10**9))
        ),
    )


def chains_sheet(facts: Facts, words: Words) -> Sheet:
    """What becomes of a hundred persons: how many calls they need, who reaches an agent."""
    say = words.language.say
    rows: list[tuple[Value, ...]] = []
    for intents in reversed(facts.indicators.intents):
        name = (
            say("les appels d’une même journée")
            if intents.gap_min == DAY_MIN
            else say("des appels séparés de {minutes} min au plus", minutes=intents.gap_min)
        )
        rows.append(
            (
                str(name),
                persons(intents.intents),
                intents.attempts_per_intent if intents.intents >= FEWEST_PERSONS else None,
                share_of_persons(intents.first_busy, intents.intents)
                if facts.indicators.refusals_recorded
                else None,
                share_of_persons(intents.reached, intents.intents),
                share_of_persons(intents.self_served, intents.intents),
                share_of_persons(intents.gave_up, intents.intents),
                intents.mean_reach_s,
            )
        )
    return Sheet(
        key="demandes",
        title=message("Combien d’appels faut-il pour joindre quelqu’un"),
        note=message(
            "Une demande est une suite d’appels d’une même personne. Selon la pause qui sépare deux"
            " demandes, les chiffres changent un peu\u00a0: toutes les lectures sont données."
        ),
        columns=(
            Column("lecture", message("Ce qui fait une demande")),
            Column("demandes", message("Demandes"), Kind.COUNT),
            Column("appels_par_demande", message("Appels par demande"), Kind.DECIMAL),
            Column("premier_refuse", message("Premier appel refusé"), Kind.SHARE),
            Column("joint", message("Joignent un agent"), Kind.SHARE),
            Column("serveur", message("Servies par le serveur vocal"), Kind.SHARE),
            Column("renonce", message("Renoncent"), Kind.SHARE),
            Column("temps_s", message("Temps pour joindre"), Kind.SECONDS),
        ),
        rows=tuple(rows),
    )


def simultaneous_sheet(facts: Facts) -> Sheet:
    """How long so many calls are up at once."""
    return Sheet(
        key="simultanes",
        title=message("Combien d’appels à la fois"),
        note=message("Part du temps d’ouverture pendant laquelle tant d’appels sont en ligne."),
        columns=(
            Column("appels", message("Appels à la fois"), Kind.COUNT),
            Column("part", message("Part du temps"), Kind.SHARE),
        ),
        rows=as_rows(facts.indicators.simultaneous.items()),
    )
