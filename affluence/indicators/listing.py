"""Indicators for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from affluence.indicators import Indicators, Intents, Ratio, Redial
from affluence.indicators.persons import DAY_MIN, FEWEST_PERSONS
from affluence.indicators.plain_words import (
    OUTCOME_WORDS,
    conclusion,
    lasting,
    percent,
    percent_of,
    tidy,
    whole,
)

_UNKNOWN = "non mesuré"


def as_text(service: str, indicators: Indicators) -> str:
    """The indicators of a service, to be read on a terminal."""
    return "\n".join(map(tidy, _lines(service, indicators))) + "\n"


def _lines(service: str, indicators: Indicators) -> Iterator[str]:
    yield f"{service}, du {indicators.first:%d/%m/%Y} au {indicators.last:%d/%m/%Y}"
    yield f"  jours d’ouverture : {indicators.days_open}"
    if indicators.days_open_without_records:
        yield f"  dont sans enregistrement : {indicators.days_open_without_records}"
    yield ""
    yield from conclusion(indicators)
    for title, ratios in (
        ("Indicateurs officiels", indicators.official),
        ("Ce que vivent les appelants", indicators.lived),
        ("Autres lectures des mêmes indicateurs", indicators.other_readings),
        ("Lignes et agents", (*indicators.lines, indicators.agents)),
        ("Courriers, courriels et réclamations", indicators.written),
    ):
        if not ratios:
            continue
        yield from ("", title)
        for ratio in ratios:
            yield from _ratio(ratio)
    yield from ("", "Tous les appels reçus", *_outcomes(indicators))
    yield from ("", "Attente", *_waits(indicators))
    yield from ("", "Personnes", *_persons(indicators))
    if indicators.redials:
        yield from ("", "Rappels après un échec", *map(_redial, indicators.redials))
    yield from ("", "Trafic", *_traffic(indicators))


def _ratio(ratio: Ratio) -> Iterator[str]:
    target = "" if ratio.target is None else f" (cible : {100 * ratio.target:.0f} %)"
    yield f"  {ratio.label} : {percent(ratio)}{target}"
    if ratio.note:
        yield f"      {ratio.note}"
    if ratio.numerator is not None and ratio.denominator is not None:
        yield f"      {whole(ratio.numerator)} {ratio.numerator_words}"
        yield f"      sur {whole(ratio.denominator)} {ratio.denominator_words}"
    for out in ratio.left_out:
        number = "un nombre inconnu d’" if out.count is None else f"{whole(out.count)} "
        if out.count != 0:
            yield f"      laissés de côté : {number}{out.words}"


def _outcomes(indicators: Indicators) -> Iterator[str]:
    total = sum(indicators.outcomes.values())
    for name, count in indicators.outcomes.items():
        if name == "busy" and not (count or indicators.refusals_recorded):
            yield f"  {OUTCOME_WORDS[name]} : {_UNKNOWN}"
        else:
            yield f"  {OUTCOME_WORDS[name]} : {whole(count)} ({percent_of(count, total)})"
    yield f"  total : {whole(total)}"


def _waits(indicators: Indicators) -> Iterator[str]:
    waits = indicators.waits
    levels = {
        "de tous les appels destinés à un agent, refusés compris": waits.of_offered,
        "des appels auxquels un agent répond": waits.of_answered,
        f"des appels non refusés, abandons de moins de {waits.within_s} s déduits": (
            waits.of_offered_without_short_abandons
        ),
        "des appelants qui attendraient toujours (estimation)": waits.virtual,
    }
    for words, share in levels.items():
        value = _UNKNOWN if share is None else percent_of(share, 1)
        yield f"  réponse en moins de {waits.within_s} s : {value} {words}"
    yield f"  attente moyenne avant réponse : {lasting(waits.mean_answer_s)}"
    yield f"  une réponse sur deux en moins de : {lasting(waits.median_answer_s)}"
    yield f"  neuf réponses sur dix en moins de : {lasting(waits.ninth_decile_answer_s)}"
    yield f"  un abandon sur deux avant : {lasting(waits.median_abandon_s)}"
    yield f"  patience moyenne (estimation) : {lasting(waits.mean_patience_s)}"
    yield f"  abandons de moins de {waits.short_abandon_s} s : {whole(waits.short_abandons)}"
    yield f"  durée moyenne de conversation : {lasting(indicators.mean_talk_s)}"
    yield f"  durée moyenne d’occupation d’une ligne : {lasting(indicators.mean_holding_s)}"
    for title, counts in (
        ("avant l’ouverture", indicators.before_opening),
        ("après la fermeture", indicators.after_closing),
    ):
        shown = ", ".join(f"{words} : {whole(count)}" for words, count in counts.items())
        yield f"  appels {title} : {shown or _UNKNOWN}"


def _persons(indicators: Indicators) -> Iterator[str]:
    demand = indicators.demand
    if demand is None:
        yield f"  personnes ayant appelé : {_UNKNOWN}"
        return
    for intents in reversed(indicators.intents):
        if intents.intents < FEWEST_PERSONS:
            yield f"  {_gap(intents)} : moins de {FEWEST_PERSONS} demandes, non affiché"
        else:
            shown = ", ".join(_intents(intents, indicators))
            yield f"  {_gap(intents)} : {whole(intents.intents)} demandes, {shown}"
    if indicators.valley_s is not None:
        yield f"  les rappels se partagent autour de {lasting(indicators.valley_s)} de pause"
    about = "" if demand.estimated is None else f"{whole(demand.estimated)} environ, "
    yield (
        "  personnes ayant appelé, comptées une fois par jour et par demande :"
        f" {about}entre {whole(demand.least)} et {whole(demand.most)} selon qui se cache derrière"
        " les numéros masqués ou partagés"
    )


def _gap(intents: Intents) -> str:
    if intents.gap_min == DAY_MIN:
        return "appels d’une même journée ensemble"
    return f"appels séparés de {intents.gap_min} min au plus"


def _intents(intents: Intents, indicators: Indicators) -> Iterator[str]:
    """What is known: the fate of persons only as far as that of their calls."""
    yield f"{_decimal(intents.attempts_per_intent)} appels par demande"
    if indicators.refusals_recorded:
        yield f"premier appel refusé {percent_of(intents.first_busy, intents.intents)}"
    if any(ratio.key == "persons_reached" and ratio.value is None for ratio in indicators.lived):
        yield f"agent joint : {_UNKNOWN}"
        return
    within = "" if intents.mean_reach_s is None else f" en {lasting(intents.mean_reach_s)}"
    yield f"agent joint {percent_of(intents.reached, intents.intents)}{within}"
    yield f"renoncement {percent_of(intents.gave_up, intents.intents)}"


_FAILURES = {"busy": "refusé", "abandoned": "abandonné", "unanswered": "resté sans réponse"}


def _redial(redial: Redial) -> str:
    numbers = {0: "appel", 1: "premier appel", 2: "deuxième appel", 3: "troisième appel ou suivant"}
    failed = f"{numbers[redial.nth]} {_FAILURES[redial.failure]}"
    if redial.probability is None:
        return f"  {failed} : trop peu pour le dire"
    within = ", ".join(
        f"{percent_of(share, 1)} en {minutes} min"
        for minutes, share in (
            (1, redial.within_1_min),
            (5, redial.within_5_min),
            (30, redial.within_30_min),
        )
        if share is not None
    )
    return (
        f"  {failed} ({whole(redial.failures)}) :"
        f" {percent_of(redial.probability, 1)} rappellent si la fermeture ne les en empêche pas"
        f" ({within})"
    )


def _traffic(indicators: Indicators) -> Iterator[str]:
    offered, busy_hour = indicators.offered, indicators.busy_hour
    yield f"  trafic entrant écoulé pendant l’ouverture : {_erlang(offered.carried_erlang)}"
    if offered.note:
        yield f"  {offered.note}"
    if offered.least_erlang is not None:
        least, most = offered.least_erlang, offered.most_erlang
        about = "" if offered.erlang is None else f"{_erlang(offered.erlang)}, "
        bounds = (
            f"entre {_erlang(least)}, si chaque appel refusé est refait, et"
            f" {'inconnu' if most is None else _erlang(most)}, si aucun ne l’est"
        )
        if offered.erlang == least == most:
            about, bounds = _erlang(least), ""
        yield f"  trafic offert : {about}{bounds} ({offered.method})"
    if indicators.simultaneous:
        shares = (f"{n} : {percent_of(share, 1)}" for n, share in indicators.simultaneous.items())
        yield f"  part de l’ouverture par nombre d’appels simultanés : {', '.join(shares)}"
    if busy_hour is not None:
        yield (
            f"  heure chargée commune (TCBH) : {_clock(busy_hour.tcbh_start_min)},"
            f" {_erlang(busy_hour.tcbh_erlang)} en moyenne"
        )
        yield f"  heure chargée de chaque jour (ADPH) : {_erlang(busy_hour.adph_erlang)} en moyenne"
        yield (
            f"  heure la plus chargée : {busy_hour.peak_day:%d/%m/%Y},"
            f" {_clock(busy_hour.peak_start_min)}, {_erlang(busy_hour.peak_erlang)}"
        )


def _clock(start_min: int) -> str:
    hour, minute = divmod(start_min, 60)
    end_hour, end_minute = divmod(start_min + 60, 60)
    return f"{hour}\u00a0h\u00a0{minute:02d} – {end_hour}\u00a0h\u00a0{end_minute:02d}"


def _erlang(traffic: float | None) -> str:
    return _UNKNOWN if traffic is None else f"{_decimal(traffic)} erlang{'s' * (traffic >= 2)}"


def _decimal(number: float | None) -> str:
    return _UNKNOWN if number is None else f"{number:.2f}".replace(".", ",")
