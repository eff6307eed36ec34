"""Tables, figures and choices → the pages of the report; their templates hold no figure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from affluence.indicators.persons import FEWEST_PERSONS
from affluence.indicators.plain_words import conclusion, tidy
from affluence.publication.leaks import INTERNAL_REPORT
from affluence.publication.rendering import environment
from affluence.publication.wording import Words, message
from affluence.report import charts, choices, glance
from affluence.report.csv_files import CSV_NAMES
from affluence.report.drawing import Figure, layout
from affluence.report.facts import Facts
from affluence.report.hours import Hours
from affluence.report.sheet import Column, Kind, Sheet, Value, is_source, shown
from affluence.report.sheets.official import told_indicators
from affluence.report.sheets.outlook import no_effect
from affluence.report.sheets.staffing import described, target_of

# Nothing but what lies in the folder; no style or script within a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " base-uri 'none'; form-action 'none'"
)

PAGES = {
    "index": message("L’essentiel"),
    "heures": message("Heures"),
    "attente": message("Attente et rappels"),
    "semaines": message("Semaines"),
    "effectifs": message("Agents et lignes"),
    "donnees": message("Données"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the pages show, besides their own words."""

    facts: Facts
    hours: Hours
    sheets: Mapping[str, Sheet]
    words: Words


def every_page(contents: Contents) -> dict[str, bytes]:
    """The pages by their paths."""
    templates = environment("affluence.report")
    facts, words = contents.facts, contents.words
    shared = {
        "pages": PAGES,
        "facts": facts,
        "words": words,
        "say": words.language.say,
        "sheets": contents.sheets,
        "policy": POLICY,
        "mark": INTERNAL_REPORT,
        "questions": glance.questions(facts, contents.hours, words),
        "indicators": told_indicators(facts.indicators, words),
        "conclusion": _conclusion(facts, words),
        "described": described(facts, words),
        "target": target_of(facts, words),
        "no_effect": no_effect(facts, words),
        "csv_names": "" if is_source(words) else words.language.say(CSV_NAMES),
        "cells": cells,
        "is_number": _is_number,
    }
    return {
        f"{name}.html": templates.get_template(f"{name}.html.jinja")
        .render(name=name, data=_json(_data(name, contents)), **shared)
        .encode()
        for name in PAGES
    }


def _data(name: str, contents: Contents) -> dict[str, Any]:
    """What the script of a page draws; nothing for a page without a chart."""
    facts, words, sheets = contents.facts, contents.words, contents.sheets
    figures: dict[str, Figure] = {}
    chosen: dict[str, choices.Choices] = {}
    match name:
        case "heures" if contents.hours.cells:
            figures["simultanes"] = charts.simultaneous(sheets["simultanes"], words)
            chosen["heat"] = choices.heat(facts, contents.hours, words)
            chosen["profiles"] = choices.profiles(sheets["profil"], words)
        case "attente":
            figures["attentes"] = charts.waits(sheets["attentes"], words)
            figures["chaine"] = charts.chain(sheets["chaine_des_rappels"], words)
            figures["delais"] = charts.delays(sheets["delais_de_rappel"], words)
        case "semaines":
            figures["semaines"] = charts.weeks(sheets["semaines"], facts, words)
            figures["prevision"] = charts.forecast(facts, words)
            if sheets["effet"].rows:
                figures["effet"] = charts.effect(sheets["effet"], words)
        case "effectifs" if facts.staffing is not None:
            chosen["trials"] = choices.trials(facts, facts.staffing, words)
    if not figures and not chosen:
        return {}
    return {
        "locale": words.language.code,
        "layout": layout(words),
        "figures": figures,
        **chosen,
    }


def cells(sheet: Sheet, words: Words) -> list[list[tuple[Column, str]]]:
    """The rows of a table as they are read, each value with its column."""
    return [
        [
            (column, _cell(value, column, words))
            for value, column in zip(row, sheet.columns, strict=True)
        ]
        for row in sheet.rows
    ]


def _cell(value: Value, column: Column, words: Words) -> str:
    said = shown(value, column.kind, words)
    return words.language.french(said) if column.kind == Kind.NAME else said


def _is_number(column: Column) -> bool:
    return column.kind not in {Kind.TEXT, Kind.NAME, Kind.DAY}


def _conclusion(facts: Facts, words: Words) -> list[str]:
    said = [
        str(words.language.say(sentence))
        for sentence in conclusion(facts.indicators, fewest=FEWEST_PERSONS)
    ]
    return list(map(tidy, said)) if is_source(words) else said


def _json(data: dict[str, Any]) -> Markup:
    """JSON that may stand within a page: « < » would end it; nothing of nothing."""
    if not data:
        return Markup()
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # just made safe
