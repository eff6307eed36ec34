"""What the indicators mean, in a few sentences that anybody understands."""

from __future__ import annotations

import re

from affluence.indicators import Indicators, Ratio


def conclusion(indicators: Indicators, *, fewest: int = 1) -> tuple[str, ...]:
    """The official figure, what it leaves out, and what callers lived: French sentences.

    Nothing is said of some calls or persons that are fewer than ``fewest``.
    """
    by_key = {ratio.key: ratio for ratio in (*indicators.official, *indicators.lived)}
    sentences = []
    lost, reached = by_key["lost_calls"], by_key["persons_reached"]
    if _told(lost, fewest):
        sentences.append(f"Selon l’indicateur officiel, {percent(lost)} des appels sont perdus.")
        refused = indicators.outcomes["busy"]
        if refused >= fewest:
            sentences.append(
                f"Cet indicateur ne compte pas les {whole(refused)} appels refusés, soit"
                f" {percent_of(refused, refused + (lost.denominator or 0))} des appels qui"
                " demandaient un agent."
            )
    if _told(reached, fewest):
        sentences.append(
            f"Sur 100 personnes qui ont appelé, {100 * (reached.value or 0):.0f} ont joint un agent"
            " dans la journée."
        )
    line = by_key["first_call_gets_a_line"]
    if _told(line, fewest):
        sentences.append(f"Un premier appel obtient une ligne dans {percent(line)} des cas.")
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
    return "non mesuré" if ratio.value is None else _percent(ratio.value)


def percent_of(part: float, whole_: float) -> str:
    """« 12,3 % » of a part and its whole."""
    return _percent(part / whole_) if whole_ else "non mesuré"


def whole(number: float | None) -> str:
    """« 12 345 », or « inconnu »."""
    return "inconnu" if number is None else f"{number:,.0f}".replace(",", "\u202f")


def duration(seconds: float | None) -> str:
    """« 3 min 20 s », or « non mesuré »."""
    if seconds is None:
        return "non mesuré"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}\u00a0min {rest:02d}\u00a0s" if minutes else f"{rest}\u00a0s"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%".replace(".", ",")
