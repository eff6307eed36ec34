"""Each kind of data goes after its own period, whatever else fails, and leaves a trace."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from affluence import keeping
from affluence.config import load, load_sound
from affluence.errors import AffluenceError
from affluence.keeping_words import (
    forgotten_as_document,
    forgotten_as_text,
    privacy_as_document,
    privacy_as_text,
)
from affluence.store import open_store
from tests.conftest import ConfigWriter
from tests.records import day_of_records, week
from tests.runs import accounts, balanced, files_under, noon, run

FRIDAY = date(2026, 3, 6)
NUMBER = "06 39 98 00 01"


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """A desk by the clock that keeps calls for eight days, after a run on its first Saturday."""
    config = small_platform(legs_days=8)
    config.write_text(
        config.read_text()
        .replace('as_of = "last-record"', 'as_of = "today"')
        .replace("legs_days = 8", "legs_days = 8\nquarantine_days = 5")
    )
    log = config.parent / "records" / "week.csv"
    log.write_text(week(2) + f'"not","a","record of {NUMBER}"\n')
    try_run(config, FRIDAY + timedelta(days=1))
    return config


def try_run(config: Path, day: date) -> None:
    """A run that may refuse to publish: that is not what these tests are about."""
    try:
        run(config, day)
    except AffluenceError:
        return


def held(config: Path, day: date) -> dict[str, int]:
    """Number of files of each kind."""
    return {one.kind: one.files for one in keeping.privacy(load(config), noon(day)).held}


def days_in_lake(config: Path) -> list[str]:
    lake = config.parent / ".affluence" / "lake" / "legs" / "platform=desk"
    return sorted(path.name.removeprefix("day=") for path in lake.glob("day=*"))


def test_what_would_go_is_told_and_stays(desk: Path) -> None:
    later = FRIDAY + timedelta(days=7)
    state = desk.parent / ".affluence"
    before = files_under(state / "lake") | files_under(state / "quarantine")
    would = keeping.forget(load(desk), noon(later), dry_run=True)
    assert files_under(state / "lake") | files_under(state / "quarantine") == before
    text = forgotten_as_text(would, dry_run=True)
    assert "desk: 30 records of 3 days, 2026-03-02 to 2026-03-04, would be deleted" in text
    assert "1 files of rejected lines would be deleted." in text
    done = keeping.forget(load(desk), noon(later), dry_run=False)
    assert done == would
    assert days_in_lake(desk) == ["2026-03-05", "2026-03-06"]
    assert not files_under(state / "quarantine")
    again = keeping.forget(load(desk), noon(later), dry_run=True)
    assert forgotten_as_text(again, dry_run=True) == "Nothing is past its period."
    document = json.loads(forgotten_as_document(done, dry_run=False))
    assert document["calls"][0]["days"] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert all(balanced(account) for account in accounts(desk))


def test_keys_go_with_the_last_call_of_their_month(desk: Path) -> None:
    config = load(desk)
    keys = desk.parent / ".affluence" / "keys"
    keeping.forget(config, noon(date(2026, 4, 8)), dry_run=False)
    assert [path.name for path in keys.iterdir()] == ["2026-03.key"]
    gone = keeping.forget(config, noon(date(2026, 4, 9)), dry_run=False)
    assert gone.key_months == ("2026-03",)
    assert list(keys.iterdir()) == []


def test_it_is_applied_although_no_records_come(desk: Path) -> None:
    shutil.rmtree(desk.parent / "records")
    try_run(desk, FRIDAY + timedelta(days=7))
    assert days_in_lake(desk) == ["2026-03-05", "2026-03-06"]


def test_it_is_applied_to_a_platform_that_is_no_longer_configured(desk: Path) -> None:
    desk.write_text(desk.read_text().replace("platform.desk", "platform.other"))
    try_run(desk, FRIDAY + timedelta(days=7))
    assert days_in_lake(desk) == ["2026-03-05", "2026-03-06"]


def test_what_was_never_measured_is_measured_before_it_goes(desk: Path) -> None:
    state = load(desk).state
    with open_store(state.folder, state.keys_folder) as store:
        store.ledger._db.execute("DELETE FROM days")
        store.ledger._db.execute("UPDATE parts SET calls = NULL, merged = NULL, duplicates = NULL")
    keeping.forget(load(desk), noon(FRIDAY + timedelta(days=7)), dry_run=False)
    assert all(balanced(account) for account in accounts(desk))


def test_a_clock_that_goes_back_gives_nothing_back(desk: Path) -> None:
    later = FRIDAY + timedelta(days=7)
    keeping.forget(load(desk), noon(later), dry_run=False)
    copy = desk.parent / "records" / "copy.csv"
    copy.write_text(day_of_records("2026-03-03", 10, first=7000))
    try_run(desk, FRIDAY + timedelta(days=1))
    assert days_in_lake(desk) == ["2026-03-05", "2026-03-06"]


def test_what_is_held_is_told_with_its_dates_and_the_trace(desk: Path) -> None:
    config, day = load(desk), FRIDAY + timedelta(days=1)
    found = keeping.privacy(config, noon(day))
    assert held(desk, day) == {
        "calls": 5,
        "keys": 1,
        "quarantine": 1,
        "counts": 5,
        "releases": held(desk, day)["releases"],
        "ledger": 1,
    }
    calls = found.held[0]
    assert (calls.oldest, calls.newest) == (date(2026, 3, 2), FRIDAY)
    assert calls.first_goes_after == date(2026, 3, 10)  # 8 days after the oldest
    assert calls.kept_until == date(2026, 3, 14)
    assert [one.kind for one in found.held if one.is_personal] == ["calls", "keys"]
    assert found.overdue.is_none
    assert "Nothing is kept beyond its period" in privacy_as_text(found)

    later = noon(date(2026, 4, 9))
    overdue = keeping.privacy(config, later)
    assert "OVERDUE" in privacy_as_text(overdue)
    keeping.forget(config, later, dry_run=False)
    after = keeping.privacy(config, later)
    assert after.overdue.is_none
    assert [(gone.what, gone.kept_from, gone.count) for gone in after.deletions] == [
        ("calls", "2026-04-01", 5),
        ("keys", "2026-04", 1),
        ("quarantine", "2026-04-04", 1),
    ]
    assert "2026-04-09  desk: 5 fichiers d’appels / files of calls" in privacy_as_text(after)
    document = json.loads(privacy_as_document(after))
    assert {one["kind"] for one in document["held"]} == {"counts", "ledger", "releases"}


def test_copies_of_a_platform_that_is_no_longer_configured_are_told(desk: Path) -> None:
    copies = desk.parent / ".affluence" / "fetched" / "gone"
    copies.mkdir(parents=True)
    (copies / "Master.csv").write_text("?")
    (copies / ".unfinished").mkdir()
    (copies / ".unfinished" / "0123456789abcdef.0").write_text("of one that broke off")
    (one,) = (
        one
        for one in keeping.privacy(load(desk), noon(FRIDAY)).held
        if one.is_personal and one.kind == "fetched"
    )
    assert (one.platform, one.files, one.size_bytes) == ("gone", 2, 1 + 21)


def fetched(desk: Path, platform: str, name: str, day: date) -> Path:
    """A copy of a file of a server, as a run of that day left it."""
    path = desk.parent / ".affluence" / "fetched" / platform / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"a record of {NUMBER}")
    written = noon(day).timestamp()
    os.utime(path, (written, written))
    return path


def test_copies_that_nobody_will_read_go_after_their_days(desk: Path) -> None:
    """Of a platform that is gone, of one whose records now lie in a folder, and what broke off."""
    of_that_day = date(2026, 3, 2)
    copies = [
        fetched(desk, "gone", "Master.csv", of_that_day),
        fetched(desk, "desk", "Master.csv", of_that_day),
        fetched(desk, "gone", ".unfinished/0123456789abcdef.0", of_that_day),
    ]
    younger = fetched(desk, "gone", "Master.csv.1", date(2026, 3, 3))
    last_day, after = noon(date(2026, 3, 17)), noon(date(2026, 3, 18))
    assert keeping.privacy(load(desk), last_day).overdue.copies == {}
    overdue = keeping.privacy(load(desk), after).overdue
    assert {name: len(paths) for name, paths in overdue.copies.items()} == {"desk": 1, "gone": 2}
    text = forgotten_as_text(overdue, dry_run=True)
    assert "gone: 2 files fetched from a server would be deleted." in text
    document = json.loads(forgotten_as_document(overdue, dry_run=True))
    assert document["copies"] == [
        {"platform": "desk", "files": 1},
        {"platform": "gone", "files": 2},
    ]
    keeping.forget(load(desk), after, dry_run=False)
    assert not any(path.exists() for path in copies) and younger.exists()
    assert [
        (gone.platform, gone.what, gone.kept_from, gone.count)
        for gone in keeping.privacy(load(desk), after).deletions
        if gone.what == "copies"
    ] == [("desk", "copies", "2026-03-03", 1), ("gone", "copies", "2026-03-03", 2)]


def test_copies_that_nobody_will_read_go_with_every_run(desk: Path) -> None:
    copy = fetched(desk, "gone", "Master.csv", date(2026, 3, 2))
    try_run(desk, date(2026, 3, 18))
    assert not copy.exists()


def test_copies_that_were_never_read_stay_while_somebody_may_read_them(desk: Path) -> None:
    copy = fetched(desk, "front", "Master.csv", date(2026, 3, 2))
    text = desk.read_text()
    of_desk = re.search(r"\[platform\.desk\]\n(.*\n)*?(?=\[target)", text)
    assert of_desk is not None
    wrong = of_desk[0].replace("platform.desk", "platform.front").replace("lines", "lanes")
    desk.write_text(text.replace("[target.site]", f"{wrong}[target.site]"))
    keeping.forget(load_sound(desk), noon(date(2026, 3, 18)), dry_run=False)
    assert copy.exists()


def test_no_number_is_in_anything_that_is_told_or_kept(desk: Path) -> None:
    found = keeping.privacy(load(desk), noon(FRIDAY))
    digits = NUMBER.replace(" ", "")
    told = privacy_as_text(found) + privacy_as_document(found)
    assert NUMBER not in told and digits not in told
    for content in files_under(desk.parent / ".affluence").values():
        assert NUMBER.encode() not in content and digits.encode() not in content
