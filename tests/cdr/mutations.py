"""What may happen to a file of records: each a function of the draws and of the bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Mutation = Callable[[Random, bytes], bytes]

_SPECIAL = (
    *(b'"', b'""', b"'", b",", b";", b"|", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\x01", b"\x1f"),
    *(b"\\", b"{", b"]", b"<", b"&", b"%", b"#", b" ", b"-", b"\xa0", b"\xff\xfe", b"\xef\xbb\xbf"),
    "é\u200f\U0001f600".encode(),
)
_SEPARATORS = (b",", b";", b"|", b"\t")
_ABSURD_DATES = (b"0000-00-00", b"9999-12-31", b"2026-02-30", b"1969-12-31", b"0001-01-01", b"")
_ABSURD_NUMBERS = (
    *(b"0", b"-1", b"00", b"99", b"4294967296", b"9223372036854775807", b"-9223372036854775808"),
    *(b"99999999999999999999999", b"1e308", b"NaN", b"1,5", b"NULL", b"\xd9\xa3"),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "cp037")


def _somewhere(rng: Random, content: bytes) -> int:
    return rng.randint(0, len(content))


def flip_bytes(rng: Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if flipped:
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def insert_special(rng: Random, content: bytes) -> bytes:
    for _ in range(rng.randint(1, 5)):
        at = _somewhere(rng, content)
        content = content[:at] + rng.choice(_SPECIAL) + content[at:]
    return content


def insert_nuls(rng: Random, content: bytes) -> bytes:
    at = _somewhere(rng, content)
    return content[:at] + bytes(rng.choice([1, 16, 4096])) + content[at:]


def cut_end(rng: Random, content: bytes) -> bytes:
    return content[: _somewhere(rng, content)]


def cut_beginning(rng: Random, content: bytes) -> bytes:
    return content[_somewhere(rng, content) :]


def cut_out(rng: Random, content: bytes) -> bytes:
    at = _somewhere(rng, content)
    return content[:at] + content[at + rng.choice([1, 3, 20, 200]) :]


def drop_lines(rng: Random, content: bytes) -> bytes:
    share = rng.choice([0.05, 0.5])
    return b"".join(line for line in content.splitlines(keepends=True) if rng.random() >= share)


def double_lines(rng: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line * rng.choice([1, 1, 1, 2, 3]) for line in lines)


def join_lines(rng: Random, content: bytes) -> bytes:
    return re.sub(rb"\r?\n", lambda end: b"" if rng.random() < 0.2 else end[0], content)


def shuffle_lines(rng: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


def break_lines(rng: Random, content: bytes) -> bytes:
    return re.sub(rb"[,;| ]", lambda found: b"\n" if rng.random() < 0.02 else found[0], content)


def other_line_ends(rng: Random, content: bytes) -> bytes:
    return re.sub(rb"\r?\n", rng.choice([b"\r", b"\r\n", b"\n\n", b"\n\r", b"\x0b"]), content)


def other_encoding(rng: Random, content: bytes) -> bytes:
    return content.decode(errors="replace").encode(rng.choice(_ENCODINGS), errors="replace")


def other_separator(rng: Random, content: bytes) -> bytes:
    return content.replace(rng.choice(_SEPARATORS), rng.choice(_SEPARATORS))


def no_quotes(_: Random, content: bytes) -> bytes:
    return content.replace(b'"', b"")


def _by_column(rng: Random, content: bytes, change: Callable[[list[bytes], int], None]) -> bytes:
    separator = max(_SEPARATORS, key=content.count)
    rows = [line.split(separator) for line in content.split(b"\n")]
    column = rng.randrange(max(map(len, rows)))
    for row in rows:
        if column < len(row):
            change(row, column)
    return b"\n".join(separator.join(row) for row in rows)


def remove_column(rng: Random, content: bytes) -> bytes:
    return _by_column(rng, content, lambda row, column: row.__delitem__(column))


def double_column(rng: Random, content: bytes) -> bytes:
    return _by_column(rng, content, lambda row, column: row.insert(column, row[column]))


def move_column(rng: Random, content: bytes) -> bytes:
    return _by_column(rng, content, lambda row, column: row.append(row.pop(column)))


def empty_column(rng: Random, content: bytes) -> bytes:
    return _by_column(rng, content, lambda row, column: row.__setitem__(column, b""))


def absurd_dates(rng: Random, content: bytes) -> bytes:
    share = rng.choice([0.05, 1.0])

    def absurd(date: re.Match[bytes]) -> bytes:
        return rng.choice(_ABSURD_DATES) if rng.random() < share else date[0]

    return re.sub(rb"\d{2,4}[-/]\d\d[-/]\d{2,4}", absurd, content)


def absurd_numbers(rng: Random, content: bytes) -> bytes:
    share = rng.choice([0.01, 0.3])

    def absurd(number: re.Match[bytes]) -> bytes:
        return rng.choice(_ABSURD_NUMBERS) if rng.random() < share else number[0]

    return re.sub(rb"\d+", absurd, content)


def other_digits(rng: Random, content: bytes) -> bytes:
    def other(digit: re.Match[bytes]) -> bytes:
        return b"%d" % rng.randrange(10) if rng.random() < 0.03 else digit[0]

    return re.sub(rb"\d", other, content)


def long_line(rng: Random, content: bytes) -> bytes:
    at = _somewhere(rng, content)
    return (
        content[:at]
        + rng.choice([b"x", b'"', b",", b"9"]) * rng.choice([300, 70_000])
        + content[at:]
    )


def shift(rng: Random, content: bytes) -> bytes:
    """As in fixed columns a blank more or less moves all that follows."""
    lines = content.splitlines(keepends=True)
    return b"".join(
        (b" " + line if rng.random() < 0.5 else line[1:]) if rng.random() < 0.2 else line
        for line in lines
    )


MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bytes, insert_special, insert_nuls, cut_end, cut_beginning, cut_out, drop_lines),
    *(double_lines, join_lines, shuffle_lines, break_lines, other_line_ends, other_encoding),
    *(other_separator, no_quotes, remove_column, double_column, move_column, empty_column),
    *(absurd_dates, absurd_numbers, other_digits, long_line, shift),
)


def mutate(rng: Random, content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content after one mutation or several, and their names."""
    chosen = rng.choices(MUTATIONS, k=rng.choice([1, 1, 1, 2, 2, 3, 4]))
    for mutation in chosen:
        content = mutation(rng, content)
    return content, tuple(mutation.__name__ for mutation in chosen)
