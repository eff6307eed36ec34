"""Wrong values of the manager's options: told by the name of the option, with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from affluence import manager
from affluence.teletraffic import TargetError
from tests.conftest import ConfigWriter
from tests.test_cli import affluence

_SHARE = "write a share between 0 and 1, such as 0.9 for 90 %"


@pytest.mark.parametrize(
    ("command", "option", "problem"),
    [
        ("staffing --reached 2", "'--reached'", _SHARE),
        ("staffing --reached nan", "'--reached'", _SHARE),
        ("staffing --within 1", "'--within'", _SHARE),
        ("staffing --full 0", "'--full'", _SHARE),
        ("staffing --within-s inf", "'--within-s'", "less than or equal to 3600"),
        ("staffing --within-s nan", "'--within-s'", "less than or equal to 3600"),
        ("staffing --call-s inf", "'--call-s'", "less than or equal to 14400"),
        ("staffing --agents 10000000", "'--agents'", "less than or equal to 1000"),
        ("staffing --lines 10000000", "'--lines'", "less than or equal to 1000"),
        ("staffing --moved nan", "'--moved'", "less than or equal to 1"),
        ("staffing --quantile nan", "'--quantile'", "less than or equal to 0.99"),
        ("staffing --open friday", "--open", "write one weekday or the first and the last"),
        ("staffing --open friday=8-17", "--open", 'write hours as "09:00-12:00"'),
        ("staffing --check --json", "--check", "leave out --json"),
        ("indicators --from 1/9/2026", "'--from'", "write a day such as 2026-09-01"),
        ("indicators --to 2026-13-01", "'--to'", "write a day such as 2026-09-01"),
        ("simulate file", "folder", "name a folder that can be made and written to"),
        ("simulate file/within", "folder", "name a folder that can be made and written to"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(
    tmp_path: Path, command: str, option: str, problem: str
) -> None:
    (tmp_path / "file").touch()
    done = affluence(tmp_path, *command.split())
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert f"Invalid value for {option}: " in told
    assert problem in told
    assert "_share" not in told and "Errno" not in told and "Traceback" not in told


@pytest.fixture
def desk(small_platform: ConfigWriter) -> Path:
    return small_platform().parent


def test_a_target_that_no_number_meets_says_of_what_to_ask_less(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TargetError("agents or lines that meet the target: 1000 do not suffice")

    monkeypatch.setattr(manager, "staffing", refuse)
    done = affluence(desk, "staffing")
    assert done.returncode == 2
    assert "ask for less with --reached, --within, --full" in " ".join(done.stderr.split())
