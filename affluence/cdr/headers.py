"""Lines that name columns: what stands in them, and which column is which."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence

from affluence.cdr.dialect import MissingColumnsError
from affluence.cdr.layouts import Columns

_MOST_COLUMNS = 1000  # a header of more would take minutes, and is none


def fields_of(line: str, separator: str) -> list[str]:
    """What stands between the separators of a line, quoted or not; nothing if it cannot be cut.

    Nothing either where there are more columns than any platform writes.
    """
    if line.count(separator) > _MOST_COLUMNS:
        return []
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # such as a carriage return within the line
        return []


def widest(line: str, separators: Sequence[str]) -> tuple[str, list[str]]:
    """The separator that cuts a line into most columns, and these; the first of several alike."""
    cut = {separator: fields_of(line, separator) for separator in separators}
    return max(cut.items(), key=lambda item: len(item[1]))


def named(line: str, separators: Sequence[str]) -> tuple[str, list[str]]:
    """The same of a header: the separator, and the names in lower case."""
    separator, titles = widest(line, separators)
    return separator, [title.strip(' "').lower() for title in titles]


def require(columns: Columns, needed: Iterable[str]) -> None:
    """Check that a file has the columns without which there is no record.

    Raises:
        MissingColumnsError: it lacks some.

    """
    if missing := tuple(name for name in needed if name not in columns):
        raise MissingColumnsError(missing)


def columns_by_number(stated: Iterable[tuple[str, str]], width: int) -> Columns:
    """Columns of so many, those named whose number (from 1) is stated; a name is not a number."""
    names = {int(where): what for what, where in stated if where.isdecimal()}
    return tuple(names.get(number, f"column_{number}") for number in range(1, width + 1))


def columns_by_title(titles: Sequence[str], names: Mapping[str, str]) -> Columns:
    """Columns named by their titles, the first of each; what else is exported is of no concern."""
    return tuple(
        names[title] if title in names and title not in titles[:index] else f"column_{index}"
        for index, title in enumerate(titles)
    )
