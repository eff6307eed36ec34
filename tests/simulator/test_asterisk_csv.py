"""The records: exactly as Asterisk writes them, and all of them."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from affluence.cdr.asterisk_csv import DIALECT
from affluence.cdr.dialect import Reading
from affluence.cdr.recipe import Recipe
from affluence.simulator.asterisk_call import BUSY_ANNOUNCEMENTS, CLOSED_ANNOUNCEMENT
from affluence.simulator.asterisk_csv import WRITER, asterisk_records
from affluence.simulator.fictional_numbers import FICTIONAL_PREFIXES
from affluence.simulator.scenario import Callers, Scenario, Shift
from affluence.simulator.simulation import Simulation, calls_frame, simulate
from affluence.steps.inspect import inspect_files

_FIELDS = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
    "peeraccount",
    "linkedid",
    "sequence",
)
_TEXT = r'"(?:[^"]|"")*"'
_TIME = r'"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"'
_LINE = re.compile(
    rf"(?:{_TEXT},){{9}}{_TIME},(?:{_TIME})?,{_TIME},\d+,\d+,(?:{_TEXT},){{6}}\d+\n", re.ASCII
)
_PARIS = ZoneInfo("Europe/Paris")


def _parsed(lines: list[str]) -> list[dict[str, str]]:
    return [dict(zip(_FIELDS, row, strict=True)) for row in csv.reader(lines)]


@pytest.fixture(scope="module")
def lines(simulation: Simulation) -> list[str]:
    return [record.line for record in asterisk_records(simulation)]


@pytest.fixture(scope="module")
def records(lines: list[str]) -> list[dict[str, str]]:
    return _parsed(lines)


def test_every_line_is_quoted_as_asterisk_does(lines: list[str]) -> None:
    assert [line for line in lines if not _LINE.fullmatch(line)] == []


def test_each_kind_of_call_has_its_columns(records: list[dict[str, str]]) -> None:
    kinds = {
        (record["dcontext"], record["lastapp"], record["lastdata"], record["disposition"])
        for record in records
        if record["lastapp"] != "Dial"
    }
    assert kinds == {
        ("from-trunk", "Queue", "etrangers,,,,600", "ANSWERED"),
        ("from-trunk", "Queue", "etrangers,,,,600", "NO ANSWER"),
        ("from-trunk", "Busy", "5", "BUSY"),
        ("from-trunk", "Playback", "ferme", "ANSWERED"),
    }
    for record in records:
        if record["lastapp"] in {"Busy", "Playback"}:
            assert record["dstchannel"] == ""
        if record["lastapp"] == "Queue" and record["disposition"] == "ANSWERED":
            assert re.fullmatch(r"PJSIP/agent-0[1-6]-[0-9a-f]{8}", record["dstchannel"])
        if record["lastapp"] == "Dial":
            assert record["dcontext"] == "from-internal"
            assert record["channel"].startswith(f"PJSIP/agent-{record['src']}-")
            assert record["dstchannel"].startswith("PJSIP/operateur-")
            assert record["lastdata"] == f"PJSIP/{record['dst']}@operateur,30"
        elif record["src"]:
            assert re.fullmatch(rf'"Usager \d+" <{record["src"]}>', record["clid"])
        assert (record["answer"] == "") == (record["disposition"] != "ANSWERED")
    assert any(record["clid"] == '"Anonymous" <anonymous>' for record in records)


def test_durations_are_cut_from_the_true_span(records: list[dict[str, str]]) -> None:
    for record in records:
        clock = {
            name: datetime.fromisoformat(record[name]).replace(tzinfo=_PARIS)
            for name in ("start", "answer", "end")
            if record[name]
        }
        shown_s = (clock["end"] - clock["start"]).total_seconds()
        assert shown_s - int(record["duration"]) in {0, 1}
        talk_s = (clock["end"] - clock["answer"]).total_seconds() if record["answer"] else 0
        assert talk_s - int(record["billsec"]) in {0, 1}


def test_uniqueid_tells_the_true_second_and_local_times_follow_the_clock_change(
    records: list[dict[str, str]],
) -> None:
    offsets_h = set()
    for record in records:
        epoch_s = int(record["uniqueid"].split(".")[0])
        start = datetime.fromisoformat(record["start"]).replace(tzinfo=ZoneInfo("UTC"))
        if record["lastapp"] != "Queue":  # a missed ring starts after its call
            offsets_h.add((start.timestamp() - epoch_s) / 3600)
    assert offsets_h == {1.0, 2.0}


def test_order_is_that_of_ends_and_sequences_are_each_used_once(
    simulation: Simulation, records: list[dict[str, str]]
) -> None:
    ends_ms = [record.written_ms for record in asterisk_records(simulation)]
    assert ends_ms == sorted(ends_ms)
    sequences = [int(record["sequence"]) for record in records]
    assert sorted(sequences) == list(range(len(records)))
    assert sequences != sorted(sequences)
    opened = sorted(records, key=lambda record: int(record["sequence"]))
    starts = [record["start"] for record in opened if record["start"] < "2026-10-25"]
    assert starts == sorted(starts)


def test_every_call_has_its_record_and_its_missed_rings_share_its_linkedid(
    simulation: Simulation, records: list[dict[str, str]]
) -> None:
    legs: dict[str, list[dict[str, str]]] = defaultdict(list)
    for record in records:
        assert record["uniqueid"] == record["linkedid"]
        legs[record["linkedid"]].append(record)
    assert len(legs) == len(simulation.calls)
    assert len(records) == sum(1 + len(call.missed) for call in simulation.calls)
    several = [parts for parts in legs.values() if len(parts) > 1]
    assert several
    for parts in several:
        assert len({part["channel"] for part in parts}) == 1
        assert len({part["dstchannel"] for part in parts}) == len(parts)
        main, *missed = sorted(parts, key=lambda part: int(part["sequence"]))
        assert all(part["start"] >= main["start"] for part in missed)
        assert {(part["disposition"], part["duration"]) for part in missed} == {("NO ANSWER", "15")}


def test_channels_are_each_used_once_a_call(records: list[dict[str, str]]) -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for name in ("channel", "dstchannel"):
            users[record[name][-8:]].add(record["linkedid"])
    del users[""]
    assert all(len(calls) == 1 for calls in users.values())


def test_no_number_outside_the_ranges_kept_for_fiction(lines: list[str]) -> None:
    numbers = {number for line in lines for number in re.findall(r"(?<!\d)0\d{9}(?!\d)", line)}
    assert len(numbers) > 1000
    assert {number[:6] for number in numbers} == set(FICTIONAL_PREFIXES)
    others = {number for line in lines for number in re.findall(r"\d{9,}", line)} - numbers
    # Epochs of uniqueids, and channel counters that happen to hold digits only.
    assert all(re.fullmatch(r"179\d{7}", number) for number in others)


def test_a_queue_that_times_out_ends_in_hangup(scenario: Scenario) -> None:
    nobody = Shift(weekdays=(1,), start_min=9 * 60, end_min=10 * 60, agents=0)
    day = replace(
        scenario,
        last_day=scenario.first_day,
        shifts=(nobody,),
        callers=Callers(mean_patience_s=1e9),
    )
    written = _parsed([record.line for record in asterisk_records(simulate(day, seed=1))])
    hung_up = [record for record in written if record["lastapp"] == "Hangup"]
    assert hung_up
    for record in hung_up:
        assert record["disposition"] == "NO ANSWER"
        assert (record["duration"], record["dstchannel"], record["answer"]) == ("600", "", "")


def test_a_greeting_is_an_answer_by_the_machine(crowded: Simulation) -> None:
    written = _parsed([record.line for record in asterisk_records(crowded)])
    kinds = {
        (record["lastapp"], record["lastdata"], record["disposition"], record["dstchannel"] != "")
        for record in written
        if record["dcontext"] == "from-trunk"
    }
    queue = ("Queue", "etrangers,,,,180")
    assert kinds == {
        ("Busy", "5", "BUSY", False),
        ("Playback", "ferme", "ANSWERED", False),
        ("Playback", "complet", "ANSWERED", False),
        ("Playback", "rappelez", "ANSWERED", False),
        (*queue, "ANSWERED", True),  # by an agent
        (*queue, "ANSWERED", False),  # given up
        (*queue, "NO ANSWER", True),  # given up while a phone rang, and phones that rang in vain
        ("Hangup", "", "ANSWERED", False),  # the queue gave up
        ("Hangup", "", "NO ANSWER", True),  # the same while a phone rang
    }
    for record in written:
        if record["dcontext"] == "from-trunk" and record["lastapp"] != "Busy":
            assert record["answer"] == record["start"]
            assert record["billsec"] == record["duration"]


@pytest.mark.parametrize("greeted", [False, True])
def test_records_read_back_tell_the_same_outcomes(
    simulation: Simulation, crowded: Simulation, tmp_path: Path, greeted: bool
) -> None:
    played = crowded if greeted else simulation
    path = tmp_path / "Master.csv"
    path.write_text("".join(record.line for record in asterisk_records(played)), encoding="ascii")
    recipe = Recipe(
        dialect=DIALECT,
        reading=Reading(
            trunks=("PJSIP/operateur-",),
            closed_announcements=(CLOSED_ANNOUNCEMENT,),
            busy_announcements=tuple(BUSY_ANNOUNCEMENTS.values()),
            # Nothing in the records tells when an agent took a call that a machine had answered.
            machine_answers_first=greeted,
        ),
        clock="Europe/Paris",
        zone="Europe/Paris",
    )
    read = inspect_files([path], recipe, platform="etrangers", longest_call_s=6 * 3600).calls
    assert _told(read) == _told(calls_frame(played))
    assert (
        read["direction"]
        .value_counts(sort=True)
        .equals(calls_frame(played)["direction"].value_counts(sort=True))
    )


def _told(calls: pl.DataFrame) -> Counter[tuple[object, ...]]:
    """Second of arrival, outcome and legs of each attempt, with how many are alike."""
    attempts = calls.filter(pl.col("direction") == "inbound")
    second = pl.col("offered_at").dt.truncate("1s")
    return Counter(attempts.select(second, pl.col("outcome"), pl.col("legs")).rows())


def test_weeks_hold_all_the_lines_and_are_the_same_bytes_twice(
    scenario: Scenario, simulation: Simulation, lines: list[str]
) -> None:
    weeks = WRITER.files(simulation)
    assert list(weeks) == ["Master-2026-W42.csv.gz", "Master-2026-W43.csv.gz"]
    assert b"".join(map(gzip.decompress, weeks.values())).decode() == "".join(lines)
    assert WRITER.files(simulate(scenario, seed=1)) == weeks
