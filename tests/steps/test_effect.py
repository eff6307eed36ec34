"""Weekly runs of the whole program: what was published is remembered, and whether it filled up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from affluence import manager
from affluence.config import load
from affluence.effect_words import effect_as_text
from affluence.store import open_store
from affluence.store.publications import Recommended
from affluence.typical_week.effect import Effect
from tests.conftest import ConfigWriter
from tests.records import fictional_number, record
from tests.runs import noon, run
from tests.test_cli import affluence

FIRST = date(2026, 2, 2)  # a Monday; no holiday until Easter
BEFORE = 4  # weeks
ROWS = ((540, 12), (600, 12), (660, 12), (810, 2), (840, 4), (900, 4), (960, 2))  # start, calls
REACHED = 8  # calls of an hour that an agent answers

Hours = Collection[tuple[int, int, int]]


def effect(config: Path) -> Effect:
    return manager.effect(load(config), noon(date(2026, 11, 23)))[1]


def recommended(config: Path) -> list[Recommended]:
    state = load(config).state
    with open_store(state.folder, state.keys_folder) as store:
        return store.ledger.publications.recommended("desk")


def week_of_records(week: int, calls: Callable[[int, int, int], int]) -> str:
    """``calls`` gives the number of an hour by weekday, start and what usually comes."""
    monday = datetime.combine(FIRST + timedelta(weeks=week), datetime.min.time())
    lines: list[str] = []
    for weekday in range(1, 6):
        for start, usual in ROWS:
            number = calls(weekday, start, usual)
            for nth in range(number):
                second = start * 60 + nth * 1700 // number
                moment = monday + timedelta(days=weekday - 1, seconds=second)
                caller = fictional_number(len(lines))
                answered = 5 if nth < REACHED else None
                lines.append(
                    record(len(lines), str(moment), 20, answered_after_s=answered, caller=caller)
                )
    return "\n".join(lines) + "\n"


def followers(hours: Hours) -> Callable[[int, int, int], int]:
    """Half of the callers of all other hours come in the recommended ones."""
    moving = 5 * sum(usual for _, usual in ROWS) // 2

    def calls(weekday: int, start: int, usual: int) -> int:
        followed = (weekday, start) in {(day, begin) for day, begin, _ in hours}
        return usual + moving // len(hours) if followed else usual // 2

    return calls


def creatures_of_habit(_hours: Hours) -> Callable[[int, int, int], int]:
    return lambda _weekday, _start, usual: usual


def run_weekly(config: Path, weeks: int, callers: Callable[[Hours], Callable[..., int]]) -> None:
    """A run after some weeks without a table, then one after every week."""
    records = config.parent / "records"
    for week in range(BEFORE):
        (records / f"{week}.csv").write_text(week_of_records(week, creatures_of_habit([])))
    run(config)
    for week in range(BEFORE, BEFORE + weeks):
        calls = callers(recommended(config)[-1].hours)
        (records / f"{week}.csv").write_text(week_of_records(week, calls))
        run(config)


def test_what_is_published_is_remembered_once_and_nobody_moves(
    small_platform: ConfigWriter,
) -> None:
    config = small_platform()
    run_weekly(config, 3, creatures_of_habit)
    published = recommended(config)
    # The records end on Fridays: the runs are of the Saturdays, the periods end on the Sundays.
    saturdays = [FIRST + timedelta(weeks=week, days=5) for week in range(BEFORE - 1, BEFORE + 3)]
    assert [known.published_on for known in published] == saturdays
    assert [(known.period_last - known.published_on).days for known in published] == [1] * 4
    assert {len(known.hours) for known in published} == {4}

    found = effect(config)
    assert (found.before.count, found.after.count) == (20, 15)
    assert found.comparison is not None
    assert found.comparison.shift.value == pytest.approx(0)
    assert not found.alarm
    printed = affluence(config.parent, "effect", "--platform", "desk").stdout
    assert printed == effect_as_text("Desk", found) + "\n"
    assert "Aucun déplacement ne se distingue du hasard" in printed
    document = affluence(config.parent, "effect", "--json").stdout
    assert json.loads(document)["after"]["last"] == "2026-03-20"

    (config.parent / "site" / "index.html").write_text("defaced")
    assert run(config).delivered_to == ["site"]
    assert recommended(config) == published


def test_where_everybody_follows_the_next_table_names_more_hours(
    small_platform: ConfigWriter,
) -> None:
    config = small_platform()
    run_weekly(config, 4, followers)
    assert effect(config).alarm
    first, *_, last = recommended(config)
    assert len(last.hours) > len(first.hours) == 4


def test_after_its_first_run_the_demonstration_cannot_know_yet(demonstration: Path) -> None:
    config = demonstration / "config.toml"
    assert effect_as_text("Desk", effect(config)).endswith("Aucun tableau n’a encore été publié.")
    run(config)
    found = effect(config)
    assert (found.after.count, found.comparison, found.alarm) == (0, None, False)
    assert found.before.count > 50
    assert "le premier tableau a été publié le" in effect_as_text("", found)
