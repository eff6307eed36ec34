"""Blocks of a file: the same wherever reading went on, and nothing between them."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from affluence.cdr.blocks import Block, read_blocks, texts_before, with_headings
from affluence.cdr.encoding import detect_form

LINES = b"".join(b"%d,%s\n" % (n, b"x" * (n * 7919 % 300)) for n in range(20_000))
BLOCK_BYTES = 1 << 17


def blocks(content: bytes, start: int = 0) -> list[Block]:
    form = detect_form(Path("Master.csv"), content[:4096])
    hasher = hashlib.sha256(content[:start])
    stream = io.BytesIO(content[start:])
    return list(read_blocks(stream, form, hasher, start=start, block_bytes=BLOCK_BYTES))


@pytest.mark.parametrize("content", [LINES, LINES[:-5]])
def test_reading_on_from_any_block_cuts_the_same_blocks(content: bytes) -> None:
    whole = blocks(content)
    assert len(whole) > 10
    for index, block in enumerate(whole[:-1], 1):
        assert blocks(content, block.end) == whole[index:]


def test_blocks_hold_every_byte_once() -> None:
    whole = blocks(LINES)
    assert b"".join(block.text for block in whole) == LINES
    assert [block.start for block in whole[1:]] == [block.end for block in whole[:-1]]
    assert sum(block.lines for block in whole) == 20_000
    assert whole[-1].digest == hashlib.sha256(LINES).digest()


def test_a_heading_is_found_whatever_control_characters_stand_in_the_lines() -> None:
    (plain,) = blocks(b"DAY 01\na\n")
    first = replace(plain, text=b"DAY 01\na\x01b\x01c\nDAY 02\nd\x00\x01\x02e\n")
    second = replace(first, text=b"f\n")
    told = with_headings(iter([first, second]), re.compile(r"DAY \d\d"), [])
    assert [block.heading.strip() for block in told] == ["", "DAY 02"]


_DATE = re.compile(r"^(?:\d\d:\d\d )?(\d\d)[ /]?(\d\d) *$")
_ODD = (
    "03 03",
    "03/04  ",
    "09:01 0305",
    "0306\r",
    "03 07\0",
    "\x01",
    "é٣٣ 03",
    " 03 08",
    "0309 x",
    "",
)


@pytest.mark.parametrize("seed", range(20))
def test_the_last_heading_of_a_block_is_that_of_reading_it_line_by_line(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affluence.cdr.blocks._HEADING_WITHIN_BYTES", 64)
    rng = Random(seed)
    lines = [rng.choice(_ODD) if rng.random() < seed / 200 else "0901 0005 G" for _ in range(100)]
    expected = [line for line in lines if re.search(_DATE.pattern, line, re.ASCII)]
    (plain,) = blocks(b"a\n")
    block = replace(plain, text="\n".join(lines).encode())
    *_, after = with_headings(iter([block, plain]), _DATE, [b"0302\n"])
    assert after.heading == (expected or ["0302"])[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_before_an_offset_comes_in_whole_lines(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affluence.cdr.blocks.BLOCK_BYTES", 1000)
    lines = [f"{number} é{'x' * (number * 7919 % 300)}\n" for number in range(200)]
    content = "".join(lines).encode(encoding)
    offset = len("".join(lines[:150]).encode(encoding))
    form = detect_form(Path("Master.csv"), content[:4096])
    texts = list(texts_before(io.BytesIO(content), form, offset))
    assert b"".join(texts) == "".join(lines[:150]).encode()
    assert all(text.endswith(b"\n") for text in texts if text)
    assert list(texts_before(io.BytesIO(content), form, 0)) == []
