"""OmniPCX Enterprise: tickets of fixed width, described by their file or not, and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import ncompress
import pytest
from polars.testing import assert_frame_equal

from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from tests.cdr.reading import (
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = REPOSITORY / "cdr_samples" / "alcatel-oxe"
TICKETS, EXPORT = SAMPLES / "TAXBAWKO.DAT", SAMPLES / "8770.csv"
HEADER, *LINES = TICKETS.read_text(encoding="utf-8").splitlines()
MACHINES = {"7900": "self_service", "7901": "self_service"}

# As the manual's table has them, apart from the code under test: first character and width.
PLACES = {
    "CalledNumber": (6, 30),
    "ChargedNumber": (36, 30),
    "CallingNumber": (137, 30),
    "CallType": (167, 2),
    "EndDateTime": (170, 17),
    "CallReference": (349, 10),
    "WaitingDuration": (426, 5),
    "EffectiveCallDuration": (431, 10),
    "StartDateTime": (442, 17),
}


def ticket(**told: str | int) -> str:
    """A public call that waits ten seconds and is answered for a minute, unless told otherwise."""
    plain: Mapping[str, str | int] = {
        "CalledNumber": "7101",
        "ChargedNumber": "7101",
        "CallingNumber": "0639980001",
        "CallType": 4,
        "EndDateTime": "20260303 09:01:10",
        "WaitingDuration": 10,
        "EffectiveCallDuration": 60,
        "StartDateTime": "20260303 09:00:00",
    }
    line = "ED5.2".ljust(768)
    for name, value in {**plain, **told}.items():
        first, width = PLACES[name]
        line = line[: first - 1] + str(value).rjust(width) + line[first - 1 + width :]
    return line


def test_the_hand_made_day() -> None:
    found = inspected(TICKETS, outcomes=MACHINES)
    assert_same_slots(
        found.calls,
        but={
            12: {"outcome": "abandoned"},  # nothing tells that the platform gave up first
            13: {"outcome": "abandoned"},  # nor that anything failed
        },
        without={4, 5, 14},  # what is refused leaves no ticket
    )
    assert found.account == {
        "lines": 16,
        "calls": 15,
        "merged": 0,
        "duplicates": 0,
        "ignored": {"header": 1},
        "rejected": {},
    }


def test_an_export_gives_the_same_calls() -> None:
    calls, account = read(EXPORT)
    assert_frame_equal(calls.drop("call_key"), read(TICKETS)[0].drop("call_key"))
    assert (account["duplicates"], account["rejected"]) == (0, {})


@pytest.mark.parametrize("path", [TICKETS, EXPORT])
def test_both_are_found(path: Path) -> None:
    assert [*inspected(path).dialects] == ["alcatel-oxe"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [(TICKETS, "line shorter than any record"), (EXPORT, "wrong number of columns")],
)
def test_clean_and_broken_files_give_the_same_calls(
    tmp_path: Path, path: Path, reason: str
) -> None:
    text = path.read_text(encoding="utf-8-sig")
    sample = written(tmp_path, text.splitlines(), name="clean")
    folder = tmp_path / "broken"
    folder.mkdir()
    assert_a_broken_line_changes_nothing(sample, folder, "ED5.2 9012", reason)


def test_compressed_as_the_platform_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "TAXBAWKO.DAT"
    path.write_bytes(ncompress.compress(TICKETS.read_bytes()))
    assert_frame_equal(read(path)[0], read(TICKETS)[0])


@pytest.mark.parametrize("label", ["", "  ", "    "])
def test_a_file_that_does_not_describe_itself(tmp_path: Path, label: str) -> None:
    """Places of version ED5.2, behind the label that a collector keeps."""
    calls, account = read(written(tmp_path, [label + line for line in LINES]))
    assert (account["lines"], account["rejected"]) == (15, {})
    assert_frame_equal(calls, read(TICKETS)[0])


def test_tickets_without_the_blanks_at_their_end(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [HEADER, *(line.rstrip() for line in LINES)]))
    assert_frame_equal(calls, read(TICKETS)[0])


def test_places_of_another_version(tmp_path: Path) -> None:
    """Ten characters more in a name move all that is behind it."""
    fields = HEADER.strip("#").split(",")
    moved: list[str] = []
    for name, first, last, width in zip(*(fields[at::4] for at in range(4)), strict=True):
        behind, wider = 10 * (int(first) > 66), 10 * (name == "ChargedUserName")
        ends = int(last) + behind + wider
        moved += [name, str(int(first) + behind), str(ends), str(int(width) + wider)]
    lines = [line[:85] + " " * 10 + line[85:] for line in LINES]
    calls, account = read(written(tmp_path, [f"#{','.join(moved)}#", *lines]))
    assert account["rejected"] == {}
    assert_frame_equal(calls, read(TICKETS)[0])


def test_places_that_the_configuration_states(tmp_path: Path) -> None:
    """Here the number of the caller stands where another version has a name."""
    line = ticket(CallingNumber="")
    line = line[:65] + "0639980001".ljust(20) + line[85:]
    path = written(tmp_path, [line])
    assert inspected(path).calls["caller"].null_count() == 1
    assert inspected(path, columns={"CallingNumber": "66-85"}).calls["caller"].null_count() == 0


@pytest.mark.parametrize("columns", [{"CallingNumber": "66"}, {"Caller": "66-85"}])
def test_a_place_that_is_none_is_named(tmp_path: Path, columns: Mapping[str, str]) -> None:
    found = inspected(written(tmp_path, [ticket()]), "alcatel-oxe", columns=columns)
    assert next(iter(columns)) in found.unreadable[0]


@pytest.mark.parametrize(
    ("told", "times_of_call"),
    [
        ({}, ("09:00:00", "09:00:10", "09:01:10")),
        # A start that is the answer: the call waited before it.
        ({"StartDateTime": "20260303 09:00:10"}, ("09:00:00", "09:00:10", "09:01:10")),
        # Something between start and end that no duration counts: the start holds.
        ({"StartDateTime": "20260303 08:59:55"}, ("08:59:55", "09:00:05", "09:01:10")),
        ({"StartDateTime": ""}, ("09:00:00", "09:00:10", "09:01:10")),
    ],
)
def test_when_a_call_arrives(
    tmp_path: Path, told: Mapping[str, str], times_of_call: Sequence[str]
) -> None:
    assert local_times(read(written(tmp_path, [ticket(**told)]))[0]) == [times_of_call]


@pytest.mark.parametrize(
    ("number", "direction"),
    [
        *((number, "outbound") for number in (0, 1, 7, 8, 11)),
        *((number, "inbound") for number in (4, 5, 9, 10, 12, 13)),
        *((number, "internal") for number in (2, 3, 6, 14, 15)),
    ],
)
def test_types_of_calls(tmp_path: Path, number: int, direction: str) -> None:
    calls, _ = read(written(tmp_path, [ticket(CallType=number)]))
    assert calls["direction"].to_list() == [direction]


def test_what_became_of_a_call(tmp_path: Path) -> None:
    tickets = [
        ticket(),
        ticket(EffectiveCallDuration=0, CallReference=2),
        ticket(ChargedNumber="7900", CallReference=3),
    ]
    path = written(tmp_path, tickets)
    assert sorted(read(path)[0]["outcome"]) == ["abandoned", "answered", "answered"]
    calls = inspected(path, outcomes=MACHINES).calls
    assert sorted(calls["outcome"]) == ["abandoned", "answered", "self_service"]
    assert calls["answered_at"].null_count() == 2


def test_tickets_of_one_call_where_a_column_joins_them(tmp_path: Path) -> None:
    """By default each is a call: no source says that the reference is that of a call."""
    tickets = [
        ticket(CallReference=77),
        ticket(
            CallReference=77,
            ChargedNumber="7102",
            StartDateTime="20260303 09:01:10",
            EndDateTime="20260303 09:02:00",
            WaitingDuration=0,
            EffectiveCallDuration=50,
        ),
    ]
    path = written(tmp_path, tickets)
    assert inspected(path).calls.height == 2
    found = inspected(path, columns={"call": "349-358"})
    assert local_times(found.calls) == [("09:00:00", "09:00:10", "09:02:00")]
    assert found.account["merged"] == 1


def test_references_begin_again(tmp_path: Path) -> None:
    next_day = {"StartDateTime": "20260304 09:00:00", "EndDateTime": "20260304 09:01:10"}
    path = written(tmp_path, [ticket(CallReference=77), ticket(CallReference=77, **next_day)])
    assert inspected(path, columns={"call": "349-358"}).calls.height == 2


def test_a_ticket_in_two_files_is_one(tmp_path: Path) -> None:
    one = written(tmp_path, [HEADER, *LINES[:9]], name="one")
    two = written(tmp_path, LINES[5:], name="two")
    _, account = read_calls([one, two])
    assert (account["calls"], account["duplicates"]) == (15, 4)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("years_first", [True, False])
def test_exports_by_name_in_any_order(tmp_path: Path, separator: str, years_first: bool) -> None:
    rows = [line.split(";")[::-1] for line in EXPORT.read_text(encoding="utf-8-sig").splitlines()]
    if years_first:
        rows = [[day_last(text) for text in row] for row in rows]
    calls, account = read(written(tmp_path, [separator.join(row) for row in rows]))
    assert account["rejected"] == {}
    assert_frame_equal(calls, read(EXPORT)[0])


def day_last(text: str) -> str:
    """The same time with its year first."""
    if text[2:3] + text[5:6] != "//":
        return text
    return f"{text[6:10]}-{text[3:5]}-{text[:2]}{text[10:]}"


def test_titles_and_times_that_the_configuration_states(tmp_path: Path) -> None:
    text = EXPORT.read_text(encoding="utf-8-sig")
    lines = text.replace("CallingNumber", "Appelant").replace("/03/2026", ".03.26").splitlines()
    found = inspected(
        written(tmp_path, lines),
        columns={"CallingNumber": "Appelant"},
        time_format="%d.%m.%y %H:%M:%S",
    )
    assert (found.calls.height, found.account["rejected"]) == (15, {})


def test_missing_columns_are_named(tmp_path: Path) -> None:
    lines = (
        EXPORT.read_text(encoding="utf-8-sig").replace("WaitingDuration", "Attente").splitlines()
    )
    with pytest.raises(RecordsError, match="does not name the columns WaitingDuration"):
        read(written(tmp_path, lines), "alcatel-oxe")


def test_a_ticket_that_is_none_is_set_aside(tmp_path: Path) -> None:
    odd = [
        ticket(EndDateTime="20261303 09:00:00"),
        ticket(CallType=16),
        ticket(WaitingDuration="?"),
    ]
    _, account = read(written(tmp_path, [*LINES, *odd]))
    assert account["rejected"] == {"time, state or number not readable": 3}


def test_a_last_ticket_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "TAXBAWKO.DAT"
    path.write_bytes(TICKETS.read_bytes()[:-500])
    _, account = read(path)
    assert (account["calls"], account["rejected"]) == (14, {"line cut short": 1})
