"""Asterisk's channel events: which begin, answer and end a call, and what they say of its fate."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Reading, Stated
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.tables import AMBIGUOUS_HOUR, STILL_OPEN
from tests.cdr.reading import NOTHING_STATED, inspected, local_times, without_pseudonyms, written
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLE = REPOSITORY / "cdr_samples" / "asterisk-cel" / "Master.csv"
TRUNKS = ("PJSIP/operateur-",)
PARIS = ZoneInfo("Europe/Paris")
BEGUN = 1772524800  # 3 March 2026, 09:00:00 in Paris
COLUMNS = (
    *("eventtype", "literal", "eventtime", "cidname", "cidnum", "ani", "rdnis", "dnid", "exten"),
    *("context", "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid"),
    *("linkedid", "peer", "userfield", "userdeftype", "eventextra"),
)
NEWER = (
    *("eventtype", "eventenum", "literal", "eventtime", "userdeftype", "cidname", "cidnum"),
    *("exten", "context", "channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid"),
    *("userfield", "ani", "rdnis", "dnid", "peer", "linkedid", "peeracct", "eventextra"),
    "tenantid",
)
Row = dict[str, str]
ROWS = [
    dict(zip(COLUMNS, row, strict=True))
    for row in csv.reader(io.StringIO(SAMPLE.read_text()))
    if row
]
EXPECTED = without_pseudonyms(read_calls([SAMPLE], trunks=TRUNKS)[0])
CALLER, AGENT, LINE = "PJSIP/operateur-00000001", "PJSIP/agent-01-00000002", "PJSIP/operateur-0002"


def event(seconds: float, word: str, channel: str = CALLER, number: int = 1, **said: str) -> Row:
    """An event of a channel of the call that the first channel began."""
    told = {"eventtype": word, "eventtime": f"{BEGUN + seconds:.6f}", "channame": channel}
    ids = {"uniqueid": f"{BEGUN}.{number}", "linkedid": f"{BEGUN}.1"}
    return dict.fromkeys(COLUMNS, "") | {"cidnum": "0639980001"} | told | ids | said


def hangup(
    seconds: float, cause: int = 16, status: str = "", channel: str = CALLER, number: int = 1
) -> Row:
    extra = f'{{"hangupcause":{cause},"hangupsource":"","dialstatus":"{status}"}}'
    return event(seconds, "HANGUP", channel, number, eventextra=extra)


def app(seconds: float, name: str, data: str = "", exten: str = "s") -> Row:
    return event(seconds, "APP_START", appname=name, appdata=data, exten=exten)


BEGIN, END = event(0, "CHAN_START"), hangup(60)
RINGS = event(5, "CHAN_START", AGENT, 2)
ANSWERS = event(20, "ANSWER", AGENT, 2)


def as_lines(
    rows: Iterable[Row], columns: Sequence[str] = COLUMNS, separator: str = ","
) -> list[str]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().splitlines()


def calls_of(tmp_path: Path, *rows: Row, stated: Stated = NOTHING_STATED) -> pl.DataFrame:
    path = written(tmp_path, name="Master.csv", lines=as_lines(rows))
    inspection = inspected(path, "asterisk-cel", stated=stated, trunks=TRUNKS)
    assert inspection.unreadable == [] and inspection.account["rejected"] == {}
    return inspection.calls


def outcome(tmp_path: Path, *rows: Row) -> str:
    (only,) = calls_of(tmp_path, *rows)["outcome"]
    return str(only)


def test_the_hand_made_day() -> None:
    calls, account = read_calls([SAMPLE], trunks=TRUNKS)
    assert_same_slots(calls)
    words = Counter(row["eventtype"] for row in ROWS)
    told = ("CHAN_START", "ANSWER", "APP_START", "HANGUP", "CHAN_END", "LINKEDID_END")
    untold = ("APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT", "USER_DEFINED")
    assert sum(words[word] for word in told) == 129 and sum(words[word] for word in untold) == 36
    assert account == {
        "lines": 166,
        "calls": 18,
        "merged": 129 - 18 - 1,
        "duplicates": 1,  # the hang-up of call 3
        "ignored": {"blank line": 1, "event that says nothing of its call's fate": 36},
        "rejected": {},
    }


def test_how_it_was_found() -> None:
    inspection = inspected(SAMPLE, None)
    assert [*inspection.dialects] == ["asterisk-cel"]
    assert inspection.clocks == {"UTC": "what asterisk-cel writes"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([END], "unknown"),
        ([hangup(60, 17)], "busy"),
        ([hangup(60, 34)], "busy"),
        ([hangup(60, 38)], "busy"),
        ([hangup(60, 42)], "busy"),
        ([hangup(60, status="BUSY")], "busy"),
        ([hangup(60, status="CONGESTION")], "busy"),
        ([hangup(60, status="CHANUNAVAIL")], "failed"),
        ([hangup(60, status="NOANSWER")], "unanswered"),
        ([hangup(60, status="CANCEL")], "abandoned"),
        ([app(0, "Queue", "desk,,,,600"), END], "abandoned"),
        ([app(0, "Queue"), app(60, "Hangup"), END], "unanswered"),
        # When the caller is gone, what the dialplan cleans up says nothing.
        ([app(0, "Queue"), app(60, "Hangup", exten="h"), END], "abandoned"),
        ([app(0, "Queue"), app(50, "VoiceMail", "100@desk"), END], "self_service"),
        ([app(0, "Playback", "hours"), END], "self_service"),
        ([app(0, "Busy", "5"), END], "busy"),
        ([app(0, "Set", "X=1"), END], "unknown"),
        # A dialled phone that is busy is not a busy desk.
        ([RINGS, hangup(6, 17, channel=AGENT, number=2), END], "abandoned"),
        # Applications need not be tracked: phones that ring tell as much.
        ([RINGS, END], "abandoned"),
        ([RINGS, ANSWERS, END], "answered"),
        ([ANSWERS, hangup(60, 17, status="BUSY")], "answered"),
    ],
)
def test_what_becomes_of_a_call(tmp_path: Path, rows: list[Row], expected: str) -> None:
    assert outcome(tmp_path, BEGIN, *rows) == expected


def test_who_refused(tmp_path: Path) -> None:
    for refusal, by in ((17, None), (34, "network"), (42, "network")):
        calls = calls_of(tmp_path, BEGIN, hangup(1, refusal))
        assert calls["refused_by"].to_list() == [by]


def test_announcements_tell_that_the_desk_is_closed_or_full(tmp_path: Path) -> None:
    rows = [
        row | {"linkedid": f"{BEGUN}.{number}", "uniqueid": f"{BEGUN}.{number}"}
        for number, sound in enumerate(("we-are-closed", "all-busy"))
        for row in (BEGIN, app(1, "Playback", sound), END)
    ]
    path = written(tmp_path, name="Master.csv", lines=as_lines(rows))
    reading = Reading(closed_announcements=("closed",), busy_announcements=("all-busy",))
    inspection = inspected(path, None, reading=reading)
    assert sorted(inspection.calls["outcome"]) == ["busy", "closed"]


def test_a_machine_that_picks_up_is_no_agent(tmp_path: Path) -> None:
    machine = event(2, "ANSWER")
    calls = calls_of(tmp_path, BEGIN, machine, app(2, "Queue", "desk,,,,600"), END)
    assert calls["outcome"].to_list() == ["abandoned"]
    assert local_times(calls, "offered_at", "picked_up_at", "queued_at", "answered_at") == [
        ("09:00:00", "09:00:02", "09:00:02", None)
    ]
    assert calls["queue"].to_list() == ["desk"]


@pytest.mark.parametrize("inner", ["Local/101@agents-00000001;2", "CBAnn/conf-00000001;1"])
def test_channels_within_asterisk_are_no_agents(tmp_path: Path, inner: str) -> None:
    """They answer as soon as the dialplan behind them does."""
    between = event(4, "ANSWER", inner, 3)
    assert outcome(tmp_path, BEGIN, app(0, "Queue"), between, END) == "abandoned"
    calls = calls_of(tmp_path, BEGIN, app(0, "Queue"), between, RINGS, ANSWERS, END)
    assert local_times(calls, "answered_at") == [("09:00:20",)]


def test_ring_all_is_one_call(tmp_path: Path) -> None:
    others = [event(5, "CHAN_START", f"PJSIP/agent-0{n}-0000000{n}", n) for n in (3, 4, 5)]
    ends = [
        hangup(20, 26, channel=row["channame"]) | {"uniqueid": row["uniqueid"]} for row in others
    ]
    calls = calls_of(tmp_path, BEGIN, RINGS, *others, ANSWERS, *ends, END)
    assert calls["outcome"].to_list() == ["answered"] and calls["legs"].to_list() == [10]


def test_directions(tmp_path: Path) -> None:
    """By which channel is a line: the first one, a later one, or none."""
    agent = BEGIN | {"channame": AGENT}
    dials = event(0.4, "CHAN_START", LINE, 2)
    colleague = event(0.4, "CHAN_START", "PJSIP/agent-02-00000003", 2)
    assert calls_of(tmp_path, BEGIN, RINGS, END)["direction"].to_list() == ["inbound"]
    assert calls_of(tmp_path, BEGIN, dials, END)["direction"].to_list() == ["inbound"]  # sent on
    assert calls_of(tmp_path, agent, dials)["direction"].to_list() == ["outbound"]
    assert calls_of(tmp_path, agent, colleague)["direction"].to_list() == ["internal"]


def test_the_caller_is_who_began(tmp_path: Path) -> None:
    """Later channels carry the number that was dialled, or the agent's."""
    withheld = [row | {"cidnum": ""} for row in (BEGIN, END)]
    assert calls_of(tmp_path, *withheld, RINGS, ANSWERS)["caller"].to_list() == [None]
    assert calls_of(tmp_path, BEGIN, RINGS)["caller"].null_count() == 0


@pytest.mark.parametrize(
    ("ending", "released"),
    [
        (event(60, "CHAN_END"), "09:01:00"),
        (event(90, "LINKEDID_END", AGENT, 2), "09:01:30"),  # after a transfer: the last to go
        (event(90, "LINKEDID_END", ""), "09:01:30"),
        (hangup(30, channel=AGENT, number=2), None),
    ],
)
def test_what_ends_a_call(tmp_path: Path, ending: Row, released: str | None) -> None:
    calls = calls_of(tmp_path, BEGIN, RINGS, ANSWERS, ending)
    assert local_times(calls, "released_at") == [(released,)]
    assert calls["quality"].to_list() == [0 if released else STILL_OPEN]


def test_a_record_key_tells_events_of_one_instant_apart(tmp_path: Path) -> None:
    path = written(
        tmp_path, name="M.csv", lines=as_lines([BEGIN, BEGIN, event(0, "ANSWER"), END, END])
    )
    account = read_calls([path])[1]
    assert (account["calls"], account["merged"], account["duplicates"]) == (1, 2, 2)


def test_events_of_a_dialplan_of_its_own(tmp_path: Path) -> None:
    mine = event(3, "Satisfaction: 4", userdeftype="Satisfaction: 4", eventextra="a,b|c")
    path = written(tmp_path, name="Master.csv", lines=as_lines([BEGIN, mine, END]))
    _, account = read_calls([path])
    assert account["ignored"] == {"event that says nothing of its call's fate": 1}


def test_ids_that_an_application_gives(tmp_path: Path) -> None:
    """Channels made through ARI bear any name."""
    ids = {"uniqueid": "4a665fad-b8d1", "linkedid": "4a665fad-b8d1"}
    calls = calls_of(tmp_path, BEGIN | ids, ANSWERS | ids | {"uniqueid": "b"}, END | ids)
    assert calls["outcome"].to_list() == ["answered"]


@pytest.mark.parametrize(
    "columns", [COLUMNS, tuple(name for name in COLUMNS if name != "literal"), NEWER]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_mapping_of_the_samples(
    tmp_path: Path, columns: Sequence[str], separator: str
) -> None:
    path = written(tmp_path, name="Master.csv", lines=as_lines(ROWS, columns, separator))
    assert_frame_equal(without_pseudonyms(read_calls([path], trunks=TRUNKS)[0]), EXPECTED)


def test_a_mapping_that_is_stated(tmp_path: Path) -> None:
    columns = [name for name in reversed(COLUMNS) if name not in ("ani", "dnid", "peer")]
    path = written(tmp_path, name="Master.csv", lines=as_lines(ROWS, columns, "~"))
    where = tuple((name, str(number)) for number, name in enumerate(columns, 1))
    inspection = inspected(path, None, stated=Stated(columns=where, separator="~"), trunks=TRUNKS)
    assert_frame_equal(without_pseudonyms(inspection.calls), EXPECTED)
    short = Stated(columns=where[2:], separator="~")  # eventextra is one of the first two
    (problem,) = inspected(path, "asterisk-cel", stated=short).unreadable
    assert "does not name the columns eventextra" in problem
    with pytest.raises(RecordsError, match="not call records"):
        read_calls([path])


def dated(pattern: str, zone: ZoneInfo = PARIS) -> list[Row]:
    return [
        row | {"eventtime": f"{datetime.fromtimestamp(float(row['eventtime']), zone):{pattern}}"}
        for row in ROWS
    ]


@pytest.mark.parametrize(
    ("pattern", "zone"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", PARIS),
        ("%Y-%m-%d %H:%M:%S.%f", ZoneInfo("UTC")),
        ("%Y-%m-%d %H:%M:%S.%f%z", PARIS),
    ],
)
def test_times_that_tell_how_they_are_written(tmp_path: Path, pattern: str, zone: ZoneInfo) -> None:
    path = written(tmp_path, name="Master.csv", lines=as_lines(dated(pattern, zone)))
    assert_frame_equal(without_pseudonyms(read_calls([path], trunks=TRUNKS)[0]), EXPECTED)


@pytest.mark.parametrize("pattern", ["%d/%m/%Y %H:%M:%S", "%FT%T%z"])
def test_times_of_a_format_that_is_stated(tmp_path: Path, pattern: str) -> None:
    path = written(tmp_path, name="Master.csv", lines=as_lines(dated(pattern)))
    inspection = inspected(path, None, stated=Stated(time_format=pattern), trunks=TRUNKS)
    assert_same_slots(inspection.calls)  # to the second


def test_the_doubled_hour_of_autumn(tmp_path: Path) -> None:
    """Epochs know it; local times are settled by the ids, except for ends, which are marked."""
    first = int(datetime(2026, 10, 25, 2, 30, tzinfo=PARIS).timestamp())
    rows = [
        BEGIN | {"eventtime": f"{at}.000000", "uniqueid": f"{at}.1", "linkedid": f"{at}.1"}
        for at in (first, first + 3600)
    ]
    local = [row | {"eventtime": "2026-10-25 02:30:00"} for row in rows]
    for events in (rows, local):
        calls = calls_of(tmp_path, *events)
        assert (calls["offered_at"].dt.epoch("s") - first).to_list() == [0, 3600]
        assert calls["quality"].to_list() == [STILL_OPEN, STILL_OPEN]
    ended = calls_of(tmp_path, local[0], local[0] | {"eventtype": "HANGUP"})
    assert ended["quality"].to_list() == [AMBIGUOUS_HOUR]


def test_files_that_overlap(tmp_path: Path) -> None:
    lines = SAMPLE.read_text().splitlines()
    paths = [
        written(tmp_path, name="1.csv", lines=lines[:90]),
        written(tmp_path, name="2.csv", lines=lines[60:]),
    ]
    calls, account = read_calls(paths, trunks=TRUNKS)
    assert_frame_equal(without_pseudonyms(calls), EXPECTED)
    both = Counter(line.split(",")[0].strip('"') for line in lines[60:90])
    untold = ("APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT", "USER_DEFINED", "")
    assert account["duplicates"] == 1 + 30 - sum(both[word] for word in untold)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('"HANGUP","desk"', "wrong number of columns"),
        ('"HANGUP","desk","17725', "quote never closed"),
        (as_lines([END | {"eventtime": "soon"}])[0], "time, state or number not readable"),
        (as_lines([END | {"eventtime": "0.000000"}])[0], "time, state or number not readable"),
        (as_lines([END | {"linkedid": ""}])[0], "time, state or number not readable"),
        (as_lines([END | {"eventtype": ""}])[0], "time, state or number not readable"),
    ],
)
def test_one_broken_line_among_good_ones(tmp_path: Path, line: str, reason: str) -> None:
    """Line by line the calls are the same as all at once."""
    lines = SAMPLE.read_text().splitlines()
    path = written(tmp_path, name="Master.csv", lines=[*lines[:50], line, *lines[50:]])
    calls, account = read_calls([path], trunks=TRUNKS)
    assert_frame_equal(without_pseudonyms(calls), EXPECTED)
    assert account["rejected"] == {reason: 1}


def test_a_last_line_that_is_still_being_written(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(SAMPLE.read_text()[:-30])
    assert read_calls([path])[1]["rejected"] == {"line cut short": 1}


def test_another_file_holds_no_channel_events() -> None:
    others = ("asterisk-csv/Master.csv", "asterisk-custom/Master.csv", "queue-log/queue_log")
    for other in (*others, "asterisk-db/cdr.csv"):
        with pytest.raises(RecordsError, match="not call records of the dialect asterisk-cel"):
            read_calls([REPOSITORY / "cdr_samples" / other], "asterisk-cel")
