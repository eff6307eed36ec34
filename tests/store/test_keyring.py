"""Keys of the pseudonyms: made once, readable by their owner only, gone with their month."""

from __future__ import annotations

import pickle
import stat
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from affluence.errors import StateError
from affluence.store.keyring import Keyring, passing_keys

DAY = date(2026, 3, 3)


def test_a_day_has_one_secret(tmp_path: Path) -> None:
    secret = Keyring(tmp_path).day_key("desk", DAY)
    assert len(bytes.fromhex(secret)) == 16
    assert Keyring(tmp_path).day_key("desk", DAY) == secret
    assert Keyring(tmp_path).day_key("desk", date(2026, 3, 4)) != secret
    assert Keyring(tmp_path).day_key("other", DAY) != secret


def test_key_files_are_private(tmp_path: Path) -> None:
    Keyring(tmp_path / "keys").day_key("desk", DAY)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "2026-03.key").stat().st_mode) == 0o600


def test_past_months_lose_their_key(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    before = keys.day_key("desk", DAY)
    keys.day_key("desk", date(2026, 4, 1))
    assert keys.months_before(date(2026, 4, 30)) == ("2026-03",)
    keys.destroy_before(date(2026, 4, 30))
    assert [path.name for path in tmp_path.iterdir()] == ["2026-04.key"]
    assert keys.day_key("desk", DAY) != before


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "2026-03.key").write_text("damaged")
    with pytest.raises(StateError, match=r"2026-03.key: this is not a key.*backup"):
        Keyring(tmp_path).day_key("desk", DAY)


def test_passing_keys_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = passing_keys()
    assert keys.day_key("desk", DAY) == keys.day_key("desk", DAY)
    assert keys.day_key("desk", DAY) != passing_keys().day_key("desk", DAY)
    assert not list(tmp_path.iterdir())


def test_what_is_lent_gives_the_same_secrets(tmp_path: Path) -> None:
    """Of a month that has a key, and of one whose key is made only once its records count."""
    keys, later = Keyring(tmp_path), date(2026, 4, 1)
    keys.day_key("other", DAY)
    lent = pickle.loads(pickle.dumps(keys.lend("desk")))  # noqa: S301  # our own
    told = {day: lent.day_key(day) for day in (DAY, later)}
    assert keys.months() == ("2026-03",)
    assert told == {day: keys.day_key("desk", day) for day in (DAY, later)}
    assert keys.months() == ("2026-03", "2026-04")
    assert Keyring(tmp_path).day_key("desk", later) == told[later]


def test_what_is_lent_is_of_one_platform_and_is_not_printed(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    keys.day_key("desk", DAY)
    (master,) = keys.masters()
    lent = keys.lend("desk")
    assert "platform='desk'" in repr(lent) and lent.day_key(DAY) not in repr(lent)
    assert min(lent.of_days) == date(2026, 3, 1) and len(lent.of_days) == 31
    assert keys.day_key("other", DAY) not in lent.of_days.values()
    assert master not in pickle.dumps(lent)
    assert Keyring(tmp_path / "new").lend("desk").day_key(DAY) != lent.day_key(DAY)


def test_a_damaged_key_is_told_of_once_its_records_come(tmp_path: Path) -> None:
    (tmp_path / "2026-03.key").write_text("damaged")
    keys = Keyring(tmp_path)
    assert keys.lend("desk").day_key(date(2026, 4, 1))
    keys.lend("desk").day_key(DAY)
    with pytest.raises(StateError, match=r"2026-03.key: this is not a key.*backup"):
        keys.day_key("desk", DAY)


def test_who_is_still_at_work_after_a_killed_run_has_the_keys_of_the_next(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    ExitStack().enter_context(keys.lending())  # and nothing is left in order
    still_at_work = keys.lend("desk")
    assert stat.S_IMODE((tmp_path / "unfinished.seed").stat().st_mode) == 0o600
    after = Keyring(tmp_path)
    with after.lending():
        assert after.day_key("desk", DAY) == still_at_work.day_key(DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-03.key"]
    assert Keyring(tmp_path).lend("desk").day_key(DAY) == still_at_work.day_key(DAY)


def test_no_seed_outlives_a_key_that_is_removed(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    ExitStack().enter_context(keys.lending())
    keys.day_key("desk", DAY)
    keys.destroy_before(date(2026, 4, 1))
    assert not list(tmp_path.iterdir())
