"""Asterisk records out of a database: the same calls as out of its files, however exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.steps.inspect import Account
from affluence.tables import MINUTE_ONLY
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "cdr_samples"
TRUNKS = ["PJSIP/operateur-"]
Row = dict[str, str]


def read(path: Path, dialect: str = "asterisk-db") -> tuple[pl.DataFrame, Account]:
    """Calls without their pseudonyms, which are others each time."""
    calls, account = read_calls([path], dialect, trunks=TRUNKS)
    return calls.with_columns(pl.col("caller").is_not_null()), account


FROM_FILES, _ = read(SAMPLES / "asterisk-csv" / "Master.csv", "asterisk-csv")
ROWS: list[Row] = list(
    csv.DictReader(io.StringIO((SAMPLES / "asterisk-db" / "cdr.csv").read_text(encoding="utf-8")))
)
COLUMNS = list(ROWS[0])


def written(
    tmp_path: Path,
    rows: Sequence[Row] = ROWS,
    *,
    columns: Sequence[str] = COLUMNS,
    header: bool = True,
    separator: str = ",",
    line_end: str = "\n",
    tail: str = "",
    encoding: str = "utf-8",
) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=tail + line_end)
    if header:
        writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    path = tmp_path / "export.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def dated(how: Callable[[datetime], str]) -> list[Row]:
    return [row | {"calldate": how(datetime.fromisoformat(row["calldate"]))} for row in ROWS]


@pytest.mark.parametrize("sample", ["cdr.csv", "cdr-without-header.csv"])
def test_the_same_calls_as_from_the_files_of_asterisk(sample: str) -> None:
    calls, account = read(SAMPLES / "asterisk-db" / sample)
    assert_frame_equal(calls, FROM_FILES)
    assert account["rejected"] == {}
    assert account["ignored"] == ({"header": 1} if sample == "cdr.csv" else {})


def test_callers_are_told_apart_as_from_the_files_of_asterisk() -> None:
    def who(path: Path, dialect: str) -> list[float | None]:
        """Each caller as the number of the call in which it was first heard."""
        callers = read_calls([path], dialect, trunks=TRUNKS)[0]["caller"].to_list()
        return [None if caller is None else callers.index(caller) for caller in callers]

    assert who(SAMPLES / "asterisk-db" / "cdr.csv", "asterisk-db") == who(
        SAMPLES / "asterisk-csv" / "Master.csv", "asterisk-csv"
    )


@pytest.mark.parametrize(
    ("how", "of"),
    [
        ("d/m/Y, not padded", lambda t: f"{t.day}/{t.month}/{t.year} {t:%H:%M:%S}"),
        ("d/m/y", lambda t: f"{t:%d/%m/%y %H:%M:%S}"),
        ("d.m.Y", lambda t: f"{t:%d.%m.%Y %H:%M:%S}"),
        ("Y/m/d, not padded", lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t:%M:%S}"),
        ("ISO with T", lambda t: f"{t:%Y-%m-%dT%H:%M:%S}"),
        ("fractions of a second", lambda t: f"{t:%Y-%m-%d %H:%M:%S}.000"),
    ],
)
def test_every_way_to_write_a_date(tmp_path: Path, how: str, of: Callable[[datetime], str]) -> None:
    calls, account = read(written(tmp_path, dated(of)))
    assert account["rejected"] == {}, how
    assert_frame_equal(calls, FROM_FILES)


@pytest.mark.parametrize("pattern", ["%d/%m/%y %H:%M", "%Y/%m/%d %H:%M"])
def test_dates_without_seconds_are_marked(tmp_path: Path, pattern: str) -> None:
    calls, account = read(written(tmp_path, dated(lambda t: t.strftime(pattern))))
    assert account["calls"] == 18
    assert ((calls["quality"] & MINUTE_ONLY) > 0).all()
    begun = FROM_FILES["offered_at"].dt.truncate("1m")
    assert calls["offered_at"].sort().to_list() == begun.sort().to_list()


@pytest.mark.parametrize("width", range(14, 28))
@pytest.mark.parametrize("header", [True, False])
def test_every_width_of_the_table(tmp_path: Path, width: int, header: bool) -> None:
    """Fourteen columns before there were unique ids; one more where each line ends with a comma."""
    columns = COLUMNS[:width]
    calls, account = read(
        written(tmp_path, columns=columns, header=header, tail="," if width == 27 else "")
    )
    assert account["rejected"] == {}
    assert account["calls"] + account["merged"] + account["duplicates"] == 20
    if "uniqueid" in columns:
        assert_frame_equal(calls.drop("call_key"), FROM_FILES.drop("call_key"))


def test_columns_in_any_order_and_of_other_tables(tmp_path: Path) -> None:
    columns = ["id", *reversed(COLUMNS), "id"]
    rows = [row | {"id": str(number)} for number, row in enumerate(ROWS)]
    assert_frame_equal(read(written(tmp_path, rows, columns=columns))[0], FROM_FILES)


def test_a_table_with_the_three_times_of_a_call(tmp_path: Path) -> None:
    """Those are believed, where they are set."""
    answer = {"start": "2026-03-03 09:00:00", "answer": "2026-03-03 09:00:21"}
    end = {"end": "2026-03-03 09:05:01"}
    answered = next(row for row in ROWS if row["sequence"] == "1") | answer | end
    refused = next(row for row in ROWS if row["disposition"] == "BUSY")
    refused |= {"start": refused["calldate"], "answer": "", "end": "0000-00-00 00:00:00"}
    columns = ["start", "answer", "end", *COLUMNS[1:]]
    calls, _ = read(written(tmp_path, [answered, refused], columns=columns))
    times = calls.select(pl.col("answered_at", "released_at").dt.strftime("%H:%M:%S").fill_null(""))
    assert times.rows() == [("08:00:21", "08:05:01"), ("", "08:02:30")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("header", [True, False])
def test_every_separator(tmp_path: Path, separator: str, header: bool) -> None:
    calls, _ = read(written(tmp_path, header=header, separator=separator))
    assert_frame_equal(calls, FROM_FILES)


@pytest.mark.parametrize(
    ("line_end", "encoding"),
    [("\r", "utf-8"), ("\r\n", "utf-8-sig"), ("\n", "utf-16"), ("\r\n", "cp1252")],
)
def test_line_ends_and_encodings(tmp_path: Path, line_end: str, encoding: str) -> None:
    rows = [row | {"cnam": "Zoé"} for row in ROWS]
    calls, account = read(written(tmp_path, rows, line_end=line_end, encoding=encoding))
    assert account["ignored"] == {"header": 1}
    assert_frame_equal(calls, FROM_FILES)


def test_newest_first(tmp_path: Path) -> None:
    assert_frame_equal(read(written(tmp_path, ROWS[::-1]))[0], FROM_FILES)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("name", ['"User 10" <0639980001>', '"De la Tour, Jean" <0639980001>'])
def test_names_whose_quotes_are_not_doubled(tmp_path: Path, header: bool, name: str) -> None:
    path = written(tmp_path, [row | {"clid": "NAME"} for row in ROWS], header=header)
    path.write_text(path.read_text().replace("NAME", name))
    calls, account = read(path)
    assert account["rejected"] == {}
    assert_frame_equal(calls, FROM_FILES)


def test_a_record_in_two_exports_is_one_record(tmp_path: Path) -> None:
    """Whatever the columns, and however the dates are written."""
    without_numbers = COLUMNS[:16]
    one = written(tmp_path, ROWS, columns=without_numbers).rename(tmp_path / "one.csv")
    days_first = dated(lambda t: f"{t:%d/%m/%Y %H:%M:%S}")
    two = written(tmp_path, days_first, columns=[*without_numbers[::-1], "did"])
    _, account = read_calls([one, two], "asterisk-db", trunks=TRUNKS)
    assert (account["calls"], account["duplicates"]) == (18, 21)


def test_records_without_a_number_of_their_own_are_told_apart(tmp_path: Path) -> None:
    """Rows from before the column existed hold nothing in it."""
    calls, account = read(written(tmp_path, [row | {"sequence": ""} for row in ROWS]))
    assert (account["calls"], account["merged"], account["duplicates"]) == (18, 1, 1)
    assert_frame_equal(calls, FROM_FILES)


def test_a_header_that_comes_again_is_no_record(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() * 2)
    _, account = read(path)
    assert account["ignored"] == {"header": 2}
    assert (account["calls"], account["duplicates"]) == (18, 21)


def test_a_header_alone(tmp_path: Path) -> None:
    calls, account = read(written(tmp_path, []))
    assert (calls.height, account["lines"], account["ignored"]) == (0, 1, {"header": 1})


def test_a_header_without_what_a_record_needs(tmp_path: Path) -> None:
    columns = [name for name in COLUMNS if name not in ("dstchannel", "billsec")]
    with pytest.raises(RecordsError, match="does not name the columns dstchannel, billsec"):
        read(written(tmp_path, columns=columns))


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("separators", [20, 300])
def test_a_line_of_many_separators_is_not_tried_for_ever(
    tmp_path: Path, header: bool, separators: int
) -> None:
    path = written(tmp_path, header=header)
    whole = path.read_text()
    joined = whole.splitlines()[1][:-4] + ',""x' * separators
    path.write_text(f"{whole}{joined}\n")
    calls, account = read(path)
    assert sum(account["rejected"].values()) == 1
    assert_frame_equal(calls, FROM_FILES)


@pytest.mark.parametrize("name", ['Jo "le" Grand', "De la Tour, Jean"])
def test_names_in_the_columns_after_a_call(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, [row | {"cnam": "NAME"} for row in ROWS])
    path.write_text(path.read_text().replace("NAME", f'"{name}"'))
    calls, account = read(path)
    assert account["rejected"] == {}
    assert_frame_equal(calls, FROM_FILES)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-03-03 09:00:00,0639980001", "wrong number of columns"),
        ('2026-13-03 09:00:00,"a",' + ",".join(["x"] * 24), "time, state or number not readable"),
    ],
)
def test_a_bad_line_is_set_aside(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path)
    path.write_text(f"{path.read_text()}{line}\n")
    calls, account = read(path)
    assert account["rejected"] == {reason: 1}
    assert_frame_equal(calls, FROM_FILES)


def test_a_file_of_asterisk_itself_is_no_export() -> None:
    with pytest.raises(RecordsError, match="not call records of the dialect asterisk-db"):
        read(SAMPLES / "asterisk-csv" / "Master.csv")
