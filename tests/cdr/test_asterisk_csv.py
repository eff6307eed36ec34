"""Asterisk cdr_csv: all its widths, what its words mean, and what is one record or one call."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from affluence.cdr.asterisk_csv import DIALECT
from affluence.cdr.dialect import Reading
from affluence.cdr.recipe import Recipe
from affluence.pipeline import read_calls
from affluence.steps.inspect import inspect_files
from tests.records import day_of_records, record


def written(tmp_path: Path, *records: str) -> Path:
    path = tmp_path / "Master.csv"
    path.write_text("".join(f"{line}\n" for line in records), encoding="utf-8")
    return path


def outcome(path: Path, reading: Reading) -> str:
    recipe = Recipe(dialect=DIALECT, reading=reading, clock="auto", zone="Europe/Paris")
    calls = inspect_files([path], recipe, platform="desk", longest_call_s=3600).calls
    assert calls.height == 1
    return str(calls["outcome"][0])


@pytest.mark.parametrize("width", range(16, 22))
def test_every_legal_width(tmp_path: Path, width: int) -> None:
    lines = [record(n, f"2026-03-03 09:{n:02}:00", 30 + n, width=width) for n in range(1, 20)]
    calls, account = read_calls([written(tmp_path, *lines)])
    assert account["calls"] == account["lines"] == 19
    assert calls["offered_at"].dt.hour().unique().to_list() == [8]  # 9 o'clock in Paris
    held = calls.select((pl.col("released_at") - pl.col("offered_at")).dt.total_seconds())
    assert held.to_series().to_list() == [30 + n for n in range(1, 20)]


def test_seventeenth_column_may_be_the_user_field(tmp_path: Path) -> None:
    lines = [record(n, f"2026-03-03 09:{n:02}:00", 30, width=16) + ',"a note"' for n in range(1, 5)]
    calls, account = read_calls([written(tmp_path, *lines)])
    assert account["calls"] == 4
    assert calls["call_key"].n_unique() == 4


@pytest.mark.parametrize("width", [19, 20, 21])
def test_legs_of_one_call_share_their_linked_id(tmp_path: Path, width: int) -> None:
    rang = record(1, "2026-03-03 09:00:00", 15, width=width, sequence=1)
    answered = record(1, "2026-03-03 09:00:00", 300, answered_after_s=20, width=width, sequence=2)
    calls, account = read_calls([written(tmp_path, rang, answered)])
    assert (account["calls"], account["merged"]) == (1, 1)
    assert calls["outcome"].to_list() == ["answered"]
    assert calls["legs"].to_list() == [2]


@pytest.mark.parametrize("width", range(16, 22))
def test_a_record_met_twice_is_one_record(tmp_path: Path, width: int) -> None:
    line = record(1, "2026-03-03 09:00:00", 15, width=width)
    _, account = read_calls([written(tmp_path, line, line)])
    assert (account["calls"], account["duplicates"]) == (1, 1)


def test_a_record_has_the_same_keys_in_a_clean_and_in_an_unclean_block(tmp_path: Path) -> None:
    lines = day_of_records(calls=5).splitlines()
    clean, _ = read_calls([written(tmp_path, *lines)])
    unclean, account = read_calls([written(tmp_path, *lines, "oops")])
    assert account["rejected"] == {"wrong number of columns": 1}
    assert clean["call_key"].equals(unclean["call_key"])
    both = tmp_path / "both.csv"
    both.write_text("\n".join([*lines, "oops"]) + "\n")
    _, account = read_calls([tmp_path / "Master.csv", both])
    assert account["duplicates"] == 5


def test_records_without_linked_id_are_told_apart(tmp_path: Path) -> None:
    """An empty linkedid is no identity: the unique id takes its place."""
    lines = [
        ",".join([*line.split(",")[:-2], '""', str(n)])
        for n, line in enumerate(day_of_records(calls=5).splitlines())
    ]
    calls, account = read_calls([written(tmp_path, *lines)])
    assert account["calls"] == calls["call_key"].n_unique() == 5


def test_overlapping_files_in_any_order(tmp_path: Path) -> None:
    lines = day_of_records(calls=10).splitlines(keepends=True)
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("".join(lines[:7]))
    second.write_text("".join(lines[4:]))
    both, account = read_calls([first, second])
    assert (account["lines"], account["calls"], account["duplicates"]) == (13, 10, 3)
    again, _ = read_calls([second, first])
    assert again.drop("caller").equals(both.drop("caller"))


@pytest.mark.parametrize(
    ("disposition", "app", "agent", "expected"),
    [
        ("ANSWERED", "Queue", True, "answered"),
        ("ANSWERED", "Dial", True, "answered"),
        ("ANSWERED", "Queue", False, "abandoned"),
        ("ANSWERED", "Playback", False, "self_service"),
        ("ANSWERED", "VoiceMail", False, "self_service"),
        ("ANSWERED", "Hangup", False, "unanswered"),
        ("NO ANSWER", "Queue", True, "abandoned"),
        ("NO ANSWER", "Dial", False, "abandoned"),
        ("NO ANSWER", "Hangup", False, "unanswered"),
        ("CANCEL", "Dial", False, "abandoned"),
        ("BUSY", "Busy", False, "busy"),
        ("CONGESTION", "Congestion", False, "busy"),
        ("FAILED", "Dial", False, "failed"),
        ("UNKNOWN", "", False, "unknown"),
    ],
)
def test_what_the_words_of_a_record_mean(
    tmp_path: Path, disposition: str, app: str, agent: bool, expected: str
) -> None:
    line = record(1, "2026-03-03 09:00:00", 60, disposition=disposition, app=app)
    if agent:
        trunk = '"PJSIP/operateur-00000001",'
        line = line.replace(f'{trunk}""', f'{trunk}"PJSIP/agent-01-00000001"')
    assert outcome(written(tmp_path, line), Reading()) == expected


def test_announcements_tell_refused_and_closed_calls(tmp_path: Path) -> None:
    line = record(1, "2026-03-03 09:00:00", 9, disposition="ANSWERED", app="Playback")
    path = written(tmp_path, line.replace('"Playback",""', '"Playback","fr/rappelez-plus-tard"'))
    assert outcome(path, Reading()) == "self_service"
    assert outcome(path, Reading(busy_announcements=("rappelez",))) == "busy"
    assert outcome(path, Reading(closed_announcements=("rappelez",))) == "closed"


def test_a_machine_that_answers_first_hides_the_wait(tmp_path: Path) -> None:
    path = written(tmp_path, record(1, "2026-03-03 09:00:00", 90, answered_after_s=2))
    reading = Reading(machine_answers_first=True)
    recipe = Recipe(dialect=DIALECT, reading=reading, clock="auto", zone="Europe/Paris")
    call = inspect_files([path], recipe, platform="p", longest_call_s=900).calls.row(0, named=True)
    assert call["outcome"] == "answered"
    assert call["answered_at"] is None
    assert (call["picked_up_at"] - call["offered_at"]).total_seconds() == 2


def test_direction_by_trunk(tmp_path: Path) -> None:
    inbound = record(1, "2026-03-03 09:00:00", 90, answered_after_s=2)
    outbound = record(2, "2026-03-03 09:01:00", 90, answered_after_s=2)
    trunk, agent = '"PJSIP/operateur-00000002"', '"PJSIP/agent-01-00000002"'
    outbound = outbound.replace(f"{trunk},{agent}", f"{agent},{trunk}")
    internal = record(3, "2026-03-03 09:02:00", 90).replace("PJSIP/operateur", "PJSIP/agent-02")
    path = written(tmp_path, inbound, outbound, internal)
    assert read_calls([path], trunks=["PJSIP/operateur"])[0]["direction"].to_list() == [
        "inbound",
        "outbound",
        "internal",
    ]


@pytest.mark.parametrize("number", ["", "anonymous", "Unavailable", "private"])
def test_a_withheld_number_is_nobody(tmp_path: Path, number: str) -> None:
    calls, _ = read_calls([written(tmp_path, record(1, "2026-03-03 09:00:00", 9, caller=number))])
    assert calls["caller"].to_list() == [None]


def test_pseudonyms_agree_within_a_day_and_not_beyond(tmp_path: Path) -> None:
    days = ("2026-03-03 09:00:00", "2026-03-03 16:00:00", "2026-03-04 09:00:00")
    lines = [record(n, start, 9) for n, start in enumerate(days, 1)]
    callers = read_calls([written(tmp_path, *lines)])[0]["caller"].to_list()
    assert callers[0] == callers[1] != callers[2]
