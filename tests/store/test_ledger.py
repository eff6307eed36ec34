"""The ledger: older ones are brought forward, a publication is remembered whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from affluence.errors import StateError
from affluence.steps.account import LostLinesError, add_up
from affluence.store import database, open_store
from affluence.store.database import SCHEMA_VERSION
from affluence.store.days import PartFates
from affluence.store.ledger import Ledger
from affluence.store.publications import Publication, Recommended
from affluence.store.read_files import PartEntry, RangeEntry
from affluence.store.weeks import Week

TUESDAY = Recommended(
    platform="desk",
    period_last=date(2026, 3, 1),
    published_on=date(2026, 3, 2),
    hours=((2, 840, 900), (4, 540, 600)),
)


def again(**values: Any) -> Recommended:
    """The same but for what is given."""
    fields = {name: getattr(TUESDAY, name) for name in Recommended.__dataclass_fields__}
    return Recommended(**(fields | values))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def add(ledger: Ledger, target: str, release: str, recommended: list[Recommended]) -> None:
    new = Publication(target=target, release=release, at=None, action="run", reason="")
    ledger.publications.add_publication(new, recommended)


def write_older(path: Path, version: int, *, published: bool) -> None:
    """A ledger as that version of the schema left it, with a file of the platform "desk"."""
    with sqlite3.connect(path) as db:
        for added in range(1, version + 1):
            db.executescript(database._ADDED[added])
        db.execute(
            "INSERT INTO files (platform, path, size, mtime_ns, offset, digest, head_bytes,"
            " head_digest, lines, clock, clock_found, reader)"
            " VALUES ('desk', 'a.csv', 1, 2, 3, x'', 4, x'', 5, 'UTC', 'stated', 'reader')"
        )
        if published:
            db.execute("INSERT INTO publications (target, release) VALUES ('site', '2026-W09-a')")
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_older_ledgers_are_brought_forward(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite"
    write_older(path, version, published=False)
    for _ in range(2):  # the second time there is nothing to bring forward
        ledger = Ledger(path)
        assert [file.path for file in ledger.files.of("desk")] == ["a.csv"]
        assert ledger.retention.deletions() == []
        assert ledger.publications.recommended("desk") == []
        assert ledger.publications.published("site") is None
        ledger.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    db.close()


def test_what_older_versions_published_is_known_to_be_unknown(tmp_path: Path) -> None:
    """Else the time with a table would count as time without one."""
    path = tmp_path / "ledger.sqlite"
    write_older(path, 2, published=True)
    ledger = Ledger(path)
    add(ledger, "site", "2026-W10-b", [TUESDAY])
    long_ago = again(period_last=date.min, published_on=date.min, hours=())
    assert ledger.publications.recommended("desk") == [long_ago, TUESDAY]
    assert ledger.publications.recommended("other") == []
    ledger.close()


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    write_older(path, 2, published=False)
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(StateError, match="written by a newer version"):
        Ledger(path)
    assert not [handle for handle in Path("/proc/self/fd").iterdir() if opens(handle, path)]


def opens(handle: Path, path: Path) -> bool:
    return handle.is_symlink() and handle.readlink() == path


def test_a_publication_that_says_the_same_adds_nothing(ledger: Ledger) -> None:
    later = again(published_on=date(2026, 3, 3))
    other = again(platform="front")
    for target, recommended in (
        ("site", [TUESDAY, other]),
        ("web", [TUESDAY, other]),
        ("site", [later]),
    ):
        add(ledger, target, "2026-W09-a", recommended)
    assert ledger.publications.recommended("desk") == [TUESDAY]
    assert ledger.publications.recommended("front") == [other]


def test_other_hours_another_period_and_hours_that_come_back_are_new(ledger: Ledger) -> None:
    hours = again(hours=((1, 540, 600),), published_on=date(2026, 3, 4))
    back = again(published_on=date(2026, 3, 5))
    week = again(period_last=date(2026, 3, 8), published_on=date(2026, 3, 9))
    for recommended in (TUESDAY, hours, back, week):
        add(ledger, "site", "2026-W09-a", [recommended])
    assert ledger.publications.recommended("desk") == [TUESDAY, hours, back, week]


def test_a_publication_is_recorded_with_its_hours_or_not_at_all(ledger: Ledger) -> None:
    impossible = again(platform=None)
    with pytest.raises(sqlite3.IntegrityError):
        add(ledger, "site", "2026-W09-a", [TUESDAY, impossible])
    assert ledger.publications.published("site") is None
    assert ledger.publications.recommended("desk") == []


def test_a_week_is_found_by_its_sunday_and_the_newest_by_its_state(ledger: Ledger) -> None:
    log = ledger.weeks
    first = Week(
        platform="desk",
        last=date(2026, 3, 8),
        state="published",
        settings="s",
        inputs="i",
        figures="{}",
    )
    second = replace(first, last=date(2026, 3, 15), figures="[]")
    third = replace(first, last=date(2026, 3, 22), state="built")
    other = replace(first, platform="other", last=date(2026, 3, 29))
    for week in (third, first, other, second):
        log.put(week)
    assert log.at("desk", date(2026, 3, 8)) == first
    assert log.at("desk", date(2026, 3, 29)) is None
    assert log.newest_published("desk") == second
    assert log.newest_published("nowhere") is None
    assert log.of("desk") == [first, second, third]


# What became of the lines


def add_file(ledger: Ledger, name: str, lines: int, *, repeated: int = 0, calls: int = 0) -> None:
    """A file of two ranges: one that gives calls and ignores two lines, one with odd lines only."""
    file = ledger.files.add("desk", f"/records/{name}.csv", head=(1, b"h"), reader="r")
    day = date(2026, 3, 2)
    part = PartEntry(day=day, records=5, of_agents=0, last_us=1, sha256="s")
    first = RangeEntry(
        name=f"{name}-1",
        start=0,
        end=10,
        digest=b"d",
        first_line=1,
        lines=lines,
        provisional=False,
        repeated=repeated,
        ignored={"header": 1, "test": 1},
        rejected={},
        parts=() if repeated else (part,),
    )
    second = replace(
        first,
        name=f"{name}-2",
        start=10,
        lines=7,
        repeated=0,
        ignored={},
        rejected={"time": 3, "width": 4},
        parts=(),
    )
    for entry in (first, second):
        ledger.files.add_range("desk", file, entry, clock=("Europe/Paris", "found"))
    fates = PartFates(
        day=day, name=first.name, calls=calls, merged=1, duplicates=2, ignored=2 - calls
    )
    ledger.days.set_measured("desk", {}, [fates], {})


def test_totals_are_the_sums_of_the_account_of_every_file(ledger: Ledger) -> None:
    add_file(ledger, "a", 2 + 5, calls=2)
    add_file(ledger, "b", 2 + 5, calls=1)
    add_file(ledger, "c", 2 + 4, repeated=4)
    totals = ledger.accounts.totals("desk")
    assert totals.is_balanced
    assert totals.counts == {
        "lines": 7 + 7 + 6 + 3 * 7,
        "calls": 3,
        "merged": 2,
        "duplicates": 2 + 2 + 4,
        "ignored": 3 * 2 + 1,
        "rejected": 3 * 7,
    }
    accounts = ledger.accounts.of_files("desk")
    for name in ("lines", "calls", "merged", "duplicates"):
        assert totals.counts[name] == sum(account[name] for account in accounts)
    for name in ("ignored", "rejected"):
        assert totals.counts[name] == sum(sum(account[name].values()) for account in accounts)


def test_lost_lines_of_one_file_are_not_made_up_for_by_another(tmp_path: Path) -> None:
    with open_store(tmp_path / "state", tmp_path / "keys") as store:
        assert set(add_up(store, "desk").values()) == {0}
        add_file(store.ledger, "a", 2 + 6, calls=2)
        add_file(store.ledger, "b", 2 + 4, calls=2)
        with pytest.raises(LostLinesError, match=r"a\.csv: 15 lines, but 14 are accounted for"):
            add_up(store, "desk")
