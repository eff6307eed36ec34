"""Avaya IP Office SMDR: no quotes, segments that repeat the beginning of their call."""

from __future__ import annotations

from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import MINUTE_ONLY
from tests.cdr.reading import (
    assert_a_broken_line_changes_nothing,
    inspected,
    local_times,
    read,
    written,
)
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "avaya-smdr" / "smdr.log"
LINES = SAMPLE.read_text(encoding="utf-8").strip("\0").splitlines()
HEADER = (
    "Call Start,Connected Time,Ring Time,Caller,Direction,Called Number,Dialled Number,Account,"
    "Is Internal,Call ID,Continuation,Party1Device,Party1Name,Party2Device,Party2Name,Hold Time,"
    "Park Time"
)


def segment(
    start: str = "2026/03/03 09:00:00",
    *,
    connected: str = "00:01:00",
    ring: int = 10,
    caller: str = "0639980001",
    kind: str = "I",
    internal: int = 0,
    call: int = 1000001,
    more: int = 0,
    first: str = "E201,Agent 1",
    second: str = "T9001,Line 1.1",
    hold: int = 0,
    park: int = 0,
    tail: str = "," * 13,
) -> str:
    head = f"{start},{connected},{ring},{caller},{kind},200,0199001234,,{internal},{call},{more}"
    return f"{head},{first},{second},{hold},{park}{tail}"


def test_the_hand_made_day() -> None:
    calls, account = read_calls([SAMPLE])
    assert_same_slots(
        calls,
        but={
            12: {"outcome": "abandoned"},  # nothing tells that the platform gave up first
            13: {"outcome": "abandoned"},  # nor that anything failed
        },
        without={4, 5, 14},  # what finds no trunk free, or no network, leaves no record
    )
    assert account == {
        "lines": 17,
        "calls": 15,
        "merged": 1,  # call 2, which one agent gave to another
        "duplicates": 1,  # call 3
        "ignored": {},
        "rejected": {},
    }


def test_it_is_found() -> None:
    assert [*inspected(SAMPLE).dialects] == ["avaya-smdr"]


def test_clean_and_broken_files_give_the_same_calls(tmp_path: Path) -> None:
    broken = "2026/03/03 09:30:00,00:00:10"
    assert_a_broken_line_changes_nothing(SAMPLE, tmp_path, broken, "wrong number of columns")


def test_bytes_without_meaning_before_the_first_record() -> None:
    assert SAMPLE.read_bytes().startswith(b"\0" * 8)
    assert read(SAMPLE)[0].height == 15


@pytest.mark.parametrize("width", [17, 30, 31, 35, 39])
@pytest.mark.parametrize("header", ["", HEADER])
def test_every_width_with_and_without_header(tmp_path: Path, width: int, header: str) -> None:
    rows = [line.rstrip(",") + "," * (width - 17) for line in LINES]
    path = written(tmp_path, [header, *rows] if header else rows)
    calls, account = read(path)
    assert_frame_equal(calls, read(SAMPLE)[0])
    assert account["ignored"] == ({"header": 1} if header else {})


def test_a_new_release_in_the_middle_of_a_file(tmp_path: Path) -> None:
    """Wider records begin behind the lines by which the dialect was found."""
    old = [segment(call=number) for number in range(1000)]
    new = [segment(call=number, tail="," * 20) for number in range(1000, 1010)]
    _, account = read(written(tmp_path, [*old, *new]))
    assert (account["calls"], account["rejected"]) == (1010, {})


@pytest.mark.parametrize(
    ("first", "second"),
    [("E201,De la Tour, Anne", "T9001,Line 1.1"), ("E201,Agent 1", "T9001,Line, the first, 1.1")],
)
@pytest.mark.parametrize("tail", ["", "," * 13, "," * 18])
def test_commas_within_names(tmp_path: Path, first: str, second: str, tail: str) -> None:
    plain = segment(call=1000002, tail=tail)
    calls, account = read(
        written(tmp_path, [segment(first=first, second=second, tail=tail), plain])
    )
    assert account["rejected"] == {}
    assert local_times(calls) == [("09:00:00", "09:00:10", "09:01:10")] * 2


def test_a_part_begins_where_the_one_before_it_ends(tmp_path: Path) -> None:
    """The voice menu for 20 seconds, 15 seconds of ringing, an agent for a minute."""
    menu = segment(connected="00:00:20", ring=0, first="V9501,VM Channel 1", more=1)
    agent = segment(connected="00:01:00", ring=15)
    calls, account = read(written(tmp_path, [menu, agent]))
    assert local_times(calls) == [("09:00:00", "09:00:35", "09:01:35")]
    assert local_times(calls, "picked_up_at") == [("09:00:00",)]
    assert (calls["outcome"].to_list(), account["merged"]) == (["answered"], 1)


def test_the_order_of_the_parts_does_not_matter(tmp_path: Path) -> None:
    parts = [segment(ring=30, hold=5, more=1), segment(ring=10, park=15)]
    one, _ = read(written(tmp_path, parts, name="one"))
    other, _ = read(written(tmp_path, parts[::-1], name="other"))
    # 60 + 30 + 5 seconds, then 60 + 10 + 15
    assert local_times(one) == [("09:00:00", "09:00:30", "09:03:00")]
    assert_frame_equal(one, other)


def test_giving_up_behind_the_voice_menu(tmp_path: Path) -> None:
    menu = segment(connected="00:00:20", ring=0, first="V9501,VM Channel 1", more=1)
    lost = segment(connected="00:00:00", ring=45)
    calls, _ = read(written(tmp_path, [menu, lost]))
    assert calls["outcome"].to_list() == ["abandoned"]
    assert local_times(calls) == [("09:00:00", None, "09:01:05")]


def test_held_and_parked_time_belong_to_the_call(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [segment(hold=7, park=8)]))
    assert local_times(calls) == [("09:00:00", "09:00:10", "09:01:25")]


@pytest.mark.parametrize(
    ("connected", "first", "outcome", "detail"),
    [
        ("00:01:00", "E201,Agent 1", "answered", None),
        ("00:00:00", "E201,Agent 1", "abandoned", None),
        ("00:01:00", "V9504,VM Channel 4", "self_service", "voicemail"),
        ("00:01:00", "V9504,Auto Attendant", "self_service", None),
        ("00:01:00", "V9510,CO Channel 100.1", "answered", None),  # a conference
        ("00:00:00", ",", "abandoned", None),  # nobody was rung
    ],
)
def test_what_became_of_a_call(
    tmp_path: Path, connected: str, first: str, outcome: str, detail: str | None
) -> None:
    calls, _ = read(written(tmp_path, [segment(connected=connected, first=first)]))
    assert calls.select("outcome", "detail").rows() == [(outcome, detail)]
    assert calls["answered_at"].null_count() == (outcome != "answered")


def test_devices_that_only_the_service_knows(tmp_path: Path) -> None:
    rows = [
        segment(call=1, first="V9504,Closed"),
        segment(call=2, first="E299,Announcement"),
        segment(call=3),
    ]
    found = inspected(written(tmp_path, rows), outcomes={"v9504": "closed", "announce": "busy"})
    assert sorted(found.calls["outcome"]) == ["answered", "busy", "closed"]


@pytest.mark.parametrize(
    ("kind", "internal", "direction"),
    [("I", 0, "inbound"), ("O", 0, "outbound"), ("O", 1, "internal"), ("I", 1, "internal")],
)
def test_direction(tmp_path: Path, kind: str, internal: int, direction: str) -> None:
    calls, _ = read(written(tmp_path, [segment(kind=kind, internal=internal)]))
    assert calls["direction"].to_list() == [direction]


def test_the_trunk_is_a_line_whichever_party_it_is(tmp_path: Path) -> None:
    rows = [segment(), segment(call=1000002, first="T9002,Line 1.2", second="E201,Agent 1")]
    assert read(written(tmp_path, rows))[0]["line"].sort().to_list() == ["T9001", "T9002"]


def test_a_number_that_begins_again_is_another_call(tmp_path: Path) -> None:
    rows = [segment(), segment("2026/03/03 11:00:00"), segment("2026/03/04 09:00:00")]
    assert read(written(tmp_path, rows))[0].height == 3


def test_a_caller_with_and_without_the_address_of_the_provider(tmp_path: Path) -> None:
    rows = [segment(), segment(call=1000002, caller="0639980001@192.0.2.1")]
    calls, _ = read_calls([written(tmp_path, rows)])
    assert calls["caller"].n_unique() == 1


def test_times_without_seconds(tmp_path: Path) -> None:
    calls, _ = read(written(tmp_path, [segment(), segment("2026/03/03 09:05", call=1000002)]))
    assert local_times(calls, "offered_at") == [("09:00:00",), ("09:05:00",)]
    assert calls["quality"].to_list() == [0, MINUTE_ONLY]


def test_the_doubled_hour_of_autumn_is_marked(tmp_path: Path) -> None:
    """Nothing tells which of the two it is."""
    path = written(tmp_path, [segment("2026/10/25 02:30:00")])
    warnings = inspected(path).warnings
    assert any(warning.startswith("1 calls in the doubled hour of autumn") for warning in warnings)


def test_a_record_in_two_files_is_one_record(tmp_path: Path) -> None:
    one = written(tmp_path, LINES[:10], name="one")
    two = written(tmp_path, LINES[5:], name="two")
    _, account = read_calls([one, two])
    assert (account["lines"], account["calls"]) == (22, 15)
    assert account["duplicates"] == 1 + 5


def test_a_last_line_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "smdr.log"
    path.write_bytes(SAMPLE.read_bytes()[:-60])
    _, account = read(path)
    assert (account["calls"], account["rejected"]) == (14, {"line cut short": 1})


def test_another_kind_of_file_is_refused() -> None:
    other = REPOSITORY / "cdr_samples" / "asterisk-csv" / "Master.csv"
    with pytest.raises(RecordsError, match="not call records of the dialect avaya-smdr"):
        read(other, "avaya-smdr")
