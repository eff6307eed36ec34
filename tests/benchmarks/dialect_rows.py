"""Rows of `tests.benchmarks.dialects`: how fast a dialect is read, beside a bare scan."""

from __future__ import annotations

import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from affluence.cdr.blocks import BLOCK_BYTES
from affluence.cdr.content import read_sample
from affluence.cdr.dialect import Dialect, Sample
from affluence.cdr.document_files import open_document, read_documents
from affluence.cdr.documents import Documents
from affluence.cdr.encoding import detect_form, first_lines
from affluence.cdr.files import read_ranges
from affluence.cdr.lines import LINE_NUMBER
from affluence.cdr.recipe import Recipe
from affluence.cdr.tolerant import read_lines
from tests.samples.every_dialect import files_of, recipe_for

_BROKEN_EVERY = 1000
_DOCUMENTS = 2000


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fitted(recipe: Recipe, lines: tuple[str, ...]) -> Dialect:
    """The dialect as a file has it that begins with these lines."""
    assert recipe.dialect is not None
    if recipe.dialect.fit is None:
        return recipe.dialect
    return recipe.dialect.fit(Sample(lines=lines, modified_on=date(2026, 3, 4)), recipe.reading)


def sound_lines(path: Path, recipe: Recipe) -> tuple[list[str], list[str]]:
    """What stands above the records of a sample, and those lines that are records."""
    sample = read_sample(path)
    lines = first_lines(sample, detect_form(path, sample))
    dialect = fitted(recipe, lines)
    above = list(lines[: dialect.titles + 1]) if dialect.header else []
    below = lines[len(above) :]
    heading = dialect.layout.heading
    if heading is not None:
        above.append(next(line for line in below if heading.match(line)))
        below = tuple(line for line in below if not heading.match(line))
    text = "".join(f"{line}\n" for line in below).encode()
    read = read_lines(
        text, dialect, first_line=0, terminated=True, heading=above[-1] if heading else ""
    )
    sound = [group.rows[LINE_NUMBER] for group in read.groups if group.clean]
    return above, [below[number] for number in pl.concat(sound).sort()]


def blocks_of(path: Path, above: int) -> Iterator[bytes]:
    """The lines of a file in blocks, as the reader has them."""
    with path.open("rb") as content:
        for _ in range(above):
            content.readline()
        while block := content.read(BLOCK_BYTES):
            yield block + content.readline()


def scan(path: Path, dialect: Dialect, above: int) -> None:
    """Cut every line of a file into its columns."""
    for block in blocks_of(path, above):
        scanned = dialect.layout.scan(block)
        assert scanned is not None
        columns, frame = scanned
        frame.select(pl.col(columns).max()).collect(engine="streaming")


def read(paths: list[Path], recipe: Recipe) -> int:
    """Read files into LEGS; return how many of their lines are no records."""
    parts = (part for path in paths for part in read_ranges(path, recipe, str))
    return sum(part.read.rejects.height for part in parts)


def read_together(paths: list[Path], recipe: Recipe) -> None:
    """Read files that are a document each."""
    documents = filter(None, (open_document(path, recipe) for path in paths))
    reads = list(read_documents(list(documents), recipe, str))
    assert len(reads) == len(paths)


def line_based(name: str, folder: Path, records: int, rounds: int) -> str:
    """One row of the table for a dialect whose records are lines."""
    recipe = recipe_for(name)
    above, lines = sound_lines(files_of(name)[0], recipe)
    many = list(itertools.islice(itertools.cycle(lines), records))
    clean, dirty = folder / "clean", folder / "dirty"
    clean.write_text("".join(f"{line}\n" for line in (*above, *many)), encoding="utf-8")
    many[::_BROKEN_EVERY] = ["\x02?"] * len(many[::_BROKEN_EVERY])
    dirty.write_text("".join(f"{line}\n" for line in (*above, *many)), encoding="utf-8")
    dialect = fitted(recipe, (*above, *lines))
    assert read([clean], recipe) == 0
    seconds: dict[str, list[float]] = {"floor": [], "clean": [], "dirty": []}
    for _ in range(rounds):
        seconds["floor"].append(timed(lambda: scan(clean, dialect, len(above))))
        seconds["clean"].append(timed(lambda: read([clean], recipe)))
        seconds["dirty"].append(timed(lambda: read([dirty], recipe)))
    floor, ours, broken = (statistics.median(each) for each in seconds.values())
    return (
        f"{name:16} {records / ours / 1e6:8.2f} M/s {ours / floor:8.1f} x floor"
        f" {broken / ours:8.1f} x clean where dirty"
    )


def documents(name: str, folder: Path, rounds: int) -> str:
    """The same for a dialect whose records are files."""
    recipe, paths = recipe_for(name), []
    for number, path in zip(range(_DOCUMENTS), itertools.cycle(files_of(name))):
        paths.append(folder / f"{number}-{path.name}")
        shutil.copy(path, paths[-1])
    seconds = statistics.median(timed(lambda: read_together(paths, recipe)) for _ in range(rounds))
    floor = statistics.median(
        timed(lambda: [path.read_bytes() for path in paths]) for _ in range(rounds)
    )
    return (
        f"{name:16} {len(paths) / seconds:8.0f} files/s {seconds / floor:6.0f} x reading the bytes"
    )


def row(name: str, records: int, rounds: int) -> str:
    """One row of the table."""
    dialect = recipe_for(name).dialect
    assert dialect is not None
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(dialect.layout, Documents):
            return documents(name, Path(folder), rounds)
        return line_based(name, Path(folder), records, rounds)
