"""Avaya Communication Manager: several layouts, lines with a date, times to the minute."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from affluence.cdr import avaya_cm
from affluence.cdr.dialect import Reading, Sample
from affluence.cdr.files import Position, read_ranges
from affluence.cdr.recipe import Recipe
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import MINUTE_ONLY
from tests.cdr.reading import (
    ZONE,
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    of_day,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SHIPPED = REPOSITORY / "cdr_samples" / "avaya-cm" / "cdr.txt"
LINES = SHIPPED.read_text(encoding="utf-8").splitlines()
MACHINES = {"7900": "self_service", "7901": "self_service"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The shipped file, whose own day is that of the checkout."""
    return of_day(written(tmp_path, LINES, name="cdr.txt"), "2026-03-04")


def expanded(
    time: str = "0905",
    duration: str = "0045",
    code: str = "9",
    *,
    dialled: str = "7101",
    calling: str = "0639980001",
    incoming: str = "001",
    outgoing: str = "",
) -> str:
    """A call that ended at 09:05 and lasted four minutes and a half, unless told otherwise."""
    begins = f"{time} {duration} {code} {'':<4} {'':<4} {dialled:>15} {calling:>10} "
    return f"{begins:<78}{incoming:>3} {outgoing:>3}"


def in_march(folder: Path, *lines: str) -> Path:
    """A file of 3 March 2026."""
    return of_day(written(folder, ["03 03", *lines]), "2026-03-04")


def test_the_hand_made_day(sample: Path) -> None:
    """An answered call begins with its answer, and all that is known of an end is its minute."""
    found = inspected(sample, outcomes=MACHINES)
    assert_same_slots(
        found.calls,
        but={
            1: {"offered_at": "09:00:18", "answered_at": "09:00:18"},  # 46.7 tenths
            2: {"offered_at": "09:01:30", "answered_at": "09:01:30"},
            4: {"offered_at": "09:02:00", "released_at": "09:02:00"},
            5: {"offered_at": "09:03:00", "released_at": "09:03:00"},
            6: {"offered_at": "09:04:42", "answered_at": "09:04:42"},
            7: {"offered_at": "09:06:12", "answered_at": "09:06:12"},
            8: {"offered_at": "09:14:00", "released_at": "09:15:00"},
            9: {"offered_at": "09:20:06", "answered_at": "09:20:06"},
            11: {"offered_at": "09:31:30", "released_at": "09:32:00"},
            12: {"outcome": "abandoned"},  # nothing tells that the platform gave up first
            13: {"outcome": "abandoned", "released_at": "09:40:00"},  # nor that anything failed
            15: {"offered_at": "11:58:30", "answered_at": "11:58:30"},
            16: {"offered_at": "12:29:54", "released_at": "12:30:00"},
            17: {"offered_at": "12:30:18", "released_at": "12:31:00"},
            18: {"offered_at": "23:55:12", "answered_at": "23:55:12"},
        },
        without={14},  # what the network refuses leaves no record
    )
    assert set(found.calls["quality"]) == {MINUTE_ONLY}
    assert found.account == {
        "lines": 20,
        "calls": 17,
        "merged": 0,
        "duplicates": 0,
        "ignored": {"date record": 2, "ringing time of an answered call": 1},  # that of call 2
        "rejected": {},
    }


def test_it_is_found() -> None:
    assert [*inspected(SHIPPED).dialects] == ["avaya-cm"]


def test_clean_and_broken_files_give_the_same_calls(sample: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    assert_a_broken_line_changes_nothing(sample, folder, "0905 00", "line shorter than any record")


LAYOUTS = {
    # As the manuals' tables have them: what stands before each column, at its place.
    "teleseer": "   " + "0905" + "0045" + "9" + " " * 6 + "7101".rjust(15) + "71234".rjust(5),
    "printer": "0905 0045 9 " + " " * 8 + "7101".rjust(15) + " " + "71234" + " " * 32 + "001",
    "unformatted": "0905" + "0045" + "9" + " " * 8 + "7101".rjust(15) + "0639980001",
    "expanded": expanded(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout(tmp_path: Path, layout: str) -> None:
    found = inspected(in_march(tmp_path, LAYOUTS[layout]))
    assert local_times(found.calls) == [("09:00:30", "09:00:30", "09:05:00")]
    assert found.calls.select("direction", "outcome").rows() == [("inbound", "answered")]
    assert found.calls["caller"].null_count() == 0
    assert found.calls["agent"].null_count() == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_is_told(layout: str) -> None:
    lines = ("0303", LAYOUTS[layout])
    sample = Sample(lines=lines, modified_on=date(2026, 3, 4))
    choices = avaya_cm.fit(sample, Reading()).choices
    assert choices[0].startswith(f"the layout is {layout};")


def test_places_that_the_configuration_states(tmp_path: Path) -> None:
    """A customized record: seven digits of the caller stand where others have none."""
    path = in_march(tmp_path, expanded(calling="") + " 9980001")
    assert inspected(path).calls["caller"].null_count() == 1
    stated = inspected(path, columns={"calling": "87-93"})
    assert stated.calls["caller"].null_count() == 0


@pytest.mark.parametrize("heading", ["03 03", "0303", "03/03", "09:00 03/03", "03 03   "])
def test_every_way_to_write_a_date_record(tmp_path: Path, heading: str) -> None:
    path = of_day(written(tmp_path, [heading, expanded()]), "2026-03-04")
    calls, account = read(path)
    assert str(calls["offered_at"].dt.date().item()) == "2026-03-03"
    assert account["ignored"] == {"date record": 1}


def test_the_day_before_the_month(tmp_path: Path) -> None:
    path = of_day(written(tmp_path, ["05 02", expanded()]), "2026-03-04")
    by_default = inspected(path).calls["offered_at"].dt.date()
    stated = inspected(path, time_format="%d %m").calls["offered_at"].dt.date()
    assert (str(by_default.item()), str(stated.item())) == ("2025-05-02", "2026-02-05")


def test_dates_hold_until_the_next_one(tmp_path: Path) -> None:
    """What stands above the first is of the day before it: files may begin at any hour."""
    lines = [expanded("2300"), "01 01", expanded("0900"), expanded("0910"), "01 02", expanded()]
    calls, _ = read(of_day(written(tmp_path, lines), "2026-01-02"))
    days = calls["offered_at"].dt.date().cast(str).to_list()
    assert days == ["2025-12-31", "2026-01-01", "2026-01-01", "2026-01-02"]


def test_a_file_that_grew_is_read_on_under_its_last_date(tmp_path: Path) -> None:
    path = in_march(tmp_path, expanded("0900"))
    recipe = Recipe(dialect=None, reading=Reading(), clock="auto", zone=ZONE)
    (before,) = read_ranges(path, recipe, str)
    path.write_text(path.read_text() + f"{expanded('0910')}\n")
    position = Position(offset=before.end, lines=before.read.lines, clock=before.clock)
    (after,) = read_ranges(of_day(path, "2026-03-04"), recipe, str, position)
    assert after.read.legs["day"].to_list() == [date(2026, 3, 3)]
    assert after.read.rejects.is_empty()


def test_a_call_over_midnight_ends_on_the_day_of_its_record(tmp_path: Path) -> None:
    path = of_day(written(tmp_path, ["03 04", expanded("0010", "0200")]), "2026-03-04")
    assert local_times(read(path)[0], "offered_at", "released_at") == [("23:50:00", "00:10:00")]


def test_the_year_that_the_configuration_states(tmp_path: Path) -> None:
    found = inspected(in_march(tmp_path, expanded()), "avaya-cm", time_format="2024 %m %d")
    assert found.calls["offered_at"].dt.year().to_list() == [2024]


@pytest.mark.parametrize(
    ("code", "direction", "outcome", "refused_by"),
    [
        ("0", "internal", "answered", None),
        ("1", "inbound", "answered", None),
        ("7", "outbound", "answered", None),
        ("8", "outbound", "answered", None),
        ("9", "inbound", "answered", None),
        ("A", "outbound", "answered", None),
        ("B", "outbound", "answered", None),
        ("C", "inbound", "answered", None),
        ("E", "outbound", "busy", "lines"),
        ("F", "outbound", "failed", None),
        ("H", "inbound", "abandoned", None),
        ("I", "inbound", "busy", None),
    ],
)
def test_condition_codes(
    tmp_path: Path, code: str, direction: str, outcome: str, refused_by: str | None
) -> None:
    calls, _ = read(in_march(tmp_path, expanded(code=code)))
    assert calls.select("direction", "outcome", "refused_by").rows() == [
        (direction, outcome, refused_by)
    ]


def test_a_conference_with_somebody_outside_that_was_called(tmp_path: Path) -> None:
    calls, _ = read(in_march(tmp_path, expanded(code="C", incoming="", outgoing="007")))
    assert calls.select("direction", "line").rows() == [("outbound", "007")]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("4", "interim record of a long call"),
        ("6", "outage of the recording"),
        ("G", "ringing time of an answered call"),
    ],
)
def test_what_is_no_call_of_its_own(tmp_path: Path, code: str, reason: str) -> None:
    calls, account = read(in_march(tmp_path, expanded(code=code), expanded()))
    assert calls.height == 1
    assert account["ignored"] == {"date record": 1, reason: 1}


def test_codes_and_numbers_that_only_the_service_knows(tmp_path: Path) -> None:
    path = in_march(tmp_path, expanded(code="J"), expanded(code="9", dialled="7900"))
    found = inspected(path, outcomes={"j": "unanswered"} | MACHINES)
    assert sorted(found.calls["outcome"]) == ["self_service", "unanswered"]
    assert found.calls["answered_at"].null_count() == 2


def test_a_call_during_which_the_clock_was_changed(tmp_path: Path) -> None:
    """It has no length: only its end is known."""
    calls, _ = read(in_march(tmp_path, expanded(duration="9999")))
    assert local_times(calls, "offered_at", "released_at") == [("09:05:00", "09:05:00")]


@pytest.mark.parametrize("odd", [expanded("2405"), expanded(duration="0605"), expanded(code="Z")])
def test_what_is_no_record_is_set_aside(tmp_path: Path, odd: str) -> None:
    _, account = read(in_march(tmp_path, expanded(), expanded("0906"), odd), "avaya-cm")
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_a_file_without_any_date_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [expanded(), expanded("0906")])
    with pytest.raises(RecordsError, match="none of its first lines is a date record"):
        read(path, "avaya-cm")


def test_a_record_in_two_files_is_one_record(tmp_path: Path) -> None:
    one = of_day(written(tmp_path, LINES[:12], name="one"), "2026-03-04")
    two = of_day(written(tmp_path, [LINES[0], *LINES[8:]], name="two"), "2026-03-04")
    _, account = read_calls([one, two])
    assert (account["calls"], account["duplicates"]) == (17, 4)


def test_the_doubled_hour_of_autumn_is_marked(tmp_path: Path) -> None:
    path = of_day(written(tmp_path, ["10 25", expanded("0250")]), "2026-10-26")
    assert any("in the doubled hour of autumn" in told for told in inspected(path).warnings)


def test_a_last_line_that_is_cut_short(sample: Path) -> None:
    sample.write_bytes(sample.read_bytes()[: -len(LINES[-1]) + 6])
    _, account = read(sample)
    assert (account["calls"], account["rejected"]) == (16, {"line cut short": 1})


def test_equal_records_of_a_file_are_calls_of_their_own(tmp_path: Path) -> None:
    """Two callers who withhold their numbers give up within the same minute."""
    twice = [LINES[0], expanded(), expanded()]
    one = of_day(written(tmp_path, twice, name="one"), "2026-03-04")
    two = of_day(written(tmp_path, [*twice, expanded()], name="two"), "2026-03-04")
    assert read_calls([one])[1]["calls"] == 2
    # In another file they are the same, and so many as are nowhere else are new.
    _, account = read_calls([one, two])
    assert (account["calls"], account["duplicates"]) == (3, 2)
