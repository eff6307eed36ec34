"""FusionPBX exports: columns by permission, quotes that are not doubled, one epoch to trust."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from affluence.cdr import records
from affluence.cdr.dialect import Reading
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from tests.cdr.reading import NOTHING_SAID, clocks, inspected, without_pseudonyms
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "fusionpbx" / "cdr_example.org_20260304_070000.csv"
Row = dict[str, str]
HEADER = SAMPLE.read_text(encoding="utf-8").splitlines()[0]
COLUMNS = next(csv.reader([HEADER]))
CALL: Row = {
    "start_epoch": "1772528400",  # 10:00:00 in Paris
    "start_stamp": "2026-03-03 10:00:00+01",
    "answer_stamp": "",
    "end_stamp": "2026-03-03 10:01:00+01",
    "hangup_cause": "NORMAL_CLEARING",
    "xml_cdr_uuid": "00000000-0000-4000-8000-000000000001",
    "direction": "inbound",
    "caller_id_name": "USAGER",
    "caller_id_number": "0639980001",
    "destination_number": "8000",
    "caller_destination": "0199001234",
}
ANSWERED = {"answer_stamp": "2026-03-03 10:00:20+01", "status": "answered"}
JOINED = {**ANSWERED, "bridge_uuid": "00000000-0000-4000-8000-000000000002"}

Writer = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(
        *rows: Row,
        columns: Sequence[str] = COLUMNS,
        separator: str = ",",
        quote: str = '"',
        name: str = "cdr.csv",
        end: str = "\n",
    ) -> Path:
        lines = [columns, *([(CALL | row).get(name, "") for name in columns] for row in rows)]
        text = [separator.join(f"{quote}{field}{quote}" for field in line) for line in lines]
        path = tmp_path / name
        path.write_text("".join(line + end for line in text), encoding="utf-8")
        return path

    return write


def fate(path: Path, reading: Reading = NOTHING_SAID) -> tuple[str, str | None]:
    """Outcome of the only call, and when an agent answered."""
    calls = inspected([path], reading=reading).calls
    return calls["outcome"].item(), clocks(calls, "answered_at")[0]


def test_the_hand_made_day() -> None:
    """Call 15 came through the queue, which had picked it up: nothing tells when an agent did."""
    found = inspected([SAMPLE])
    assert_same_slots(found.calls, but={15: {"answered_at": None}})
    assert found.account == {
        "lines": 1 + 18 + 1 + 2,
        "calls": 18,
        "merged": 0,
        "duplicates": 1,
        "ignored": {
            "header": 1,
            "leg towards a phone or a line": 1,  # the agent's, of call 15
            "leg of a group, another of which was answered": 1,  # beside call 6
        },
        "rejected": {},
    }
    assert found.clocks == {"UTC": "what fusionpbx writes"}


def test_it_is_recognised() -> None:
    calls, account = read_calls([SAMPLE])
    assert (calls.height, account["rejected"]) == (18, {})


def test_a_broken_line_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace('Jo "le Grand", dit Jojo', "USAGER")
    lines = text.splitlines(keepends=True)
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    whole.write_text(text, encoding="utf-8")
    broken.write_text("".join([*lines[:9], '"cut","short"\n', *lines[9:]]), encoding="utf-8")
    tolerant = inspected([broken])
    assert tolerant.account["rejected"] == {"wrong number of columns": 1}
    monkeypatch.setattr(records, "_parse_lines", None)
    clean = inspected([whole])
    assert_frame_equal(without_pseudonyms(clean.calls), without_pseudonyms(tolerant.calls))


@pytest.mark.parametrize(
    "name", ['Jo "le" Grand', '"', "De la Tour, Jean", '","', "Zoé", '"a","b"']
)
def test_quotes_in_names_are_not_doubled(written: Writer, name: str) -> None:
    found = inspected([written({"caller_id_name": name, "extension_name": name})])
    assert (found.account["calls"], found.account["rejected"]) == (1, {})
    assert found.calls["caller"].null_count() == 0


def test_a_hostile_name_takes_no_time(written: Writer) -> None:
    """What might be the end of a column is tried in a bounded number of places."""
    path = written(CALL, {"caller_id_name": '","' * 5000, "extension_name": '",' * 5000})
    assert inspected([path], "fusionpbx").account["rejected"] == {"wrong number of columns": 1}


@pytest.mark.parametrize(
    "stamps",
    [
        ("2026-03-03 10:00:00+01", "2026-03-03 10:00:20+01", "2026-03-03 10:01:00+01"),
        ("2026-03-03 09:00:00+00", "2026-03-03 09:00:20+00", "2026-03-03 09:01:00+00"),
        ("2026-03-03 04:00:00.25-05", "2026-03-03 04:00:20.25-05", "2026-03-03 04:01:00.25-05"),
        ("2026-03-03 14:30:00+05:30", "2026-03-03 14:30:20+05:30", "2026-03-03 14:31:00+05:30"),
        ("2026-03-03T10:00:00+0100", "2026-03-03T10:00:20+0100", "2026-03-03T10:01:00+0100"),
        ("2026-03-03 01:00:00", "2026-03-03 01:00:20", "2026-03-03 01:01:00"),
    ],
    ids=["Paris", "UTC", "New York", "Delhi", "ISO", "a clock nobody knows"],
)
def test_stamps_of_any_zone(written: Writer, stamps: tuple[str, str, str]) -> None:
    times = dict(zip(("start_stamp", "answer_stamp", "end_stamp"), stamps, strict=True))
    calls = inspected([written({**JOINED, **times})]).calls
    assert clocks(calls, "offered_at") == ["10:00:00"]
    assert clocks(calls, "answered_at") == ["10:00:20"]
    assert clocks(calls, "released_at") == ["10:01:00"]


def test_digits_of_other_scripts_are_no_offset(written: Writer) -> None:
    path = written({**JOINED, "answer_stamp": "2026-03-03 10:00:20+٠١"})
    assert inspected([path]).account["calls"] == 1


def test_over_the_change_of_clocks(written: Writer) -> None:
    """From 02:50 of the first pass to 02:10 of the second, twenty minutes later."""
    path = written(
        {
            "start_epoch": "1792889400",  # 25 October 2026, 00:50 UTC
            "start_stamp": "2026-10-25 02:50:00+02",
            "end_stamp": "2026-10-25 02:10:00+01",
        }
    )
    calls = inspected([path]).calls
    assert (calls["released_at"] - calls["offered_at"]).dt.total_minutes().item() == 20


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (JOINED, ("answered", "10:00:20")),
        (JOINED | {"cc_side": "member"}, ("answered", None)),
        (ANSWERED, ("self_service", None)),  # a menu or an announcement: nobody was joined
        (JOINED | {"status": "voicemail"}, ("self_service", None)),
        (ANSWERED | {"destination_number": "*991001"}, ("self_service", None)),
        ({"status": "busy", "hangup_cause": "USER_BUSY"}, ("busy", None)),
        ({"status": "cancelled", "hangup_cause": "ORIGINATOR_CANCEL"}, ("abandoned", None)),
        ({"status": "missed", "hangup_cause": "ORIGINATOR_CANCEL"}, ("abandoned", None)),
        (ANSWERED | {"status": "missed", "cc_side": "member"}, ("abandoned", None)),
        (ANSWERED | {"cc_side": "member"}, ("abandoned", None)),
        ({"status": "", "missed_call": "true"}, ("abandoned", None)),
        ({"status": "missed", "hangup_cause": "NO_ANSWER"}, ("unanswered", None)),
        ({"status": "no_answer"}, ("unanswered", None)),
        ({"status": "failed"}, ("failed", None)),
        ({"status": "failed", "hangup_cause": "SUBSCRIBER_ABSENT"}, ("unanswered", None)),
        ({"status": "failed", "hangup_cause": "NO_ROUTE_DESTINATION"}, ("failed", None)),
        ({"hangup_cause": "SWITCH_CONGESTION"}, ("busy", None)),
    ],
)
def test_how_a_call_ended(written: Writer, row: Row, expected: tuple[str, str | None]) -> None:
    assert fate(written(row)) == expected


def test_the_extension_is_an_agents_only_where_one_spoke(written: Writer) -> None:
    rows = [row | {"extension": "1001"} for row in (JOINED, {"status": "missed"})]
    agents = [inspected([written(row)]).calls["agent"].item() for row in rows]
    assert [agent is not None for agent in agents] == [True, False]


def test_where_every_call_is_picked_up_before_it_is_queued(written: Writer) -> None:
    reading = Reading(machine_answers_first=True)
    assert fate(written(JOINED), reading) == ("answered", None)
    assert fate(written(ANSWERED), reading) == ("abandoned", None)


@pytest.mark.parametrize(
    ("noted", "expected"),
    [("inbound", "inbound"), ("outbound", "outbound"), ("local", "internal"), ("", "internal")],
)
def test_directions(written: Writer, noted: str, expected: str) -> None:
    assert inspected([written({"direction": noted})]).calls["direction"].item() == expected


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"cc_side": "agent"}, "leg towards a phone or a line"),
        ({"leg": "b"}, "leg towards a phone or a line"),
        ({"hangup_cause": "LOSE_RACE"}, "leg of a group, another of which was answered"),
        (
            {"cc_side": "agent", "hangup_cause": "LOSE_RACE"},
            "leg of a group, another of which was answered",
        ),
    ],
)
def test_legs_that_the_platform_made(written: Writer, row: Row, reason: str) -> None:
    account = inspected([written(row)]).account
    assert (account["calls"], account["ignored"]) == (0, {"header": 1, reason: 1})


OLDER = [name for name in COLUMNS if name not in ("status", "cc_side", "missed_call", "extension")]
NARROW = (
    *("xml_cdr_uuid", "start_epoch", "start_stamp", "answer_stamp", "end_stamp", "hangup_cause"),
    *("bridge_uuid", "direction", "caller_id_number", "destination_number"),
)


@pytest.mark.parametrize(
    "columns",
    [OLDER, COLUMNS[::-1], [*COLUMNS, "domain_name", "cdr note", "cdr note"], NARROW],
    ids=["of older versions", "in another order", "and some more", "no others"],
)
def test_the_columns_that_one_may_see(written: Writer, columns: Sequence[str]) -> None:
    assert fate(written(JOINED, columns=columns)) == ("answered", "10:00:20")


def test_without_the_columns_that_a_record_needs(written: Writer) -> None:
    path = written(CALL, columns=[name for name in COLUMNS if name != "end_stamp"])
    with pytest.raises(RecordsError, match="does not name the columns end_stamp"):
        read_calls([path], "fusionpbx")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("quote", ['"', ""])
def test_out_of_a_spreadsheet(written: Writer, separator: str, quote: str) -> None:
    path = written(JOINED, separator=separator, quote=quote, end="\r\n")
    assert fate(path) == ("answered", "10:00:20")


def test_the_same_record_in_two_exports(written: Writer) -> None:
    first = written(CALL)
    second = written(CALL, {"xml_cdr_uuid": "00000000-0000-4000-8000-2"}, name="second.csv")
    account = inspected([first, second]).account
    assert (account["calls"], account["duplicates"]) == (2, 1)


@pytest.mark.parametrize(
    "row",
    [
        {"start_epoch": "0"},
        {"start_epoch": "99999999999999"},
        {"start_stamp": "03 Mar 2026"},
        {"end_stamp": "soon"},
        {"hangup_cause": "ended somehow"},
        {"direction": "up"},
        {"xml_cdr_uuid": ""},
    ],
)
def test_a_bad_line_is_set_aside(written: Writer, row: Row) -> None:
    account = inspected([written(CALL, row)], "fusionpbx").account
    assert account["calls"] == 1
    assert account["rejected"] == {"time, state or number not readable": 1}


def test_a_line_that_lacks_its_last_column(written: Writer) -> None:
    path = written(CALL, CALL)
    path.write_text(path.read_text(encoding="utf-8").removesuffix(',""\n') + "\n", encoding="utf-8")
    account = inspected([path], "fusionpbx").account
    assert (account["calls"], account["rejected"]) == (1, {"wrong number of columns": 1})


def test_a_call_that_has_no_end(written: Writer) -> None:
    assert inspected([written({"end_stamp": ""})]).calls["released_at"].item() is None
