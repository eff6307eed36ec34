"""Asterisk cdr_custom: the mapping of its sample, and any other as it is stated."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.cdr.dialect import Stated
from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.steps.inspect import Account
from affluence.tables import NEGATIVE
from tests.cdr.reading import inspected, local_times, without_pseudonyms, written
from tests.conftest import REPOSITORY
from tests.samples.hand_made_day import assert_same_slots

SAMPLES = REPOSITORY / "cdr_samples" / "asterisk-custom"
MAPPED_AS_SAMPLE, OTHERWISE_MAPPED = SAMPLES / "Master.csv", SAMPLES / "cdr_master.tsv"
TRUNKS = ("PJSIP/operateur-",)
PARIS = ZoneInfo("Europe/Paris")
COLUMNS = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode"),
    *("uniqueid", "userfield", "sequence"),
)
STATED = Stated(  # cdr_master.tsv: a literal in the third column, epochs with fractions
    columns=(
        *(("linkedid", "1"), ("sequence", "2"), ("start", "4"), ("answer", "5"), ("end", "6")),
        *(("clid", "7"), ("src", "8"), ("dst", "9"), ("channel", "10"), ("dstchannel", "11")),
        *(("lastapp", "12"), ("lastdata", "13"), ("disposition", "14")),
    )
)
ROWS = [
    dict(zip(COLUMNS, row, strict=True))
    for row in csv.reader(io.StringIO(MAPPED_AS_SAMPLE.read_text()))
    if row
]
ANSWERED = next(row for row in ROWS if row["sequence"] == "1")
EXPECTED = without_pseudonyms(read_calls([MAPPED_AS_SAMPLE], trunks=TRUNKS)[0])
ACCOUNT = {
    "lines": 18 + 3,
    "calls": 18,
    "merged": 1,  # the leg of call 2 that rang in vain
    "duplicates": 1,  # call 3
    "ignored": {"blank line": 1},
    "rejected": {},
}
Row = dict[str, str]


def mapped(
    path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS, separator: str = ","
) -> tuple[Path, Stated]:
    """A file of these columns, and what is stated of them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([row[name] for name in columns] for row in rows)
    path.write_text(text.getvalue())
    used = [(name, str(number)) for number, name in enumerate(columns, 1) if name != "note"]
    return path, Stated(columns=tuple(used))


def calls_of(file: tuple[Path, Stated]) -> pl.DataFrame:
    inspection = inspected(file[0], "asterisk-custom", stated=file[1], trunks=TRUNKS)
    assert inspection.unreadable == [] and inspection.account["rejected"] == {}
    return without_pseudonyms(inspection.calls)


def test_the_hand_made_day() -> None:
    calls, account = read_calls([MAPPED_AS_SAMPLE], trunks=TRUNKS)
    assert_same_slots(calls)
    assert account == ACCOUNT


def test_the_hand_made_day_as_it_is_stated() -> None:
    inspection = inspected(OTHERWISE_MAPPED, None, stated=STATED, trunks=TRUNKS)
    assert [*inspection.dialects] == ["asterisk-custom"]
    assert inspection.clocks == {"UTC": "what asterisk-custom writes"}
    assert_same_slots(inspection.calls)
    assert inspection.account == ACCOUNT


def test_how_it_was_found() -> None:
    inspection = inspected(MAPPED_AS_SAMPLE, None)
    assert [*inspection.dialects] == ["asterisk-custom"]


def test_a_mapping_that_is_not_stated() -> None:
    for dialect in (None, "asterisk-custom"):
        with pytest.raises(RecordsError, match="not call records") as raised:
            read_calls([OTHERWISE_MAPPED], dialect)
        assert "dialect" in str(raised.value)


def dated(how: Callable[[datetime], str], unset: str = "") -> list[Row]:
    def text(time: str) -> str:
        return how(datetime.fromisoformat(time).replace(tzinfo=PARIS)) if time else unset

    return [row | {name: text(row[name]) for name in ("start", "answer", "end")} for row in ROWS]


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ("int64", dated(lambda t: f"{t.timestamp():.0f}", unset="0")),
        ("double", dated(lambda t: f"{t.timestamp():.6f}", unset="0.000000")),
        ("%F %T, in UTC", dated(lambda t: f"{t.astimezone(ZoneInfo('UTC')):%F %T}")),
        ("%F %T%z", dated(lambda t: f"{t:%F %T%z}")),
        ("%F %T, unset in full", dated(lambda t: f"{t:%F %T}", unset="0000-00-00 00:00:00")),
        (
            "%F %T, unset as the epoch's beginning",
            dated(lambda t: f"{t:%F %T}", "1970-01-01 01:00:00"),
        ),
    ],
)
def test_times_that_tell_how_they_are_written(tmp_path: Path, how: str, rows: list[Row]) -> None:
    path, _ = mapped(tmp_path / "Master.csv", rows)
    calls, account = read_calls([path], trunks=TRUNKS)
    assert account["rejected"] == {}, how
    assert_frame_equal(without_pseudonyms(calls), EXPECTED)


def test_epochs_that_are_stated(tmp_path: Path) -> None:
    path, _ = mapped(tmp_path / "Master.csv", dated(lambda t: f"{t.timestamp():.0f}", "0"))
    assert_frame_equal(calls_of((path, Stated(time_format="%s"))), EXPECTED)


@pytest.mark.parametrize("pattern", ["%FT%T%z", "%d/%m/%Y %Hh%M:%S", "%Y-%m-%d %H:%M:%S.%f"])
def test_times_of_a_format_that_is_stated(tmp_path: Path, pattern: str) -> None:
    path, _ = mapped(tmp_path / "Master.csv", dated(lambda t: t.strftime(pattern)))
    assert_frame_equal(calls_of((path, Stated(time_format=pattern))), EXPECTED)


def test_the_doubled_hour_of_autumn(tmp_path: Path) -> None:
    """The unique id tells which of the two it was."""
    first = int(datetime(2026, 10, 25, 2, 30, tzinfo=PARIS).timestamp())
    times = {"start": "2026-10-25 02:30:00", "answer": "", "end": "2026-10-25 02:31:00"}
    rows = [ANSWERED | times | {"uniqueid": f"{first + 3600 * n}.{n}"} for n in (0, 1)]
    calls = calls_of(mapped(tmp_path / "Master.csv", rows))
    assert (calls["offered_at"].dt.epoch("s") - first).to_list() == [0, 3600]
    assert (calls["released_at"].dt.epoch("s") - first).to_list() == [60, 3660]
    assert calls["quality"].to_list() == [0, 0]


def test_durations_with_fractions(tmp_path: Path) -> None:
    """Where nothing but durations is mapped, they tell the end and the answer."""
    columns = [name for name in COLUMNS if name not in ("answer", "end")]
    row = ANSWERED | {"duration": "300.250000", "billsec": "279.750000"}
    calls = calls_of(mapped(tmp_path / "Master.csv", [row], columns))
    times = calls.select(pl.col("answered_at", "released_at").dt.strftime("%T%.f")).row(0)
    assert times == ("08:00:20.500", "08:05:00.250")
    in_full = calls_of(mapped(tmp_path / "Master.csv", [row]))  # the high-resolution sample
    assert local_times(in_full, "answered_at", "released_at") == [("09:00:20", "09:05:00")]


def test_an_answer_that_lasted_no_second(tmp_path: Path) -> None:
    """Answered and hung up at once, or never answered: the disposition tells."""
    columns = [name for name in COLUMNS if name != "answer"]
    silent = ANSWERED | {"billsec": "0", "duration": "20", "end": "2026-03-03 09:00:20"}
    missed = silent | {"disposition": "NO ANSWER", "uniqueid": "1772524800.11", "sequence": "99"}
    calls = calls_of(mapped(tmp_path / "Master.csv", [silent, missed], columns))
    assert sorted(calls["outcome"]) == ["abandoned", "answered"]
    answered = calls.filter(outcome="answered")
    assert local_times(answered, "picked_up_at", "answered_at") == [("09:00:20", "09:00:20")]
    assert calls.filter(outcome="abandoned")["picked_up_at"].to_list() == [None]


def test_an_end_before_its_beginning(tmp_path: Path) -> None:
    row = ANSWERED | {"end": "2026-03-03 08:59:00", "answer": "", "duration": "-60"}
    assert calls_of(mapped(tmp_path / "M.csv", [row]))["quality"].to_list() == [NEGATIVE]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator(tmp_path: Path, separator: str) -> None:
    path, _ = mapped(tmp_path / "Master.csv", ROWS, separator=separator)
    assert_frame_equal(without_pseudonyms(read_calls([path], trunks=TRUNKS)[0]), EXPECTED)


def test_a_separator_that_is_stated(tmp_path: Path) -> None:
    path, _ = mapped(tmp_path / "Master.csv", ROWS, separator="~")
    assert_frame_equal(calls_of((path, Stated(separator="~"))), EXPECTED)


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize(
    "name",
    [
        r"\"Usager\" <0639980001>",  # quote_escape_character = \
        r"\"De la Tour, Jean\" <0639980001>",
        '"User 10" <0639980001>',
        '""De la Tour, Jean"" <0639980001>',
    ],
)
def test_names_whose_quotes_are_written_otherwise(
    tmp_path: Path, name: str, separator: str
) -> None:
    rows = [row | {"clid": "NAME"} for row in ROWS]
    path, _ = mapped(tmp_path / "Master.csv", rows, separator=separator)
    path.write_text(path.read_text().replace("NAME", name))
    calls, account = read_calls([path], trunks=TRUNKS)
    assert account["rejected"] == {}
    assert_frame_equal(without_pseudonyms(calls), EXPECTED)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("0", "abandoned"),
        ("1", "abandoned"),
        ("2", "failed"),
        ("4", "busy"),
        ("8", "answered"),
        ("16", "busy"),
    ],
)
def test_dispositions_as_numbers(tmp_path: Path, number: str, outcome: str) -> None:
    file = mapped(tmp_path / "Master.csv", [ANSWERED | {"disposition": number}])
    assert calls_of(file)["outcome"].to_list() == [outcome]


def test_legs_are_one_call_by_their_linked_id(tmp_path: Path) -> None:
    """Without it a transfer under another unique id is another call."""
    later = ANSWERED | {"uniqueid": "1772524950.77", "sequence": "2"}
    legs = [leg | {"linkedid": "1772524800.10"} for leg in (ANSWERED, later)]
    linked = calls_of(mapped(tmp_path / "Master.csv", legs, [*COLUMNS, "linkedid"]))
    assert linked["legs"].to_list() == [2]
    assert calls_of(mapped(tmp_path / "Master.csv", legs))["legs"].to_list() == [1, 1]


def test_records_without_any_id(tmp_path: Path) -> None:
    """Channel and start make a call, and equal lines are one record."""
    columns = [name for name in COLUMNS if name not in ("uniqueid", "sequence")]
    file = mapped(tmp_path / "Master.csv", ROWS, columns)
    inspection = inspected(file[0], None, stated=file[1], trunks=TRUNKS)
    account = inspection.account
    # The leg that rang in vain began five seconds later, and is a call of its own.
    assert (account["calls"], account["merged"], account["duplicates"]) == (19, 0, 1)


def test_files_that_overlap(tmp_path: Path) -> None:
    lines = MAPPED_AS_SAMPLE.read_text().splitlines()
    paths = [
        written(tmp_path, name="1.csv", lines=lines[:12]),
        written(tmp_path, name="2.csv", lines=lines[8:]),
    ]
    calls, account = read_calls(paths, trunks=TRUNKS)
    assert_frame_equal(without_pseudonyms(calls), EXPECTED)
    assert account["duplicates"] == 1 + 4


def read_with(tmp_path: Path, line: str) -> tuple[pl.DataFrame, Account]:
    lines = MAPPED_AS_SAMPLE.read_text().splitlines()
    path = written(tmp_path, name="Master.csv", lines=[*lines[:9], line, *lines[9:]])
    calls, account = read_calls([path], "asterisk-custom", trunks=TRUNKS)
    return without_pseudonyms(calls), account


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"start": "yesterday"}, "time, state or number not readable"),
        ({"answer": "soon"}, "time, state or number not readable"),
        ({"end": "25/13/2026"}, "time, state or number not readable"),
        ({"billsec": "long"}, "time, state or number not readable"),
        ({"disposition": "LOST"}, "time, state or number not readable"),
    ],
)
def test_one_broken_line_among_good_ones(tmp_path: Path, odd: Row, reason: str) -> None:
    """Line by line the calls are the same as all at once."""
    line = mapped(tmp_path / "odd.csv", [ANSWERED | odd])[0].read_text().strip()
    calls, account = read_with(tmp_path, line)
    assert_frame_equal(calls, EXPECTED)
    assert account["rejected"] == {reason: 1}


def test_a_line_of_another_width(tmp_path: Path) -> None:
    calls, account = read_with(tmp_path, '"a","b"')
    assert_frame_equal(calls, EXPECTED)
    assert account["rejected"] == {"wrong number of columns": 1}


def test_a_last_line_that_is_still_being_written(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(MAPPED_AS_SAMPLE.read_text()[:-60])
    assert read_calls([path])[1]["rejected"] == {"line cut short": 1}


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (("disposition",), "disposition"),
        (("channel", "lastapp"), "channel, lastapp"),
        (("end", "duration"), "end or duration"),
        (("answer", "billsec"), "answer or billsec"),
    ],
)
def test_a_mapping_without_what_a_record_needs(
    tmp_path: Path, without: tuple[str, ...], missing: str
) -> None:
    columns = [name for name in COLUMNS if name not in without]
    path, stated = mapped(tmp_path / "Master.csv", ROWS, columns)
    assert missing in inspected(path, "asterisk-custom", stated=stated).unreadable[0]
    assert "not call records" in inspected(path, None, stated=stated).unreadable[0]


@pytest.mark.parametrize("where", ["40", "start"])
def test_a_column_that_is_not_there(where: str) -> None:
    """It is stated by a number beyond the last, or by a name, and the file has no header."""
    stated = Stated(columns=(*STATED.columns[:2], ("start", where), *STATED.columns[3:]))
    (problem,) = inspected(OTHERWISE_MAPPED, "asterisk-custom", stated=stated).unreadable
    assert "does not name the columns start" in problem


def test_another_file_is_no_custom_one() -> None:
    for other in ("asterisk-csv/Master.csv", "asterisk-db/cdr.csv", "queue-log/queue_log"):
        with pytest.raises(RecordsError, match="not call records of the dialect asterisk-custom"):
            read_calls([REPOSITORY / "cdr_samples" / other], "asterisk-custom")
