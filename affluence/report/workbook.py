"""Tables of the report → one Excel workbook: a sheet each, with headings, notes and formats."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from affluence.publication.wording import Words, message
from affluence.report.sheet import Column, Hidden, Kind, Sheet, is_source, shown

_FORMATS = {
    Kind.TEXT: "@",
    Kind.COUNT: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.SHARE: "0.0%",
    Kind.SECONDS: '#,##0" s"',
}
_FRENCH_DAY, _ENGLISH_DAY = "dd/mm/yyyy", "[$-809]d mmmm yyyy"
# Of the sheets in the workbook, by their keys; at most 31 characters, as Excel has it.
_NAMES = {
    "indicateurs": message("Indicateurs"),
    "issues": message("Issues"),
    "semaine_type": message("Semaine type"),
    "heures": message("Heures"),
    "profil": message("Profil"),
    "simultanes": message("Simultanés"),
    "attentes": message("Attentes"),
    "rappels": message("Rappels"),
    "delais_de_rappel": message("Délais de rappel"),
    "chaine_des_rappels": message("Chaîne des rappels"),
    "demandes": message("Demandes"),
    "semaines": message("Semaines"),
    "prevision": message("Prévision"),
    "effet": message("Effet"),
    "notes_des_previsions": message("Notes des prévisions"),
    "effectifs": message("Effectifs"),
    "et_si": message("Et si"),
    "fichiers": message("Fichiers"),
    "raisons": message("Raisons"),
    "jours_ecartes": message("Jours écartés"),
    "angles_morts": message("Angles morts"),
}
_WIDEST, _NARROWEST = 60, 9
_HEADER_ROW = 3  # title, note and an empty row stand above it
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  # always the same: equal figures give equal bytes


def workbook_of(sheets: Iterable[Sheet], words: Words, *, title: str, notes: list[str]) -> bytes:
    """The workbook; its first sheet holds ``notes``, one a line, and the list of the others."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "created": _MADE})
    formats = _formats(book, _FRENCH_DAY if is_source(words) else _ENGLISH_DAY)
    sheets = list(sheets)
    front = book.add_worksheet(str(words.language.say("Notes")))
    front.write_string(0, 0, title, formats["title"])
    _front(front, formats["note"], notes, sheets, words)
    for sheet in sheets:
        _write(book.add_worksheet(_name(sheet, words)), formats, sheet, words)
    book.close()
    return made.getvalue()


def _formats(book: Workbook, day: str) -> Mapping[str, Format]:
    cell = {"valign": "top", "border": 1, "border_color": "#c8c8d0"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#44444c"}),
        "header": book.add_format(
            {**cell, "bold": True, "bg_color": "#e4e4ea", "text_wrap": True, "valign": "vcenter"}
        ),
        "missing": book.add_format({**cell, "font_color": "#66666e", "align": "right"}),
        **{
            kind: book.add_format({**cell, "num_format": pattern, "text_wrap": kind == Kind.TEXT})
            for kind, pattern in {**_FORMATS, Kind.DAY: day}.items()
        },
    }


def _front(
    page: Worksheet, note: Format, notes: list[str], sheets: list[Sheet], words: Words
) -> None:
    page.set_column(0, 0, 90, note)
    for row, said in enumerate(notes, start=2):
        page.write_string(row, 0, said, note)
    for row, sheet in enumerate(sheets, start=len(notes) + 3):
        link = f"internal:'{_name(sheet, words)}'!A1"
        page.write_url(row, 0, link, string=str(words.language.say(sheet.title)))
    _paper(page)


def _write(page: Worksheet, formats: Mapping[str, Format], sheet: Sheet, words: Words) -> None:
    say = words.language.say
    last = len(sheet.columns) - 1
    page.write_string(0, 0, str(say(sheet.title)), formats["title"])
    page.merge_range(1, 0, 1, max(last, 1), str(say(sheet.note)), formats["note"])
    page.set_row(1, 48)
    for at, column in enumerate(sheet.columns):
        page.write_string(_HEADER_ROW, at, str(say(column.heading)), formats["header"])
        page.set_column(at, at, _width(sheet, at, column, words))
    page.set_row(_HEADER_ROW, 48)
    for number, values in enumerate(sheet.rows, start=_HEADER_ROW + 1):
        for at, (value, column) in enumerate(zip(values, sheet.columns, strict=True)):
            if value is None or isinstance(value, Hidden):
                page.write_string(number, at, shown(value, column.kind, words), formats["missing"])
            elif isinstance(value, str):
                page.write_string(number, at, value, formats[Kind.TEXT])
            elif isinstance(value, date):
                page.write_datetime(number, at, value, formats[Kind.DAY])
            else:
                page.write_number(number, at, value, formats[column.kind])
    if sheet.rows:
        page.autofilter(_HEADER_ROW, 0, _HEADER_ROW + len(sheet.rows), last)
    page.freeze_panes(_HEADER_ROW + 1, 0)
    page.repeat_rows(_HEADER_ROW)
    _paper(page)


def _width(sheet: Sheet, at: int, column: Column, words: Words) -> float:
    longest = max((len(shown(row[at], column.kind, words)) for row in sheet.rows), default=0)
    heading = max(map(len, str(words.language.say(column.heading)).split()))
    return min(max(longest, heading, _NARROWEST) + 2, _WIDEST)


def _paper(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _name(sheet: Sheet, words: Words) -> str:
    return str(words.language.say(_NAMES[sheet.key]))
