"""Data in, data out: every published file says the levels and hours that went in.

All files are read back without any code of the product.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affluence.publication.site import build_site

from .editions import DRAWN, HOURS, PHONE, drawn, edition, hours
from .matrix import complete
from .reading import (
    LEVELS,
    Cell,
    advice,
    csv_rows,
    hours_said,
    json_data,
    levels,
    through_an_editor,
    words,
)

LANGUAGES = complete()
CALL_AT = ("Les heures les plus calmes (heures creuses)", "Les heures les moins chargées")
TO_AVOID = ("À éviter (heures d’affluence)",)
FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

GRIDS = (
    HOURS,
    tuple((hour * 60, hour * 60 + 60) for hour in range(8, 18)),
    ((525, 570), (570, 630), (780, 840), (1140, 1170)),
)


@dataclass(frozen=True)
class Week:
    """A week drawn by hand, one letter a cell, and the hours that are advised."""

    grid: tuple[tuple[int, int], ...]
    lines: tuple[str, ...]
    best: tuple[Cell, ...]
    worst: tuple[Cell, ...]

    @property
    def cells(self) -> dict[Cell, str]:
        return {
            (weekday, start, end): letter
            for (start, end), line in zip(self.grid, self.lines, strict=True)
            for weekday, letter in enumerate(line, start=1)
        }

    @property
    def shown(self) -> dict[Cell, str]:
        """Without weekdays and rows that are closed from end to end."""
        is_open = [key for key, letter in self.cells.items() if letter != "-"]
        weekdays, rows = {day for day, *_ in is_open}, {tuple(row) for _, *row in is_open}
        return {
            key: letter
            for key, letter in self.cells.items()
            if key[0] in weekdays and key[1:] in rows
        }

    @property
    def advised(self) -> tuple[list[Cell], list[Cell]]:
        """What the pages say: where every hour is quiet no list is needed."""
        if set(self.shown.values()) <= {"c", "-"} and not self.worst:
            return [], []
        return merged(self.best), merged(self.worst)

    def site(self) -> dict[str, bytes]:
        is_open = [key for key, letter in self.cells.items() if letter != "-"]
        return build_site(
            edition(
                languages=LANGUAGES,
                week=drawn(self.lines, self.grid),
                opening=hours(*is_open),
                recommended=hours(*self.best),
                to_avoid=hours(*self.worst),
                anything_quiet="c" in {self.cells[key] for key in self.best},
            )
        )


def merged(spans: Iterable[Cell]) -> list[Cell]:
    """Hours of a day that touch, as one."""
    found: list[Cell] = []
    for day, start, end in sorted(spans):
        if found and found[-1][0] == day and found[-1][2] == start:
            found[-1] = (day, found[-1][1], end)
        else:
            found.append((day, start, end))
    return found


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    grid = draw(st.sampled_from(GRIDS))
    letters = draw(st.sampled_from(["c", "t", "?", "cab", "bt", "cabt-?"]))
    columns = draw(st.integers(5, 7))
    line = st.text(letters, min_size=columns, max_size=columns)
    lines = tuple(
        draw(st.tuples(*[line] * len(grid)).filter(lambda all_: set("".join(all_)) != {"-"}))
    )
    cells = Week(grid, lines, (), ()).cells
    known = [key for key, letter in cells.items() if letter in "cabt"]
    quiet = [key for key in known if cells[key] == "c"]
    busy = [key for key in known if cells[key] in "bt"]
    best = draw(some(quiet or known, at_least=1))
    worst = draw(some([key for key in busy if key not in best], at_least=0))
    return Week(grid, lines, best, worst)


def some(cells: Sequence[Cell], *, at_least: int) -> st.SearchStrategy[tuple[Cell, ...]]:
    if not cells:
        return st.just(())
    chosen = st.lists(st.sampled_from(cells), min_size=at_least, max_size=6, unique=True)
    return chosen.map(tuple)


REALISTIC = Week(
    HOURS,
    DRAWN,
    ((2, 840, 900), (2, 900, 960), (3, 810, 840), (4, 840, 900), (2, 960, 990)),
    ((1, 540, 600), (1, 600, 660), (1, 660, 720), (5, 660, 720)),
)


def path(kind: str, code: str) -> str:
    if code == "fr":
        return f"{kind or 'index'}.html"
    return f"{kind}-{code}.html" if kind else f"{code}.html"


def clock(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def spans(listed: Iterable[dict[str, Any]]) -> list[Cell]:
    """Hours of one of the data files."""
    return [
        (FRENCH_DAYS.index(one["jour"]) + 1, clock(one["heure_debut"]), clock(one["heure_fin"]))
        for one in listed
    ]


def check_pages(week: Week, site: dict[str, bytes]) -> None:
    best, worst = week.advised
    for code in LANGUAGES:
        for kind in ("", "affiche", "integrer"):
            markup = site[path(kind, code)].decode()
            assert levels(markup, code) == week.shown
            assert advice(markup, code, *CALL_AT) == best
            assert advice(markup, code, *TO_AVOID) == worst


def check_simple_pages(week: Week, site: dict[str, bytes]) -> None:
    best, worst = week.advised
    for code in LANGUAGES:
        markup = site[path("simple", code)].decode()
        for look, expected in (("appeler", best), ("eviter", worst)):
            _, found, rest = markup.partition(f'<p class="conseil {look}">')
            assert bool(found) is bool(expected)
            assert hours_said(words(rest.partition("</p>")[0]), code) == expected


def check_fragment(week: Week, site: dict[str, bytes]) -> None:
    written = site["fragment.html"].decode()
    stored = through_an_editor(written)
    assert words(stored) == words(written)
    best, worst = week.advised
    assert levels(stored, "fr") == week.shown
    assert advice(stored, "fr", *CALL_AT) == best
    assert advice(stored, "fr", *TO_AVOID) == worst
    said = words(stored).replace("\u00a0", " ")
    assert f"0{PHONE[3:]}" in said.replace(" ", "") and f'href="tel:{PHONE}"' in stored
    assert "Valable jusqu’au dimanche 15 mars 2026" in said
    for word, _ in LEVELS.values():
        assert word in said or word in ("Fermé", "Données insuffisantes")


def check_data(week: Week, site: dict[str, bytes]) -> None:
    letters = {identifier: letter for letter, (_, identifier) in LEVELS.items()}
    for cells in (csv_rows(site), json_data(site)["cells"]):
        found = dict(zip(spans(cells), (letters[cell["niveau"]] for cell in cells), strict=True))
        assert found == week.cells
        assert len(cells) == len(found)
    told = json_data(site)
    assert tuple(spans(told["recommended"])) == week.best
    assert tuple(spans(told["to_avoid"])) == week.worst


def check_calendar(week: Week, site: dict[str, bytes]) -> None:
    quiet = merged(key for key, letter in week.cells.items() if letter == "c")
    found = []
    calendar: Any = icalendar.Calendar.from_ical(site["affluence.ics"])
    for event in calendar.walk("VEVENT"):
        begins, ends = event["dtstart"].dt, event["dtend"].dt
        first, last = (moment.hour * 60 + moment.minute for moment in (begins, ends))
        found.append((begins.isoweekday(), first, last))
    assert sorted(found) == quiet


def check_texts(week: Week, site: dict[str, bytes]) -> None:
    best = merged(week.best)
    by_day = defaultdict(list)
    for span in best:
        by_day[span[0]].append(span)
    as_file = site["textes.txt"].decode()
    for code, texts in json.loads(site["textes.json"])["textes"].items():
        for key in ("ligne_occupee", "lettre", "menu_vocal"):
            assert hours_said(texts[key], code) == best
            assert texts[key] in as_file
        in_sms = hours_said(texts["sms"], code, "abbreviated")
        assert set(in_sms) <= set(best)
        assert all(span in in_sms for day in {day for day, *_ in in_sms} for span in by_day[day])
        if best:
            assert week.best[0][0] in {day for day, *_ in in_sms}  # the best day before others


CHECKS = (
    check_pages,
    check_simple_pages,
    check_fragment,
    check_data,
    check_calendar,
    check_texts,
)


@pytest.mark.parametrize("check", CHECKS)
def test_the_realistic_week_comes_out_of_every_file_as_it_went_in(check: Any) -> None:
    check(REALISTIC, REALISTIC.site())


@pytest.mark.long
@given(weeks())
@settings(max_examples=12)
def test_any_week_comes_out_of_every_file_as_it_went_in(week: Week) -> None:
    site = week.site()
    for check in CHECKS:
        check(week, site)


def test_an_editor_of_rich_text_would_take_much_of_the_other_fragment() -> None:
    """The reason for two fragments, and the proof that the editor of these tests drops things."""
    whole = build_site(edition())["integrer.html"].decode()
    stored = through_an_editor(whole)
    assert "<svg" in whole and "bdi" in whole and "aff-court" in whole
    assert not any(part in stored for part in ("<svg", "<bdi", "<div", "<style", "aria-hidden"))
