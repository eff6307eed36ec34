"""The workbook in LibreOffice: it opens, and says what the CSV files say."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import pytest

from affluence.report import WORKBOOK
from affluence.report.sheet import Kind, Sheet, shown
from affluence.report.workbook import _name
from tests.servers import program

from .desk import FRENCH, report_files, sheets

# Every sheet in a file of its own, with "." in numbers and all their digits: token 12 is -1.
_EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false,false,false,-1"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = program("soffice")
    folder = tmp_path_factory.mktemp("office")
    (folder / WORKBOOK).write_bytes(report_files()[WORKBOOK])
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    said = subprocess.run(
        [*command, "--convert-to", _EVERY_SHEET, "--outdir", str(folder), str(folder / WORKBOOK)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Error" not in said.stderr + said.stdout
    return folder


def lines(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def table(sheet: Sheet, folder: Path) -> list[list[str]]:
    return lines(folder / f"{Path(WORKBOOK).stem}-{_name(sheet, FRENCH)}.csv")


def test_libreoffice_reads_every_table_as_the_csv_has_it(converted: Path) -> None:
    for key, sheet in sheets().items():
        title, note, _, headings, *rows = table(sheet, converted)
        assert title[0] == sheet.title
        assert note[0] == sheet.note
        assert headings == [column.heading for column in sheet.columns]
        _, *plain = csv.reader(io.StringIO(report_files()[f"csv/{key}.csv"].decode()))
        assert len(rows) == len(plain)
        for row, same in zip(rows, plain, strict=True):
            for column, cell, value in zip(sheet.columns, row, same, strict=True):
                assert _agree(column.kind, cell, value), (key, column.name, cell, value)


def _agree(kind: Kind, cell: str, value: str) -> bool:
    """Whether a cell and a figure of the CSV say the same; a cell says what is missing in words."""
    if not value:
        return cell in {"", shown(None, kind, FRENCH)}
    if kind == Kind.DAY:
        month, day, year = cell.split("/")  # LibreOffice writes them as it does at home
        return value == f"{year}-{month}-{day}"
    number = float(cell[:-1]) / 100 if cell.endswith("%") else cell
    try:
        return float(number) == pytest.approx(float(value), rel=1e-6, abs=1e-6)
    except ValueError:
        return cell == value


def test_the_first_sheet_says_what_the_others_are(converted: Path) -> None:
    said = "\n".join(row[0] for row in lines(converted / f"{Path(WORKBOOK).stem}-Notes.csv") if row)
    assert "Standard <d’essai>" in said
    assert "ce n’est jamais zéro" in said
    for sheet in sheets().values():
        assert sheet.title in said
