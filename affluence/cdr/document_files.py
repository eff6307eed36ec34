"""Small files that are documents of records: many of them are read at once."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from affluence.cdr.blocks import Block, read_document
from affluence.cdr.content import open_content
from affluence.cdr.dialect import Sample
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.documents import Documents
from affluence.cdr.files import Range, range_of
from affluence.cdr.pseudonyms import DayKey
from affluence.cdr.reader import BlockRead, Reader
from affluence.cdr.recipe import Recipe
from affluence.cdr.recognise import check_stated
from affluence.cdr.understanding import Understood, find_clock, find_dialect_of, read_beginning
from affluence.errors import UnreadableFileError

DOCUMENTS = 4096  # read at once
_LARGEST_BYTES = 1 << 20  # of a file that is read with others


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A small file that is a document, taken apart but not yet read.

    ``size`` and ``mtime_ns`` are those of before it was opened.
    """

    path: Path
    size: int
    mtime_ns: int
    sample: Sample
    understood: Understood
    block: Block


def open_document(path: Path, recipe: Recipe) -> Document | None:
    """A small file that is a document of records; None if it is another kind of file.

    Raises:
        UnreadableFileError: it cannot be read, or is not a file of such records.
        UnknownClockError: no clock is given and the records do not tell it.

    """
    dialects = [recipe.dialect] if recipe.dialect else DIALECTS.values()
    of_documents = [each.layout for each in dialects if isinstance(each.layout, Documents)]
    if not of_documents:
        return None
    begins = read_beginning(path, recipe.zone)
    status = path.stat()
    if status.st_size > _LARGEST_BYTES:
        return None
    lines = begins.sample.lines
    if recipe.dialect is None and not any(layout.begins(lines) for layout in of_documents):
        return None
    known = find_dialect_of(begins, recipe)
    layout = known.dialect.layout
    if not isinstance(layout, Documents):
        return None
    with open_content(path) as content:
        block = next(read_document(content, begins.form, hashlib.sha256(), layout.lines_of), None)
    if block is None:
        return None
    known_clock = find_clock(path, block, known.dialect, recipe)
    return Document(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        sample=begins.sample,
        understood=begins.understood(known, known_clock),
        block=block,
    )


def read_documents(
    documents: Sequence[Document], recipe: Recipe, day_key: DayKey
) -> Iterator[tuple[Document, Range | UnreadableFileError]]:
    """Read many documents at once: each gives what `read_ranges` would give, or raise."""

    def alike(document: Document) -> tuple[str, str]:
        return document.understood.dialect.name, document.understood.clock.zone

    for (_, clock_zone), group in itertools.groupby(sorted(documents, key=alike), alike):
        together = list(group)
        reader = Reader(
            dialect=together[0].understood.dialect,
            reading=recipe.reading,
            clock_zone=clock_zone,
            zone=recipe.zone,
            day_key=day_key,
        )
        reads = reader.read_documents([document.block for document in together])
        for document, read in zip(together, reads, strict=True):
            yield document, _range_of(document, read, recipe)


def _range_of(document: Document, read: BlockRead, recipe: Recipe) -> Range | UnreadableFileError:
    block, understood = document.block, document.understood
    # Where nothing is rejected no line can be of another kind: to look again takes long.
    if recipe.dialect is not None and read.rejects.height:
        try:
            check_stated(document.path, document.sample, recipe.reading, understood.dialect, block)
        except UnreadableFileError as error:
            return error
    return range_of([block], read, understood, recipe, line=1)
