"""What is damaged is found by its hash; what can be made again is, and the rest is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from affluence import keeping
from affluence.config import load
from affluence.errors import StateError
from affluence.keeping_words import verification_as_document, verification_as_text
from affluence.steps.verify import Remedy, Verification
from affluence.store import open_store
from tests.conftest import ConfigWriter
from tests.records import day_of_records, week
from tests.runs import TODAY, accounts, balanced, files_under, measured, noon, run, state_of

FIRST_WEEK = [date(2026, 3, day) for day in range(2, 7)]


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    """A desk after a run over two files of a week each."""
    config = small_platform()
    (config.parent / "records" / "a.csv").write_text(week(2))
    (config.parent / "records" / "b.csv").write_text(week(9))
    run(config)
    return config


def sound_content(config: Path) -> dict[str, dict[str, bytes]]:
    """What must be the same after a repair."""
    return {
        "lake": files_under(state_of(config) / "lake"),
        "site": files_under(config.parent / "site"),
    }


def legs_of(config: Path, day: date) -> Path:
    (path,) = (state_of(config) / "lake" / "legs" / "platform=desk" / f"day={day}").iterdir()
    return path


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def look(config: Path) -> Verification:
    return keeping.verify(load(config))


def repair(config: Path) -> Verification:
    """Repair and run, as the command does; what is found afterwards."""
    keeping.repair(load(config), noon(TODAY))
    run(config)
    return look(config)


def test_a_sound_state_is_called_sound_and_nothing_is_changed(desk: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (state_of(desk) / "lake").rglob("*")}
    found = look(desk)
    assert found.is_sound and found.damages == () and found.without_hash == 0
    assert found.files == 10 + 5 + 1 + 1  # days, tables of the month, key, release
    assert "Everything is as it was written." in verification_as_text(found)
    assert before == {p: p.stat().st_mtime_ns for p in (state_of(desk) / "lake").rglob("*")}


@pytest.mark.parametrize("damage", [flip, Path.unlink])
def test_calls_are_read_again_from_their_file(desk: Path, damage: Callable[[Path], None]) -> None:
    before = sound_content(desk)
    for day in FIRST_WEEK[1:3]:
        damage(legs_of(desk, day))
    found = look(desk)
    assert [(one.days, one.remedy) for one in found.damages] == [
        ((day,), Remedy.READ_AGAIN) for day in FIRST_WEEK[1:3]
    ]
    assert all(one.is_missing == (damage is Path.unlink) for one in found.damages)
    assert not look(desk).is_sound  # looking has repaired nothing
    assert repair(desk).is_sound
    assert sound_content(desk) == before
    assert all(balanced(account) for account in accounts(desk))


def test_a_file_that_was_rotated_is_found(desk: Path) -> None:
    before = sound_content(desk)
    records = desk.parent / "records"
    (records / "a.csv").rename(records / "a.csv.1")
    flip(legs_of(desk, FIRST_WEEK[0]))
    assert repair(desk).is_sound
    assert sound_content(desk) == before


@pytest.mark.parametrize("keeps_the_end", [True, False])
def test_another_file_with_the_same_records_gives_them(desk: Path, keeps_the_end: bool) -> None:
    """A copy, or a file that begins alike and ends otherwise."""
    records = desk.parent / "records"
    shutil.copy(records / "a.csv", records / "copy.csv")
    run(desk)
    if not keeps_the_end:
        with (records / "a.csv").open("a") as first:
            first.write(day_of_records("2026-03-12", 5, first=9000))
        run(desk)
    before = sound_content(desk)
    (records / "a.csv").unlink()
    flip(legs_of(desk, FIRST_WEEK[0]))
    assert repair(desk).is_sound
    assert sound_content(desk) == before
    assert all(balanced(account) for account in accounts(desk))
    assert sum(account["calls"] for account in accounts(desk)) == (100 if keeps_the_end else 105)


def test_calls_that_nothing_can_give_again_are_said_and_their_figures_stay(desk: Path) -> None:
    figures = measured(desk)
    (desk.parent / "records" / "a.csv").unlink()
    flip(legs_of(desk, FIRST_WEEK[1]))
    found = look(desk)
    (damage,) = found.damages
    assert (damage.remedy, damage.lost_days) == (Remedy.NONE, (FIRST_WEEK[1],))
    text = verification_as_text(found)
    assert "lost: nothing can make it again" in text
    assert "their calls are lost, their figures stay as they were measured: 2026-03-03" in text
    assert repair(desk).is_sound
    assert all(table.equals(figures[name]) for name, table in measured(desk).items())
    assert all(balanced(account) for account in accounts(desk))
    (lost,) = keeping.privacy(load(desk), noon(TODAY)).deletions
    assert (lost.what, lost.kept_from) == ("lost", "2026-03-03")
    # Another number of lines measures every other day again, this one never.
    desk.write_text(desk.read_text().replace("lines = 3", "lines = 2"))
    report = run(desk)
    assert FIRST_WEEK[1] not in report.days_measured["desk"]
    assert FIRST_WEEK[0] in report.days_measured["desk"]


@pytest.mark.parametrize("damage", [flip, Path.unlink])
@pytest.mark.parametrize("kind", ["slots", "persons"])
def test_figures_are_measured_again_while_their_calls_are_kept(
    desk: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    before = sound_content(desk)
    damage(state_of(desk) / "lake" / kind / "platform=desk" / "2026-03.parquet")
    (found,) = look(desk).damages
    assert (found.remedy, found.lost_days) == (Remedy.MEASURED_AGAIN, ())
    assert repair(desk).is_sound
    assert sound_content(desk) == before
    aside = state_of(desk) / "damaged" / f"{kind}-desk-2026-03.parquet"
    assert aside.exists() == (damage is flip)


def test_figures_whose_calls_are_gone_are_said_to_be_lost(small_platform: ConfigWriter) -> None:
    config = small_platform(legs_days=8)
    records = config.parent / "records"
    (records / "a.csv").write_text(week(2))
    run(config)
    (records / "b.csv").write_text(week(16))
    run(config)
    flip(state_of(config) / "lake" / "durations" / "platform=desk" / "2026-03.parquet")
    (found,) = look(config).damages
    assert found.remedy is Remedy.MEASURED_AGAIN  # those of the days that are kept
    assert found.lost_days[0] == FIRST_WEEK[0] and found.lost_days[-1] == date(2026, 3, 13)
    assert "their figures of this kind are lost, for their calls are gone: 2026-03-02 to" in (
        verification_as_text(look(config))
    )
    assert repair(config).is_sound
    after = measured(config)
    assert after["slots"]["attempts"].sum() == 100  # of all days: nothing was wrong with these
    assert min(after["durations"]["slot_start"].dt.date().to_list()) >= date(2026, 3, 13)


def test_a_run_that_meets_damage_says_what_to_do(desk: Path) -> None:
    flip_head = legs_of(desk, FIRST_WEEK[0])
    flip_head.write_bytes(b"PAR1" + bytes(100))
    desk.write_text(desk.read_text().replace("lines = 3", "lines = 2"))
    with pytest.raises(StateError, match=r"damaged.*`affluence verify --repair`"):
        run(desk)
    assert repair(desk).is_sound


def test_files_of_an_older_version_get_their_hash(desk: Path) -> None:
    config = load(desk)
    with open_store(config.state.folder, config.state.keys_folder) as store:
        store.ledger._db.execute("UPDATE parts SET sha256 = NULL")
        store.ledger._db.execute("DELETE FROM months")
    found = look(desk)
    assert found.is_sound and found.without_hash == 15
    assert "15 files of an older version have no hash" in verification_as_text(found)
    legs_of(desk, FIRST_WEEK[0]).write_bytes(b"no longer a file of the lake")
    assert len(look(desk).damages) == 1
    after = repair(desk)
    assert after.is_sound and after.without_hash == 0


def test_files_that_nothing_knows_are_named_and_left(desk: Path) -> None:
    state = state_of(desk)
    strays = ["lake/slots/platform=desk/2025-01.parquet", "lake/note.txt", "old.tar"]
    for stray in strays:
        (state / stray).write_bytes(b"?")
    (state / "releases" / "2026-W01-abcdef.building").mkdir()
    found = look(desk)
    assert sorted(found.strays) == sorted([*strays, "releases/2026-W01-abcdef.building"])
    assert not found.is_sound and found.damages == ()
    assert "old.tar: nothing knows this file." in verification_as_text(found)
    keeping.repair(load(desk), noon(TODAY))
    assert (state / "old.tar").exists()


def test_a_damaged_key_is_made_anew(desk: Path) -> None:
    key = state_of(desk) / "keys" / "2026-03.key"
    key.write_text("damaged")
    (found,) = look(desk).damages
    assert (found.what, found.remedy) == ("key", Remedy.NEW_KEY)
    assert repair(desk).is_sound
    (desk.parent / "records" / "late.csv").write_text(day_of_records("2026-03-12", 5, first=9000))
    run(desk)
    assert len(key.read_text()) == 64


def test_a_damaged_release_is_built_again(desk: Path) -> None:
    before = files_under(state_of(desk) / "releases")
    flip(next((state_of(desk) / "releases").rglob("index.html")))
    (found,) = look(desk).damages
    assert (found.what, found.remedy) == ("release", Remedy.BUILT_AGAIN)
    assert repair(desk).is_sound
    assert files_under(state_of(desk) / "releases") == before


def test_a_damaged_manifest_of_a_release_is_found(desk: Path) -> None:
    """Whatever is damaged in it: a hash, the name of a key, all of it."""
    manifest = next((state_of(desk) / "releases").rglob("manifest.json"))
    sound = manifest.read_bytes()
    for damaged in (sound.replace(b'"sha256"', b'"sha257"'), b"[]", b"{}", b"?", b""):
        manifest.write_bytes(damaged)
        (found,) = look(desk).damages
        assert found.what == "release"
    assert repair(desk).is_sound
    assert manifest.read_bytes() == sound


def test_what_other_parts_of_the_program_keep_there_is_known(desk: Path) -> None:
    (state_of(desk) / "worker.json").write_text("{}")  # of the worker
    (state_of(desk) / "themes" / "package").mkdir(parents=True)
    assert look(desk).is_sound


def test_a_run_that_was_killed_is_told(desk: Path) -> None:
    config = load(desk)
    with open_store(config.state.folder, config.state.keys_folder) as store:
        store.ledger.runs.begin(noon(TODAY))
    assert "The last run did not end: `affluence run` first" in verification_as_text(look(desk))


def test_as_json(desk: Path) -> None:
    flip(legs_of(desk, FIRST_WEEK[0]))
    document = json.loads(verification_as_document(look(desk)))
    assert document["sound"] is False
    assert document["damages"][0]["days"] == ["2026-03-02"]
    assert document["damages"][0]["remedy"] == "read again from its source file"
