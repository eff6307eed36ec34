"""Lines between separators: cut all at once or one by one, with the same result."""

from __future__ import annotations

import polars as pl
import pytest

from affluence.cdr.separated import Separated

LAYOUT = Separated(columns_by_width={3: ("a", "b", "c")}, quotes=False)


@pytest.mark.parametrize("text", [b"1,2,3\n4,5\n", b"1,2,\n4\n", b"1,2,3\n\n"])
def test_lines_that_are_too_short_are_not_taken_all_at_once(text: bytes) -> None:
    """Polars would fill them up with nothing, and nobody would know."""
    assert LAYOUT.scan(text) is None


@pytest.mark.parametrize("text", [b"1,2,3\n4,,\n", b"1,2,3\n4,,"])
def test_empty_columns_are_written(text: bytes) -> None:
    scanned = LAYOUT.scan(text)
    assert scanned is not None
    assert scanned[1].collect().rows() == [("1", "2", "3"), ("4", None, None)]


@pytest.mark.parametrize(
    ("line", "width"),
    [
        ("", 1),
        ("1", 1),
        (",", 2),
        (",2", 2),
        (",,3", 3),
        ('"1,1",2', 2),
        ('1,"2,2","3,"",3"', 3),
        ('"",","', 2),
        ('"1', None),
        ("1\r,2", None),
        ("1,2,3,4", None),
    ],
)
def test_separators_within_quotes_do_not_count(line: str, width: int | None) -> None:
    layout = Separated(columns_by_width={1: ("a",), 2: ("a", "b"), 3: ("a", "b", "c")})
    assert pl.DataFrame({"line": [line]}).select(layout.width(pl.col("line"))).item() == width
