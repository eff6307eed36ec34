"""What the sites of platforms tell of themselves, and the same of all of them for programs.

Read from the files of each site, for some stand as they were published weeks ago.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from affluence.publication import wording
from affluence.publication.edition import Hours
from affluence.publication.language import SOURCE, Language, available
from affluence.publication.open_data import COLUMNS, read_hours
from affluence.publication.paths import CSV, JSON, path_of

_STATES = {level.id: state for state, level in wording.LEVELS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a table says of the week.

    Attributes:
        states: of WEEK, of every hour.
        recommended: best hours.
        to_avoid: worst hours.
        anything_quiet: False where the best hours are only the least busy ones.
        valid_until: last day on which it may be trusted.

    """

    states: tuple[str, ...]
    recommended: tuple[Hours, ...]
    to_avoid: tuple[Hours, ...]
    anything_quiet: bool
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A platform of the list.

    Attributes:
        platform: its identifier and folder.
        service: name of the service.
        group: heading under which it stands, empty for none.
        pages: path of its page by the code of the language; none without a site.
        table: None without a site, and while it is suspended.
        demonstration: whether its figures are made up.

    """

    platform: str
    service: str
    group: str
    pages: Mapping[str, str] = field(default_factory=dict)
    table: Table | None = None
    demonstration: bool = False


def listed(platform: str, service: str, group: str, site: Mapping[str, bytes]) -> Listed:
    """A platform as the files of its site tell it; they may be none."""
    told: dict[str, Any] = json.loads(site[JSON]) if site else {}
    pages = {code: path_of("", Language(code)) for code in available()}
    return Listed(
        platform=platform,
        service=service,
        group=group,
        pages={code: f"{platform}/{path}" for code, path in pages.items() if path in site},
        table=_table(told) if "cells" in told else None,
        demonstration=told.get("demonstration", False),
    )


def _table(told: Mapping[str, Any]) -> Table:
    return Table(
        states=tuple(_STATES[cell["niveau"]] for cell in told["cells"]),
        recommended=read_hours(told["recommended"]),
        to_avoid=read_hours(told["to_avoid"]),
        anything_quiet=told["anything_quiet"],
        valid_until=date.fromisoformat(told["valid_until"]),
    )


def list_file(platforms: Sequence[Listed]) -> bytes:
    """Every platform with the paths of its pages and data, JSON, field names as in its own."""
    document = {
        "platforms": [
            {
                "platform": each.platform,
                "service": each.service,
                "group": each.group or None,
                "demonstration": each.demonstration,
                "suspended": bool(each.pages) and each.table is None,
                "valid_until": each.table.valid_until.isoformat() if each.table else None,
                "pages": dict(each.pages),
                "csv": f"{each.platform}/{CSV}" if each.table else None,
                "json": f"{each.platform}/{JSON}" if each.pages else None,
            }
            for each in platforms
        ]
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def all_cells(tables: Iterable[bytes]) -> bytes:
    """The rows of several tables (CSV) in one; a column that an old one does not have is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for table in tables:
        writer.writerows(csv.DictReader(io.StringIO(table.decode(), newline="")))
    return text.getvalue().encode()


def sitemap(platforms: Sequence[Listed], url: str) -> bytes:
    """The pages of the list and of every table in their languages (sitemaps.org, 0.9)."""
    codes = sorted({code for each in platforms for code in each.pages}, key=_french_first)
    paths = [path_of("", Language(code)) for code in codes]
    paths += [path for each in platforms if each.table for path in each.pages.values()]
    entries = "".join(f"<url><loc>{escape(url + path)}</loc></url>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    ).encode()


def _french_first(code: str) -> tuple[bool, str]:
    return code != SOURCE, code
