"""Mitel SMDR: lines of several widths, dates without a year, letters of completion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import mitel_smdr
from affluence.cdr.dialect import Reading, Sample
from affluence.pipeline import read_calls
from affluence.tables import MINUTE_ONLY
from tests.cdr.reading import (
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    of_day,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SHIPPED = REPOSITORY / "cdr_samples" / "mitel-smdr" / "smdr.txt"
LINES = SHIPPED.read_text(encoding="utf-8").splitlines()
MACHINES = {"7900": "self_service", "7901": "self_service"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The shipped file, whose own day is that of the checkout."""
    return of_day(written(tmp_path, LINES, name="smdr.txt"), "2026-03-04")


def line(
    start: str = "09:00:00",
    *,
    day: str = "03/03",
    duration: str = "0000:01:00",
    calling: str = "T001",
    answer: str = "0010",
    status: str = "",
    called: str = "7101",
    caller: str = "0639980001",
) -> str:
    """An extended record with seconds, as published records have it."""
    begins = f" {day} {start}  {duration:<10} {calling:<8}{answer:<4} {'7000':<26}"
    return f"{begins}{status:<1} {called:<7}".ljust(107) + f"001   {caller:<20}"


def short(
    start: str = "09:00 ", *, answer: str = "010", called: str = "7101", caller: str = ""
) -> str:
    """A record of 90 characters, with the caller's number behind it where there is one."""
    begins = f" 03/03 {start:<6} 00:01:00 T001 {answer:<3} {'7000':<26}  {called:<4}"
    return f"{begins}".ljust(87) + f"001 {caller}"


def test_the_hand_made_day(sample: Path) -> None:
    found = inspected(sample, outcomes=MACHINES)
    assert_same_slots(
        found.calls,
        but={
            # Time to answer is that of incoming calls.
            7: {"answered_at": "09:06:00"},
            18: {"answered_at": "23:55:00"},
            12: {"outcome": "abandoned"},  # nothing tells that the platform gave up first
        },
        without={14},  # what the network refuses leaves no record
    )
    assert found.account == {
        "lines": 18,
        "calls": 17,
        "merged": 0,
        "duplicates": 0,
        "ignored": {"blank line": 1},
        "rejected": {},
    }


def test_it_is_found() -> None:
    assert [*inspected(SHIPPED).dialects] == ["mitel-smdr"]


def test_clean_and_broken_files_give_the_same_calls(tmp_path: Path) -> None:
    clean = written(tmp_path, [row for row in LINES if row], name="clean")
    folder = tmp_path / "broken"
    folder.mkdir()
    reason = "line shorter than any record"
    assert_a_broken_line_changes_nothing(clean, folder, " 03/03 09:02", reason)


@pytest.mark.parametrize(
    ("file_of", "day", "offered_at"),
    [
        ("2026-03-04", "03/03", "2026-03-03"),
        ("2026-03-03", "03/03", "2026-03-03"),
        ("2026-03-02", "03/03", "2025-03-03"),  # not of the future
        ("2026-01-02", "12/31", "2025-12-31"),
        ("2026-12-31", "01/01", "2026-01-01"),
        ("2025-01-15", "02/29", "2024-02-29"),
    ],
)
def test_the_year_is_that_of_the_file(
    tmp_path: Path, file_of: str, day: str, offered_at: str
) -> None:
    path = of_day(written(tmp_path, [line(day=day)]), file_of)
    assert str(read(path)[0]["offered_at"].dt.date().item()) == offered_at


def test_a_file_over_new_year(tmp_path: Path) -> None:
    rows = [line(day=day) for day in ("12/30", "12/31", "01/01", "01/02")]
    calls, _ = read(of_day(written(tmp_path, rows), "2026-01-02"))
    assert calls["offered_at"].dt.year().to_list() == [2025, 2025, 2026, 2026]


def test_the_year_that_the_configuration_states(tmp_path: Path) -> None:
    path = of_day(written(tmp_path, [line()]), "2026-03-04")
    found = inspected(path, "mitel-smdr", time_format="2024 %m/%d")
    assert found.calls["offered_at"].dt.year().to_list() == [2024]


@pytest.mark.parametrize(("day", "variant"), [("2026-03-04", "2026"), ("2026-02-04", "2025")])
def test_what_the_day_of_the_file_decides_is_part_of_how_it_is_read(day: str, variant: str) -> None:
    sample = Sample(lines=(line(),), modified_on=datetime.fromisoformat(day).date())
    fitted = mitel_smdr.fit(sample, Reading())
    assert fitted.variant == variant
    assert day in fitted.choices[0]


def test_a_record_of_90_characters_without_seconds(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [short(), short("09:05", answer="***")]))
    assert local_times(calls) == [
        ("09:00:00", "09:00:10", "09:01:10"),
        ("09:05:00", None, "09:06:00"),
    ]
    assert calls["quality"].to_list() == [MINUTE_ONLY, MINUTE_ONLY]
    assert calls["caller"].to_list() == [False, False]  # it has no column for it


def test_a_record_of_90_characters_and_the_caller(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [short(caller="0639980001")]))
    assert calls["caller"].to_list() == [True]


def test_a_record_of_90_characters_with_seconds(tmp_path: Path) -> None:
    row = short("09:00:07 ")
    calls, _ = read(written(tmp_path, [row]))
    assert local_times(calls) == [("09:00:07", "09:00:17", "09:01:17")]
    assert calls["quality"].to_list() == [0]


@pytest.mark.parametrize(
    ("start", "offered_at"),
    [
        ("01:15p", "13:15:00"),
        ("12:15p", "12:15:00"),
        ("12:15 ", "00:15:00"),
        ("09:15 ", "09:15:00"),
    ],
)
def test_a_clock_of_twelve_hours(tmp_path: Path, start: str, offered_at: str) -> None:
    """One afternoon tells it: noon is then no midnight."""
    calls, _ = read(written(tmp_path, [short(start), short("11:59p", called="7102")]))
    assert (offered_at,) in local_times(calls, "offered_at")


def test_noon_of_a_clock_of_24_hours(tmp_path: Path) -> None:
    assert local_times(read(written(tmp_path, [short("12:15")]))[0], "offered_at") == [
        ("12:15:00",)
    ]


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, "answered"),
        ({"answer": "0000"}, "answered"),  # at once
        ({"answer": "****"}, "abandoned"),
        ({"answer": "****", "status": "B"}, "busy"),
        ({"answer": "****", "status": "E"}, "failed"),
        ({"answer": ""}, "unknown"),  # time to answer is not reported
        ({"answer": "****", "duration": ""}, "abandoned"),  # never set up
        ({"calling": "7101", "called": "T001", "answer": ""}, "answered"),
        ({"calling": "7101", "called": "T001", "answer": "", "duration": ""}, "unknown"),
    ],
)
def test_what_became_of_a_call(tmp_path: Path, told: Mapping[str, str], outcome: str) -> None:
    calls, account = read(written(tmp_path, [line(**told), line("23:00:00")]))
    assert account["rejected"] == {}
    assert calls["outcome"].to_list() == [outcome, "answered"]


def test_letters_and_numbers_that_only_the_service_knows(tmp_path: Path) -> None:
    rows = [line("09:00:00", status="Q"), line("09:01:00", called="7900"), line("09:02:00")]
    found = inspected(written(tmp_path, rows), outcomes={"q": "busy", "7900": "self_service"})
    assert found.calls["outcome"].to_list() == ["busy", "self_service", "answered"]


@pytest.mark.parametrize(
    ("calling", "called", "direction", "trunk"),
    [
        ("T001", "7101", "inbound", "T001"),
        ("X012", "7101", "inbound", "X012"),
        ("7101", "T002", "outbound", "T002"),
        ("7101", "7102", "internal", None),
    ],
)
def test_direction_by_trunk(
    tmp_path: Path, calling: str, called: str, direction: str, trunk: str | None
) -> None:
    calls, _ = read(written(tmp_path, [line(calling=calling, called=called)]))
    assert calls.select("direction", "line").rows() == [(direction, trunk)]


def test_lines_by_other_names(tmp_path: Path) -> None:
    path = written(tmp_path, [line(calling="8801")])
    assert read(path, trunks=["88"])[0]["direction"].to_list() == ["inbound"]


def test_places_that_the_configuration_states(tmp_path: Path) -> None:
    """Where the caller's number begins five characters further on."""
    row = line(caller="") + "     0639980002"
    path = written(tmp_path, [row])
    calls = inspected(path, columns={"caller": "139-148"}).calls
    assert calls["caller"].null_count() == 0
    found = inspected(path, "mitel-smdr", columns={"nobody": "139-148"})
    assert "nobody at '139-148'" in found.unreadable[0]


def test_a_record_in_two_files_is_one_record(tmp_path: Path) -> None:
    rows = [row for row in LINES if row]
    one, two = written(tmp_path, rows[:9], name="one"), written(tmp_path, rows[6:], name="two")
    _, account = read_calls([one, two])
    assert (account["calls"], account["duplicates"]) == (17, 3)


def test_the_doubled_hour_of_autumn_is_marked(tmp_path: Path) -> None:
    path = of_day(written(tmp_path, [line("02:30:00", day="10/25")]), "2026-10-26")
    assert any("in the doubled hour of autumn" in told for told in inspected(path).warnings)


@pytest.mark.parametrize(
    "odd", [line(day="13/03"), line("25:00:00"), line(duration="a minute"), line(answer="soon")]
)
def test_what_is_no_record_is_set_aside(tmp_path: Path, odd: str) -> None:
    _, account = read(written(tmp_path, [line(), line("09:05:00"), odd]), "mitel-smdr")
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_a_last_line_that_is_cut_short(sample: Path) -> None:
    calls, _ = read(sample)
    sample.write_bytes(sample.read_bytes()[: -len(LINES[-1]) + 10])
    again, account = read(sample)
    assert account["rejected"] == {"line cut short": 1}
    assert_frame_equal(again, calls[:-1])
