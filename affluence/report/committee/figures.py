"""What the page may say of a figure: nothing of fewer than five persons, in French typography."""

from __future__ import annotations

import math

from affluence.indicators import LeftOut, Ratio
from affluence.indicators.persons import FEWEST_PERSONS, is_few
from affluence.indicators.plain_words import percent, percent_of, tidy, whole

TOO_FEW = "trop peu"
_FEW = f"moins de {FEWEST_PERSONS}"


def number(count: float | None) -> str:
    """« 12 345 » or « moins de 5 »."""
    return _FEW if is_few(count) else whole(count)


def share(ratio: Ratio) -> str:
    """« 12,3 % », « moins de 0,5 % », « trop peu », « non mesuré »."""
    if is_few(ratio.denominator):
        return TOO_FEW
    most = highest(ratio)
    if most is not None and is_few(ratio.numerator):
        return f"moins de {percent_of(most, 1)}"
    return percent(ratio)


def highest(ratio: Ratio) -> float | None:
    """The share, or the bound below which it lies where its numerator is few; None: not shown."""
    if ratio.value is None or ratio.denominator is None or is_few(ratio.denominator):
        return None
    if is_few(ratio.numerator):
        return math.ceil(1000 * FEWEST_PERSONS / ratio.denominator) / 1000
    return ratio.value


def left_out(out: LeftOut) -> str:
    """« 14 390 appels refusés », « appels refusés, en nombre inconnu »."""
    if out.count is None:
        return tidy(f"{out.words}, en nombre inconnu")
    return tidy(f"{number(out.count)} {out.words}")


def calculation(ratio: Ratio) -> str:
    """« 19 329 appels … sur 23 401 appels … »; empty where it is not measured or too few."""
    if highest(ratio) is None:
        return ""
    return tidy(
        f"{number(ratio.numerator)} {ratio.numerator_words}, sur"
        f" {number(ratio.denominator)} {ratio.denominator_words}."
    )
