"""The figures of a built site, read back from its page, its CSV and its JSON, and compared."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from affluence.publication import wording
from affluence.publication.language import SOURCE, Language
from affluence.publication.markup import Element
from affluence.publication.open_data import RATES, read_hours
from affluence.publication.spans import by_weekday
from affluence.publication.wording import Words

# A cell of the week: name of the weekday, first and last minute after midnight.
Key = tuple[str, int, int]

CLOSED = wording.LEVELS["closed"].id
WITHOUT_RATES = (CLOSED, wording.LEVELS["not_enough_data"].id)


def check_figures(
    document: Element, kind: str, language: Language, csv_text: str, data: Mapping[str, Any]
) -> list[str]:
    """Every way in which a page, CSV and JSON contradict one another or what a rate may be.

    ``kind`` is "" for the page, "simple" for its version without a table, "affiche" for the poster,
    which has no rates.
    """
    words = Words(language)
    try:
        in_json = {_key(cell): cell for cell in data["cells"]}
        in_csv = {_key(row): _typed(row) for row in csv.DictReader(io.StringIO(csv_text))}
        on_page = _levels_on_page(document, words)
        rates_on_page = _rates_on_page(document, words)
    except (ValueError, KeyError, TypeError) as error:
        return [f"the figures cannot be read back: {type(error).__name__}: {error}"]
    problems = [
        *_same_data(in_csv, in_json),
        *_sound_rates(in_json),
        *_same_hours(document, data, words),
    ]
    if kind != "simple":
        problems += _same_levels(on_page, in_json)
    if not kind:
        problems += _same_rates(rates_on_page, in_json, words)
    return problems


def _same_hours(document: Element, data: Mapping[str, Any], words: Words) -> Iterator[str]:
    """The hours that are recommended and those to avoid, as the data and the page name them."""
    text = document.text
    for name in ("recommended", "to_avoid"):
        for weekday, spans in by_weekday(read_hours(data[name])).items():
            said = " ".join(str(words.day_hours(weekday, spans).striptags()).split())
            if said not in text and not _all_quiet(data):
                yield f"the page does not say « {said} »"


def _all_quiet(data: Mapping[str, Any]) -> bool:
    quiet = wording.LEVELS["quiet"].id
    return not data["to_avoid"] and all(cell["niveau"] == quiet for cell in data["cells"])


def _key(cell: Mapping[str, Any]) -> Key:
    return cell["jour"], _minutes(cell["heure_debut"]), _minutes(cell["heure_fin"])


def _typed(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of the CSV with its rates as numbers, null where empty."""
    return {**row, **{name: float(row[name]) if row[name] else None for name in RATES}}


def _minutes(text: str) -> int:
    """Minutes after midnight from « 13:30 », « 13 h 30 » or « 9 h »."""
    if not (found := re.fullmatch(r"(\d{1,2})\s*[h:]\s*(\d\d)?", text.strip())):
        raise ValueError(f"'{text}' is not a time")
    return int(found[1]) * 60 + int(found[2] or 0)


def _row_minutes(name: str) -> tuple[int, int]:
    start, end = name.split("–")
    return _minutes(start), _minutes(end)


def _table(document: Element, name: str) -> Element:
    """The table of this id or class; an empty one where the page has nothing to show yet."""
    tables = document.all("table")
    named = (
        one for one in tables if name in (one.attributes.get("id"), one.attributes.get("class"))
    )
    return next(named, Element("table"))


def _levels_on_page(document: Element, words: Words) -> dict[Key, str]:
    ids = _ids(words)
    days = _days(words)
    table = _table(document, "affluence")
    weekdays = [th.text for head in table.all("thead") for th in head.all("th")][1:]
    levels = {}
    for body in table.all("tbody"):
        for row in body.all("tr"):
            hours, *cells = (cell.text for cell in row.all("th", "td"))
            for weekday, word in zip(weekdays, cells, strict=True):
                levels[(days[weekday], *_row_minutes(hours))] = ids[word]
    return levels


def _rates_on_page(document: Element, words: Words) -> dict[Key, tuple[str, ...]]:
    days = _days(words)
    rates = {}
    for body in _table(document, "taux").all("tbody"):
        for row in body.all("tr"):
            name, *cells = (cell.text for cell in row.all("th", "td"))
            weekday, hours = name.split(f"{words.language.comma} ")
            rates[(days[weekday], *_row_minutes(hours))] = tuple(cells)
    return rates


def _same_data(in_csv: Mapping[Key, Any], in_json: Mapping[Key, Any]) -> Iterator[str]:
    for key in sorted({*in_csv, *in_json}):
        row, cell = in_csv.get(key), in_json.get(key)
        if row is None or cell is None:
            yield f"{_said(key)}: CSV and JSON do not hold the same cells"
        else:
            for name in ("niveau", *RATES):
                if row[name] != cell[name]:
                    yield f"{_said(key)}: CSV and JSON differ in {name}"


def _sound_rates(in_json: Mapping[Key, Any]) -> Iterator[str]:
    for key, cell in in_json.items():
        rates = {name: cell[name] for name in RATES if cell[name] is not None}
        if rates and cell["niveau"] in WITHOUT_RATES:
            yield f"{_said(key)}: a cell without level shows a rate"
        for name, rate in rates.items():
            if not 0 <= rate <= 1:
                yield f"{_said(key)}: {name} is not within 0-1"


def _same_levels(on_page: Mapping[Key, str], in_json: Mapping[Key, Any]) -> Iterator[str]:
    for key, level in on_page.items():
        around = _around(key, in_json)
        if level != (in_json[around]["niveau"] if around else CLOSED):
            yield f"{_said(key)}: the page and the data differ in level"
    for key, cell in in_json.items():
        if cell["niveau"] != CLOSED and not any(_holds(key, shown) for shown in on_page):
            yield f"{_said(key)}: the page does not show this cell"


def _same_rates(
    on_page: Mapping[Key, tuple[str, ...]], in_json: Mapping[Key, Any], words: Words
) -> Iterator[str]:
    for key, shown in on_page.items():
        cell = in_json.get(key)
        if cell is None or shown != _rates_as_said(cell, words):
            yield f"{_said(key)}: the page and the data differ in a rate"
    for key, cell in in_json.items():
        if cell["niveau"] != CLOSED and key not in on_page:
            yield f"{_said(key)}: the page does not show the rates of this cell"


def _rates_as_said(cell: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """The two rates of a cell as the page writes them, no-break spaces made plain."""
    if cell["niveau"] in WITHOUT_RATES:
        return (next(word for word, level in _ids(words).items() if level == cell["niveau"]),) * 2
    rates = (cell["taux_lignes_occupees"], cell["taux_occupation"])
    not_measured = words.language.say(wording.NOT_MEASURED)
    said = (not_measured if rate is None else words.percent_text(rate) for rate in rates)
    return tuple(" ".join(text.split()) for text in said)


def _ids(words: Words) -> dict[str, str]:
    """Identifiers of the levels by their words on a page."""
    return {str(words.level(state)): level.id for state, level in wording.LEVELS.items()}


def _days(words: Words) -> dict[str, str]:
    """Weekdays as the data call them, by their names on a page."""
    return {words.day(number): name for number, name in wording.DAYS.items()}


def _around(shown: Key, in_json: Mapping[Key, Any]) -> Key | None:
    """The open cell of the data to which a cell of the page belongs."""
    open_cells = (key for key, cell in in_json.items() if cell["niveau"] != CLOSED)
    return next((key for key in open_cells if _holds(key, shown)), None)


def _holds(cell: Key, shown: Key) -> bool:
    return cell[0] == shown[0] and cell[1] <= shown[1] and shown[2] <= cell[2]


def _said(key: Key) -> str:
    return f"{key[0]} {Words(Language(SOURCE)).row_name(key[1], key[2])}"
