"""Asterisk queue_log: what its events say, how a call is made of them, and its tables."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Stated
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import AMBIGUOUS_HOUR, NEGATIVE, STILL_OPEN
from tests.cdr.reading import inspected, local_times, without_pseudonyms, written
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = REPOSITORY / "cdr_samples" / "queue-log"
FILE, TABLE = SAMPLES / "queue_log", SAMPLES / "queue_log.csv"
PARIS = ZoneInfo("Europe/Paris")
COLUMNS = "id,time,callid,queuename,agent,event,data1,data2,data3,data4,data5"
BEGUN = 1772524800  # 3 March 2026, 09:00:00 in Paris
ENTERED = f"{BEGUN}|{BEGUN}.10|desk|NONE|ENTERQUEUE||0639980001|1"


def event(
    seconds: int, word: str, *data: object, callid: str = f"{BEGUN}.10", queue: str = "desk"
) -> str:
    return "|".join(map(str, (BEGUN + seconds, callid, queue, "Agent 1", word, *data)))


def calls_of(tmp_path: Path, lines: Sequence[str]) -> pl.DataFrame:
    calls, account = read_calls([written(tmp_path, name="queue_log", lines=lines)])
    assert account["rejected"] == {}
    return calls


@pytest.mark.parametrize("sample", [FILE, TABLE])
def test_the_hand_made_day(sample: Path) -> None:
    calls, _ = read_calls([sample])
    refused = {"refused_by": "queue", "caller": None}  # the queue was full; it names no caller
    turned_away = {"outcome": "closed", "released_at": "12:30:00", "caller": None}
    # The desk's own calls (7, 18), the menu (11) and the network (14) are in no queue.
    assert_same_slots(calls, but={4: refused, 5: refused, 16: turned_away}, without=(7, 11, 14, 18))
    assert calls["queue"].unique().to_list() == ["etrangers"]
    assert calls["agent"].drop_nulls().n_unique() == 3  # the ninth agent spoke with nobody


@pytest.mark.parametrize(("sample", "odd"), [(FILE, "blank line"), (TABLE, "header")])
def test_every_line_is_accounted_for(sample: Path, odd: str) -> None:
    _, account = read_calls([sample])
    words = Counter(word for line in FILE.read_text().splitlines() for word in line.split("|")[4:5])
    assert words["CONNECT"] == 5 and words["ENTERQUEUE"] == 11
    assert account == {
        "lines": 45,
        "calls": 14,
        "merged": 11 + 5,  # for each who waited the end, for each who was answered the beginning
        "duplicates": 1,  # the end of call 3
        "ignored": {
            "agent log-in or pause": 3 + 1 + 7,
            "agent's phone that rang in vain": 1,
            "event that is no call": 1,
            odd: 1,
        },
        "rejected": {},
    }


@pytest.mark.parametrize(
    ("word", "data", "outcome", "times"),
    [
        ("COMPLETEAGENT", (20, 60, 1), "answered", ("09:00:40", "09:01:00", "09:02:00")),
        ("COMPLETECALLER", (20, 60, 1), "answered", ("09:00:40", "09:01:00", "09:02:00")),
        ("CONNECT", (20, "1772524899.1", 5), "answered", ("09:01:40", "09:02:00", None)),
        ("TRANSFER", (600, "desk", 20, 60), "answered", ("09:00:40", "09:01:00", "09:02:00")),
        ("BLINDTRANSFER", (6, "d", 20, 60, 1), "answered", ("09:00:40", "09:01:00", "09:02:00")),
        (
            "ATTENDEDTRANSFER",
            ("BRIDGE", "4a66-5fad", 20, 60, 1),
            "answered",
            ("09:00:40", "09:01:00", "09:02:00"),
        ),
        (  # between two bridges: one datum more, and the rest moves on
            "ATTENDEDTRANSFER",
            ("LINK", "Local/1@x;1", "Local/1@x;2", 20, 60, 1),
            "answered",
            ("09:00:40", "09:01:00", "09:02:00"),
        ),
        ("ABANDON", (1, 1, 30), "abandoned", ("09:01:30", None, "09:02:00")),
        ("EXITWITHTIMEOUT", (1, 1, 30), "unanswered", ("09:01:30", None, "09:02:00")),
        ("EXITWITHTIMEOUT", (1,), "unanswered", ("09:02:00", None, "09:02:00")),  # until 1.4
        ("EXITEMPTY", (1, 1, 30), "unanswered", ("09:01:30", None, "09:02:00")),
        ("WITHDRAW", (1, 1, 30, "note"), "unanswered", ("09:01:30", None, "09:02:00")),
        ("EXITWITHKEY", (9, 1, 1, 30), "self_service", ("09:01:30", None, "09:02:00")),
        ("SYSCOMPAT", (), "failed", ("09:02:00", None, "09:02:00")),
        ("FULL", (), "busy", ("09:02:00", None, "09:02:00")),
        ("DIVERT_CA_RATIO", (), "busy", ("09:02:00", None, "09:02:00")),
        ("DIVERT_HOLDTIME", (), "busy", ("09:02:00", None, "09:02:00")),
        ("CLOSED", (), "closed", ("09:02:00", None, "09:02:00")),
        ("JOINEMPTY", (), "unanswered", ("09:02:00", None, "09:02:00")),
        ("LEAVEEMPTY", (), "unanswered", ("09:02:00", None, "09:02:00")),
        ("ENTERQUEUE", ("", "0639980001", 1), "unknown", ("09:02:00", None, None)),
    ],
)
def test_what_an_event_says_of_its_call(
    tmp_path: Path,
    word: str,
    data: tuple[object, ...],
    outcome: str,
    times: tuple[str | None, ...],
) -> None:
    """At 09:02:00; the call began before, where the event tells since when it lasts."""
    calls = calls_of(tmp_path, [event(120, word, *data)])
    assert calls["outcome"].to_list() == [outcome]
    assert local_times(calls, "offered_at", "answered_at", "released_at") == [times]


def test_who_refused(tmp_path: Path) -> None:
    words = ("FULL", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME")
    lines = [event(at, word, callid=f"{BEGUN}.{at}") for at, word in enumerate(words)]
    assert calls_of(tmp_path, lines)["refused_by"].to_list() == ["queue", "rule", "rule"]


@pytest.mark.parametrize("missing", ["20||1", "|60|1", "||", ""])
def test_data_that_are_missing(tmp_path: Path, missing: str) -> None:
    """Seen in the wild; what the other events of the call tell still holds."""
    connected = event(20, "CONNECT", 20, "1772524805.1", 15)
    calls = calls_of(tmp_path, [ENTERED, connected, event(80, "COMPLETECALLER", missing)])
    times = local_times(calls, "offered_at", "queued_at", "answered_at", "released_at")
    assert times == [("09:00:00", "09:00:00", "09:00:20", "09:01:20")]


def test_a_wait_below_zero(tmp_path: Path) -> None:
    """The clock was set back meanwhile: the call is kept, and marked."""
    calls = calls_of(tmp_path, [event(0, "ABANDON", 1, 1, -5)])
    assert calls["quality"].to_list() == [NEGATIVE]
    assert calls["released_at"].to_list() == calls["offered_at"].to_list()


def test_overflow_into_another_queue_is_one_call(tmp_path: Path) -> None:
    lines = [
        ENTERED,
        event(60, "EXITWITHTIMEOUT", 1, 1, 60),
        event(60, "ENTERQUEUE", "", "0639980001", 1, queue="relief"),
        event(90, "CONNECT", 30, "1772524805.1", 15, queue="relief"),
        event(200, "COMPLETEAGENT", 30, 110, 1, queue="relief"),
    ]
    calls = calls_of(tmp_path, lines)
    assert calls["outcome"].to_list() == ["answered"]
    assert calls["queue"].to_list() == ["desk"]  # it came in there
    times = local_times(calls, "offered_at", "queued_at", "answered_at", "released_at")
    assert times == [("09:00:00", "09:00:00", "09:01:30", "09:03:20")]
    given_up = [*lines[:3], event(100, "ABANDON", 1, 1, 40, queue="relief")]
    assert calls_of(tmp_path, given_up)["outcome"].to_list() == ["abandoned"]


def test_an_entry_without_an_end(tmp_path: Path) -> None:
    """The file was taken during the call, or Asterisk died in it."""
    calls = calls_of(tmp_path, [ENTERED, event(900, "QUEUESTART", callid="NONE", queue="NONE")])
    assert calls["outcome"].to_list() == ["unknown"]
    assert calls["quality"].to_list() == [STILL_OPEN]


def test_an_attended_transfer_is_one_call(tmp_path: Path) -> None:
    """An agent consults a queue, then joins his caller to it: half has one id, half another."""
    lines = [
        event(0, "ENTERQUEUE", "", "7009", 1, callid=f"{BEGUN}.80"),
        event(10, "CONNECT", 10, "1772524805.1", 5, callid=f"{BEGUN - 300}.20"),
        event(99, "COMPLETEAGENT", 10, 89, 1, callid=f"{BEGUN - 300}.20"),
    ]
    calls = calls_of(tmp_path, lines)
    assert calls["outcome"].to_list() == ["answered"] and calls["legs"].to_list() == [3]
    times = local_times(calls, "offered_at", "queued_at", "answered_at", "released_at")
    assert times == [("09:00:00", "09:00:00", "09:00:10", "09:01:39")]


def test_calls_without_an_id_are_each_one(tmp_path: Path) -> None:
    lines = [event(at, "FULL", callid=name) for at in (0, 40) for name in ("NONE", "CLI")]
    assert calls_of(tmp_path, lines)["outcome"].to_list() == ["busy"] * 4


@pytest.mark.parametrize("name", ["Jean|Dupont", "|||", '"Zoé', 'Jo "le" Grand'])
def test_names_are_not_quoted_and_may_hold_separators(tmp_path: Path, name: str) -> None:
    calls = calls_of(tmp_path, [f"{ENTERED}|{name}", event(30, "ABANDON", 1, 1, 30)])
    assert calls["outcome"].to_list() == ["abandoned"]
    assert calls["caller"].null_count() == 0


def test_a_withheld_number_is_no_caller(tmp_path: Path) -> None:
    lines = [ENTERED.replace("0639980001", withheld) for withheld in ("", "anonymous", "Unknown")]
    assert calls_of(tmp_path, lines[:1])["caller"].to_list() == [None]
    assert calls_of(tmp_path, lines[1:2])["caller"].to_list() == [None]
    assert calls_of(tmp_path, lines[2:])["caller"].to_list() == [None]


def test_an_event_of_a_dialplan_of_its_own(tmp_path: Path) -> None:
    """It is no call unless the configuration says what becomes of it."""
    path = written(tmp_path, name="queue_log", lines=[event(0, "LINES_TAKEN"), ENTERED])
    assert read_calls([path])[1]["ignored"] == {"event that is no call": 1}
    stated = Stated(outcomes=(("lines_taken", "busy"), ("exitwithkey", "callback")))
    assert inspected(path, None, stated=stated).calls["outcome"].to_list() == ["busy"]
    written(tmp_path, name=path.name, lines=[event(30, "EXITWITHKEY", 1, 1, 1, 30)])
    call = inspected(path, "queue-log", stated=stated).calls.row(0, named=True)
    assert (call["outcome"], call["detail"]) == ("self_service", "callback")
    assert (call["released_at"] - call["offered_at"]).total_seconds() == 30


def test_one_broken_line_among_good_ones(tmp_path: Path) -> None:
    """Line by line the calls are the same as all at once."""
    for sample in (FILE, TABLE):
        lines = sample.read_text().splitlines()
        broken = written(tmp_path, name="broken", lines=[*lines[:20], "17725|||", *lines[20:]])
        calls, account = read_calls([broken])
        assert sum(account["rejected"].values()) == 1
        whole, of_whole = read_calls([sample])
        assert_frame_equal(without_pseudonyms(calls), without_pseudonyms(whole))
        assert account["lines"] == of_whole["lines"] + 1


@pytest.mark.parametrize(
    "line",
    [
        "yesterday|1772524800.10|desk|NONE|FULL|",
        "0|1772524800.10|desk|NONE|FULL|",
        "1772524800||desk|NONE|FULL|",
        "1772524800|1772524800.10|desk|NONE||",
        "1772524800|1772524800.10|desk|NONE|ABANDON|1|1|long",
        "1772524800",
    ],
)
def test_a_line_that_is_no_event_is_set_aside(tmp_path: Path, line: str) -> None:
    path = written(
        tmp_path, name="queue_log", lines=[ENTERED, line, event(30, "ABANDON", 1, 1, 30)]
    )
    calls, account = read_calls([path], "queue-log")
    assert account["rejected"] == {"time, state or number not readable": 1}
    assert calls.height == 1


def test_a_last_line_that_is_still_being_written(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    whole = f"{ENTERED}\n{event(30, 'ABANDON', 1, 1, 30)}\n"
    for end in (len(ENTERED) + 1, len(ENTERED) + 2, len(whole) - 9, len(whole) - 1):
        path.write_text(whole[:end])
        _, account = read_calls([path])
        assert account["lines"] == (1 if end == len(ENTERED) + 1 else 2)
        assert account["calls"] == 1


def test_rotated_files_that_overlap(tmp_path: Path) -> None:
    lines = FILE.read_text().splitlines()
    paths = [
        written(tmp_path, name="queue_log.0", lines=lines[:25]),
        written(tmp_path, name="queue_log", lines=lines[12:]),
    ]
    calls, account = read_calls(paths)
    assert_frame_equal(without_pseudonyms(calls), without_pseudonyms(read_calls([FILE])[0]))
    assert account["duplicates"] == 1 + 13  # lines 13 to 25 are calls', the repeated one among them


def test_the_doubled_hour_of_autumn(tmp_path: Path) -> None:
    """Epochs know which of the two it was."""
    first = int(datetime(2026, 10, 25, 2, 30, tzinfo=PARIS).timestamp())
    lines = [f"{at}|{at}.1|desk|NONE|FULL|" for at in (first, first + 3600)]
    calls = calls_of(tmp_path, lines)
    assert (calls["offered_at"].dt.epoch("s") - first).to_list() == [0, 3600]
    assert calls["quality"].to_list() == [0, 0]


def test_an_agent_who_logs_out_tells_no_clock(tmp_path: Path) -> None:
    """He does so under the id of the channel that he logged in with, hours before."""
    ids = [f"{BEGUN}.1", *(f"{BEGUN - hours * 3600}.{hours}" for hours in (6, 7, 8))]
    words = ["FULL", *["AGENTLOGOFF"] * 3]
    rows = [
        f"1,2026-03-03 08:00:00,{name},NONE,Agent 1,{word},,,,,"
        for name, word in zip(ids, words, strict=True)
    ]
    found = inspected(table_of(tmp_path / "queue_log.csv", rows))
    assert [*found.clocks] == ["UTC"] and found.agents["records"] == 3


@pytest.mark.parametrize("callid", ["9223372036854775808.1", "9" * 40 + ".1", "١٧٧٢٥٢٤٨٠٠.1"])
def test_an_id_that_holds_no_time_tells_no_clock(tmp_path: Path, callid: str) -> None:
    rows = [f"1,2026-03-03 08:00:00,{callid},desk,NONE,FULL,,,,,"]
    found = inspected(table_of(tmp_path / "queue_log.csv", rows))
    assert found.calls["outcome"].to_list() == ["busy"]
    (why,) = found.clocks.values()
    assert "the records hold no epoch" in str(why)


def table_of(path: Path, rows: Sequence[str], header: str = COLUMNS) -> Path:
    return written(path.parent, name=path.name, lines=[header, *rows])


@pytest.mark.parametrize(
    ("how", "pattern", "zone"),
    [
        ("local", "%Y-%m-%d %H:%M:%S", PARIS),
        ("local with microseconds, as XiVO", "%Y-%m-%d %H:%M:%S.%f", PARIS),
        ("UTC, as configured in Asterisk", "%Y-%m-%d %H:%M:%S", ZoneInfo("UTC")),
        ("with an offset, as Wazo", "%Y-%m-%d %H:%M:%S.%f%z", ZoneInfo("America/Montreal")),
    ],
)
def test_times_of_a_table(tmp_path: Path, how: str, pattern: str, zone: ZoneInfo) -> None:
    path = tmp_path / "queue_log.csv"
    with TABLE.open(newline="") as old, path.open("w", newline="") as new:
        rows = csv.DictReader(old)
        writer = csv.DictWriter(new, COLUMNS.split(","))
        writer.writeheader()
        for row in rows:
            moment = datetime.fromisoformat(row["time"]).replace(tzinfo=PARIS)
            text = moment.astimezone(zone).strftime(pattern)
            writer.writerow(row | {"time": text.removesuffix("00") if "%z" in pattern else text})
    calls, account = read_calls([path])
    assert account["rejected"] == {}, how
    expected = without_pseudonyms(read_calls([TABLE])[0])
    assert_frame_equal(without_pseudonyms(calls), expected)


def test_the_doubled_hour_of_autumn_in_a_table(tmp_path: Path) -> None:
    """Its times are local: the callid holds the epoch, where there is one."""
    first = int(datetime(2026, 10, 25, 2, 30, tzinfo=PARIS).timestamp())
    ids = [f"{first}.1", f"{first + 3600}.1", "NONE"]
    rows = [f"1,2026-10-25 02:30:00,{name},desk,NONE,FULL,,,,," for name in ids]
    calls, _ = read_calls([table_of(tmp_path / "queue_log.csv", rows)])
    found = sorted(zip(calls["offered_at"].dt.epoch("s") - first, calls["quality"], strict=True))
    assert found == [(0, 0), (0, AMBIGUOUS_HOUR), (3600, 0)]


@pytest.mark.parametrize("last", ["60|1", "60|", "60"])
def test_the_last_column_of_a_table_may_hold_the_rest_of_the_line(
    tmp_path: Path, last: str
) -> None:
    row = f"1,2026-03-03 09:02:00,{BEGUN}.1,desk,Agent 1,ATTENDEDTRANSFER,LINK,a;1,a;2,20,{last}"
    calls, _ = read_calls([table_of(tmp_path / "queue_log.csv", [row])])
    times = local_times(calls, "offered_at", "answered_at", "released_at")
    assert times == [("09:00:40", "09:01:00", "09:02:00")]


PBXWARE = (
    "uid,date_time,callid,queue_name,type,event,param1,param2,param3,entpos,expos,htime,ttime,time"
)


def test_a_table_of_pbxware(tmp_path: Path) -> None:
    """Epochs, and columns of its own for the wait and the talk."""
    rows = [
        f"1,{BEGUN},{BEGUN}.1,desk,NONE,ENTERQUEUE,,0639980001,,1,,0,0,0",
        f"2,{BEGUN + 20},{BEGUN}.1,desk,SIP/101,CONNECT,,,,,,20,0,0",
        f"3,{BEGUN + 80},{BEGUN}.1,desk,SIP/101,COMPLETECALLER,,,,1,1,20,60,80",
        f"4,{BEGUN + 90},{BEGUN + 30}.2,desk,NONE,ABANDON,,,,1,1,60,0,60",
    ]
    path = table_of(tmp_path / "queues.csv", rows, PBXWARE)
    calls, account = read_calls([path])
    assert account["rejected"] == {} and account["merged"] == 2
    assert calls["outcome"].to_list() == ["answered", "abandoned"]
    assert local_times(calls, "offered_at", "answered_at", "released_at") == [
        ("09:00:00", "09:00:20", "09:01:20"),
        ("09:00:30", None, "09:01:30"),
    ]
    assert calls["agent"].null_count() == 2
    # Which column names the agent, and which tells the wait, may be stated; by name or number.
    stated = Stated(columns=(("agent", "type"), ("wait", "10")))
    calls = inspected(path, "queue-log", stated=stated).calls
    assert calls["agent"].is_not_null().to_list() == [True, False]
    # Positions in the queue would be strange waits: of a second each, here.
    assert local_times(calls, "offered_at") == [("08:59:59",), ("09:01:29",)]


def test_a_table_without_what_an_event_needs(tmp_path: Path) -> None:
    header = COLUMNS.replace("queuename", "name").replace("data3", "note")
    path = table_of(tmp_path / "queue_log.csv", [], header)
    with pytest.raises(RecordsError, match="does not name the columns queue, data3"):
        read_calls([path], "queue-log")


def test_another_file_is_no_queue_log() -> None:
    for other in ("asterisk-csv/Master.csv", "asterisk-db/cdr.csv"):
        with pytest.raises(RecordsError, match="not call records of the dialect queue-log"):
            read_calls([REPOSITORY / "cdr_samples" / other], "queue-log")


def test_how_it_was_found() -> None:
    for sample in (FILE, TABLE):
        inspection = inspected(sample, None)
        assert [*inspection.dialects] == ["queue-log"]
    assert inspected(FILE, None).clocks == {"UTC": "what queue-log writes"}
    assert [*inspected(TABLE, None).clocks] == ["Europe/Paris"]
