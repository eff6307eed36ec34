"""Files as they come: whatever is wrong is said, good lines are kept, nothing is lost."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import ncompress
import pytest
from backports import zstd

from affluence.errors import RecordsError
from affluence.pipeline import read_calls
from affluence.steps.inspect import Account
from tests.records import day_of_records, record

GOOD = day_of_records(calls=10)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Account]:
    def from_bytes(content: bytes, name: str = "Master.csv") -> Account:
        (tmp_path / name).write_bytes(content)
        _, account = read_calls([tmp_path / name])
        parts = (account["calls"], account["merged"], account["duplicates"])
        assert account["lines"] == sum(parts) + sum(account["ignored"].values()) + sum(
            account["rejected"].values()
        )
        return account

    return from_bytes


def test_clean_file(read: Callable[..., Account]) -> None:
    assert read(GOOD.encode())["calls"] == 10


def test_cut_in_the_middle_of_a_line(read: Callable[..., Account]) -> None:
    account = read(GOOD.encode()[:-60])
    assert (account["calls"], account["rejected"]) == (9, {"line cut short": 1})


def test_cut_anywhere_loses_nothing(read: Callable[..., Account]) -> None:
    last = len(GOOD) - len(GOOD.splitlines()[-1]) - 1
    for end in (*range(last + 1, len(GOOD), 13), len(GOOD) - 1):
        assert read(GOOD.encode()[:end])["lines"] == 10


def test_last_line_without_its_end_is_read(read: Callable[..., Account]) -> None:
    assert read(GOOD.encode()[:-1])["calls"] == 10


@pytest.mark.parametrize(
    "name",
    [
        '"User 10"',
        "de la Tour, Jean",
        'Jo "le" Grand, dit ""l\'ami""',
        "",
        '""',
        "\u00c9l\u00e9onore",
    ],
)
def test_caller_name_that_breaks_the_quoting(read: Callable[..., Account], name: str) -> None:
    odd = record(99, "2026-03-03 10:01:00", 60, name=name)
    account = read((GOOD + odd + "\n" + day_of_records(first=100, calls=3)).encode())
    assert (account["calls"], account["rejected"]) == (14, {})


def test_names_in_an_older_encoding(read: Callable[..., Account]) -> None:
    odd = record(99, "2026-03-03 10:01:00", 60, name='""Éléonore""')
    assert read((GOOD + odd + "\n").encode("cp1252"))["calls"] == 11


@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
def test_other_line_ends(read: Callable[..., Account], line_end: str) -> None:
    assert read(GOOD.replace("\n", line_end).encode())["calls"] == 10


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings(read: Callable[..., Account], encoding: str) -> None:
    assert read(GOOD.encode(encoding))["calls"] == 10


def test_gzip(read: Callable[..., Account]) -> None:
    assert read(gzip.compress(GOOD.encode()), "Master.csv.gz")["calls"] == 10


def test_gzip_cut_short_says_so(read: Callable[..., Account]) -> None:
    with pytest.raises(Exception, match=r"Master.csv.gz: cannot be read .*complete"):
        read(gzip.compress(GOOD.encode())[:-40], "Master.csv.gz")


@pytest.mark.parametrize("columns", [1, 5, 15, 22, 40])
def test_another_number_of_columns(read: Callable[..., Account], columns: int) -> None:
    odd = ",".join(['"x"'] * columns)
    account = read((GOOD + odd + "\n").encode())
    assert (account["calls"], account["rejected"]) == (10, {"wrong number of columns": 1})


def test_a_carriage_return_within_a_line(read: Callable[..., Account]) -> None:
    account = read(GOOD.replace('"",', '""\r,', 1).encode())
    assert (account["calls"], account["rejected"]) == (9, {"quote never closed": 1})


def test_times_that_are_none(read: Callable[..., Account]) -> None:
    odd = record(99, "2026-03-03 10:01:00", 60).replace("2026-03-03 10:01:00", "yesterday at ten!!")
    account = read((GOOD + odd + "\n").encode())
    assert (account["calls"], account["rejected"]) == (
        10,
        {"time, state or number not readable": 1},
    )


@pytest.mark.parametrize("year", ["0001", "1026", "9999"])
def test_times_of_another_age_are_read_as_they_are(read: Callable[..., Account], year: str) -> None:
    odd = record(99, "2026-12-30 23:59:59", 60).replace('"2026-', f'"{year}-')
    assert read((GOOD + odd + "\n").encode())["calls"] == 11


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_call_arrives_where_a_calendar_ends(read: Callable[..., Account], day: str) -> None:
    odd = record(99, "2026-12-30 09:00:00", 60).replace('"2026-12-30', f'"{day}')
    account = read((GOOD + odd + "\n").encode())
    assert account["rejected"] == {"time, state or number not readable": 1}
    assert account["calls"] == 10


def test_a_wait_of_centuries_is_none(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text("1772524800|call-1|desk|NONE|ABANDON|1|1|4102444800000\n" * 2)
    _, account = read_calls([log], "queue-log")
    assert account["rejected"] == {"time, state or number not readable": 2}


def test_widths_that_change_within_a_file(read: Callable[..., Account]) -> None:
    odd = [record(90 + width, "2026-03-03 10:01:00", 60, width=width) for width in range(16, 22)]
    assert read((GOOD + "\n".join(odd) + "\n").encode())["calls"] == 16


def in_a_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Master.csv", content)
    return packed.getvalue()


PACKED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: zstd.compress(content[:999]) + zstd.compress(content[999:]),
    "zip": in_a_zip,
    "Z": ncompress.compress,
}


@pytest.mark.parametrize("how", PACKED)
def test_packed_files(read: Callable[..., Account], how: str) -> None:
    packed = PACKED[how](GOOD.encode())
    assert read(packed)["calls"] == 10
    assert read(packed, "of-any-name")["calls"] == 10


@pytest.mark.parametrize("how", sorted({*PACKED} - {"Z"}))  # that one has no check sum
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path: Path, how: str) -> None:
    path = tmp_path / f"Master.csv.{how}"
    path.write_bytes(PACKED[how](GOOD.encode() * 20)[:-30])
    with pytest.raises(RecordsError, match="cannot be read"):
        read_calls([path])


@pytest.mark.parametrize("how", sorted({*PACKED} - {"bz2"}))
def test_a_bomb_is_refused(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affluence.cdr.compression._ALWAYS_ALLOWED_BYTES", 1 << 16)
    monkeypatch.setattr("affluence.cdr.compression._LARGEST_UNPACKED_BYTES", 1 << 16)
    path = tmp_path / "Master.csv"
    path.write_bytes(PACKED[how](b"\n" * (4 << 20)))
    with pytest.raises(RecordsError, match="this archive swells"):
        read_calls([path])


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, GOOD)
    return content.getvalue()


def test_line_breaks_within_a_name(read: Callable[..., Account]) -> None:
    broken = record(99, "2026-03-03 10:01:00", 60, name='""Service\nd\'accueil""')
    account = read((GOOD + broken + "\n" + record(98, "2026-03-03 10:02:00", 60) + "\n").encode())
    assert (account["lines"], account["calls"], account["rejected"]) == (13, 12, {})
    assert account["ignored"] == {"line break within a record": 1}


def test_a_quote_that_is_never_closed_costs_its_own_line_only(
    read: Callable[..., Account],
) -> None:
    lines = GOOD.splitlines()
    lines[4] = '"' + lines[4][1:40]
    account = read("\n".join([*lines, ""]).encode())
    assert (account["calls"], account["rejected"]) == (9, {"quote never closed": 1})


def test_lines_of_other_encodings_among_others(read: Callable[..., Account]) -> None:
    names = ("Hélène".encode("cp1252"), "Hélène".encode(), b"H\x81l")  # one is of no encoding
    odd = b"".join(
        record(90 + nth, "2026-03-03 10:01:00", 60).encode().replace(b"Usager", name) + b"\n"
        for nth, name in enumerate(names)
    )
    assert read(GOOD.encode() + odd)["calls"] == 13


def test_empty_files_hold_nothing(read: Callable[..., Account]) -> None:
    for content in (b"", b"\n\n", b"\xef\xbb\xbf"):
        assert read(content)["calls"] == 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (PNG * 50, "a PNG picture"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook; save it as CSV"),
        (zipped("monday.csv", "tuesday.csv"), "a zip archive of 2 files; unpack it"),
        (bytes(range(256)) * 20, "a binary file"),
        (b"Dear all,\nplease find the records attached.\nRegards\n", "not call records"),
        (b"Dear\rall,\n", "not call records"),
        (b"date;caller;status\n2026-03-03;1;ok\n", "not call records"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes(content)
    with pytest.raises(Exception, match=what) as raised:
        read_calls([path])
    assert str(path) in str(raised.value)
    assert any(advice in str(raised.value) for advice in ("Give the", "State the dialect"))


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"No such file.*Check that it is there"):
        read_calls([tmp_path / "nowhere.csv"])


def test_no_number_and_no_name_in_a_message(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text('"Jean Dupont","0639981234"\n"0639981234" Jean Dupont\n')
    with pytest.raises(Exception, match="not call records") as raised:
        read_calls([path])
    assert "0639981234" not in str(raised.value)
    assert "Jean" not in str(raised.value)


def test_a_header_of_a_million_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text("calldate,disposition,src,dst,duration,billsec" + ",x" * 1_000_000 + "\n" * 5)
    with pytest.raises(RecordsError, match=r"cdr\.csv"):
        read_calls([path], "asterisk-db")
