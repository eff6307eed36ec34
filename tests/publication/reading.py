"""Published files read back without any code of the product."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Mapping
from typing import Any

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
