"""Indicators for programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from affluence.indicators import Indicators, Ratio
from affluence.indicators.persons import FEWEST_PERSONS
from affluence.indicators.plain_words import conclusion, whole

_CSV = (
    *("indicateur", "intitule", "valeur", "numerateur", "numerateur_en_mots"),
    *("denominateur", "denominateur_en_mots", "cible", "laisses_de_cote", "remarque"),
)


def as_document(service: str, indicators: Indicators) -> str:
    """The indicators as JSON; what is not measured, or of too few persons, is null or left out."""
    document = {"service": service, **asdict(indicators)}
    document["intents"] = [
        asdict(of) | ({"reach_s": None} if of.mean_reach_s is None else {})
        for of in indicators.intents
        if of.intents >= FEWEST_PERSONS
    ]
    document["redials"] = [asdict(of) for of in indicators.redials if of.probability is not None]
    for name in ("official", "other_readings", "lived", "lines", "written"):
        document[name] = [_with_value(ratio) for ratio in getattr(indicators, name)]
    document["agents"] = _with_value(indicators.agents)
    document["conclusion"] = list(conclusion(indicators))
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain, allow_nan=False)


def as_csv(indicators: Indicators) -> str:
    """The shares with their numerators and denominators, one a row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV)
    for ratio in _ratios(indicators):
        left_out = " ; ".join(f"{out.words} : {whole(out.count)}" for out in ratio.left_out)
        writer.writerow(
            [
                *(ratio.key, ratio.label, ratio.value),
                *(ratio.numerator, ratio.numerator_words),
                *(ratio.denominator, ratio.denominator_words),
                *(ratio.target, left_out, ratio.note),
            ]
        )
    return text.getvalue()


def _ratios(indicators: Indicators) -> tuple[Ratio, ...]:
    return (
        *indicators.official,
        *indicators.lived,
        *indicators.other_readings,
        *indicators.lines,
        indicators.agents,
        *indicators.written,
    )


def _with_value(ratio: Ratio) -> dict[str, Any]:
    return {**asdict(ratio), "value": ratio.value}


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")
