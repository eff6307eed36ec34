"""Published files read back without any code of the product."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any, Literal

from babel.dates import get_day_names
from babel.messages.pofile import read_po

from tests.conftest import REPOSITORY

LANGUAGES = REPOSITORY / "affluence" / "publication" / "languages"

# Hours of a weekday: ISO number, first and last minute.
Cell = tuple[int, int, int]

LEVELS = {
    "c": ("Calme", "calme"),
    "a": ("Assez calme", "assez_calme"),
    "b": ("Chargé", "charge"),
    "t": ("Très chargé", "tres_charge"),
    "-": ("Fermé", "ferme"),
    "?": ("Données insuffisantes", "donnees_insuffisantes"),
}


def source(site: Mapping[str, bytes]) -> str:
    """The page as it is written."""
    return site["index.html"].decode()


def words(markup: str) -> str:
    """What a reader gets of some markup: no-break spaces kept, other spaces made one."""
    visible = re.sub(r"<(style|script)>.*?</\1>", "", markup, flags=re.DOTALL)
    visible = re.sub(r"<p [^>]* hidden>.*?</p>", "", visible, flags=re.DOTALL)
    visible = re.sub(r'<span[^>]* aria-hidden="true">.*?</span>', "", visible)
    text = html.unescape(re.sub(r"<[^>]+>", "", visible)).replace("\u00ad", "")
    return re.sub(r"[ \n]+", " ", text).strip()


def text(site: Mapping[str, bytes]) -> str:
    """Everything the page says."""
    return words(source(site))


def table(site: Mapping[str, bytes], name: str) -> list[list[str]]:
    """The words of a table of the page, header included; nothing if it is not there."""
    found = re.search(rf'<table id="{name}".*?</table>', source(site), flags=re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", found[0] if found else "", flags=re.DOTALL)
    cells = (re.findall(r"<t[hd][ >].*?</t[hd]>", row, flags=re.DOTALL) for row in rows)
    return [[words(cell) for cell in row] for row in cells]


def csv_rows(site: Mapping[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site["affluence.csv"].decode())))


def json_data(site: Mapping[str, bytes]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(site["affluence.json"])
    return data


def catalogue(code: str) -> Callable[[str], str]:
    """What the catalogue of a language makes of a French message."""
    if code == "fr":
        return lambda message: message
    with (LANGUAGES / f"{code}.po").open("rb") as file:
        told = read_po(file, locale=code)
    return lambda message: str(told[message].string)


def level_words(code: str) -> dict[str, str]:
    """The letter of a level by its word in a language."""
    said = catalogue(code)
    return {said(word): letter for letter, (word, _) in LEVELS.items()}


def days(code: str, width: Literal["wide", "abbreviated"] = "wide") -> dict[str, int]:
    """ISO weekdays by their names in a language."""
    return {name: number + 1 for number, name in get_day_names(width, "format", code).items()}


def minutes(text: str) -> list[int]:
    """The times of a text (« 9 h », « 13 h 30 », « 13:30 ») as minutes after midnight."""
    plain = text.replace("\u00a0", " ")
    found = re.findall(r"(\d{1,2})(?: h(?: (\d\d))?(?!\w)|:(\d\d))", plain)
    return [
        int(hour) * 60 + int(after_h or after_colon or 0) for hour, after_h, after_colon in found
    ]


def levels(markup: str, code: str) -> dict[Cell, str]:
    """The letter of every cell of the table of levels of a page or a fragment."""
    found = re.search(r'<table[^>]* (?:id|class)="affluence".*?</table>', markup, flags=re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", found[0] if found else "", flags=re.DOTALL)
    (_, *heads), *body = (
        [words(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, flags=re.DOTALL)]
        for row in rows
    )
    weekdays, letters = days(code), level_words(code)
    cells = {}
    for name, *row in body:
        start, end = minutes(name)
        for head, word in zip(heads, row, strict=True):
            cells[(weekdays[head], start, end)] = letters[word]
    return cells


def hours_said(text: str, code: str, width: Literal["wide", "abbreviated"] = "wide") -> list[Cell]:
    """The hours that a sentence names: each day's name comes before its times."""
    names = days(code, width)
    any_day = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    parts = re.split(f"({any_day})", text, flags=re.IGNORECASE)
    by_lower = {name.lower(): number for name, number in names.items()}
    found = []
    for day, said in zip(parts[1::2], parts[2::2], strict=True):
        times = minutes(said)
        spans = zip(times[::2], times[1::2], strict=True)
        found += [(by_lower[day.lower()], start, end) for start, end in spans]
    return sorted(found)


def advice(markup: str, code: str, *leads: str) -> list[Cell]:
    """The hours of the sentences of a page that begin with one of these French messages."""
    said = catalogue(code)
    starts = tuple(said(lead) for lead in leads)
    sentences = [words(p) for p in re.findall(r"<p\b.*?</p>", markup, flags=re.DOTALL)]
    return sorted(
        span for each in sentences if each.startswith(starts) for span in hours_said(each, code)
    )


class _Editor(HTMLParser):
    """What the rich-text editor of a content management system keeps of some markup."""

    UNWRAPPED = ("div", "span", "bdi", "summary")
    EMPTIED = ("svg", "style", "script", "details", "iframe")
    FORGOTTEN = re.compile(r"style|lang|dir|headers|(data|aria)-.*")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self.within: list[str] = []

    def _keeps(self, tag: str) -> bool:
        emptied = any(outer in self.EMPTIED for outer in self.within)
        return not (emptied or tag in (*self.UNWRAPPED, *self.EMPTIED) or "caption" in self.within)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._keeps(tag):
            left = [(name, value) for name, value in attrs if not self.FORGOTTEN.fullmatch(name)]
            told = "".join(f' {name}="{html.escape(value or "")}"' for name, value in left)
            self.kept.append(f"<{tag}{told}>")
        self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass
        if self._keeps(tag):
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not any(outer in self.EMPTIED for outer in self.within):
            self.kept.append(data)

    def handle_entityref(self, name: str) -> None:
        self.kept.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.kept.append(f"&#{name};")


def through_an_editor(fragment: str) -> str:
    """A fragment as a rich-text editor stores it (the rules of eZ Platform's)."""
    editor = _Editor()
    editor.feed(fragment)
    editor.close()
    return "".join(editor.kept)
