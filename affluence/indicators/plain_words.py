"""What the indicators mean, in a few sentences that anybody understands."""

from __future__ import annotations

import re

from affluence.indicators import Indicators, Ratio
from affluence.phrases import Phrase, Share, duration, in_french

OUTCOME_WORDS = {
    "answered": Phrase("répondus par un agent"),
    "busy": Phrase("refusés"),
    "abandoned": Phrase("abandonnés par l’appelant"),
    "unanswered": Phrase("restés sans réponse"),
    "self_service": Phrase("terminés dans le serveur vocal"),
    "closed": Phrase("hors des heures d’ouverture"),
    "failed": Phrase("échecs techniques"),
    "unknown": Phrase("issue non enregistrée"),
}


def conclusion(indicators: Indicators, *, fewest: int = 1) -> tuple[str, ...]:
    """The official figure, what it leaves out, and what callers lived: French sentences.

    Nothing is said of some calls or persons that are fewer than ``fewest``.
    """
    by_key = {ratio.key: ratio for ratio in (*indicators.official, *indicators.lived)}
    sentences: list[str] = []
    lost, reached = by_key["lost_calls"], by_key["persons_reached"]
    if _told(lost, fewest):
        sentences.append(
            Phrase(
                "Selon l’indicateur officiel, {share} des appels sont perdus.",
                share=Share(lost.value or 0),
            )
        )
        refused = indicators.outcomes["busy"]
        if refused >= fewest:
            sentences.append(
                Phrase(
                    "Cet indicateur ne compte pas les {refused} appels refusés, soit {share} des"
                    " appels qui demandaient un agent.",
                    refused=refused,
                    share=Share(refused / (refused + (lost.denominator or 0))),
                )
            )
    if _told(reached, fewest):
        sentences.append(
            Phrase(
                "Sur 100 personnes qui ont appelé, {number} ont joint un agent dans la journée.",
                number=round(100 * (reached.value or 0)),
            )
        )
    line = by_key["first_call_gets_a_line"]
    if _told(line, fewest):
        sentences.append(
            Phrase(
                "Un premier appel obtient une ligne dans {share} des cas.",
                share=Share(line.value or 0),
            )
        )
    elif line.note and line.denominator is not None:
        sentences.append(line.note)
    return tuple(sentences)


def _told(ratio: Ratio, fewest: int) -> bool:
    if ratio.value is None or ratio.numerator is None or ratio.denominator is None:
        return False
    return ratio.denominator >= fewest and not 0 < ratio.numerator < fewest


def tidy(text: str) -> str:
    """No-break spaces where French typography asks for them, and between a number and its noun."""
    text = re.sub(r"(?<=\S) (?=[:;?!%»])|(?<=«) ", "\u00a0", text)
    return re.sub(r"(?<=\d) (?=[^\W\d])", "\u00a0", text)


def percent(ratio: Ratio) -> str:
    """« 12,3 % », or « non mesuré »."""
    return "non mesuré" if ratio.value is None else in_french(Share(ratio.value))


def percent_of(part: float, whole_: float) -> str:
    """« 12,3 % » of a part and its whole."""
    return in_french(Share(part / whole_)) if whole_ else "non mesuré"


def whole(number: float | None) -> str:
    """« 12 345 », or « inconnu »."""
    return "inconnu" if number is None else in_french(round(number))


def lasting(seconds: float | None) -> str:
    """« 3 min 20 s », or « non mesuré »."""
    return "non mesuré" if seconds is None else duration(seconds)
