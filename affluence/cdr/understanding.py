"""How a file is understood: how it begins, its dialect and its clock, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from affluence.cdr import clock
from affluence.cdr.blocks import Block
from affluence.cdr.content import packed_as, read_sample
from affluence.cdr.dialect import Dialect, Sample
from affluence.cdr.dialects import DIALECTS
from affluence.cdr.encoding import TextForm, detect_form, first_lines
from affluence.cdr.lines import is_blank
from affluence.cdr.recipe import Recipe
from affluence.cdr.recognise import Recognised, fit_stated, recognise
from affluence.cdr.records import clock_evidence
from affluence.errors import UnknownClockError


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock by which records were written, and how it is known."""

    zone: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a file was understood, and why."""

    dialect: Dialect  # as this very file has it
    dialect_found: str
    clock: Clock
    form: TextForm
    packed_as: str  # empty: it is not packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How a file begins, before anything is known of its records."""

    path: Path
    form: TextForm
    sample: Sample

    def understood(self, known: Recognised, known_clock: Clock) -> Understood:
        """What is known of the file once its dialect and its clock are."""
        return Understood(
            dialect=known.dialect,
            dialect_found=known.found,
            clock=known_clock,
            form=self.form,
            packed_as=packed_as(self.path),
        )


def read_beginning(path: Path, zone: str) -> Beginning:
    """Read how a file begins; ``zone`` is that of the platform, by whose days it was written to.

    Raises:
        UnreadableFileError: it cannot be read, or is not text.

    """
    start = read_sample(path)
    form = detect_form(path, start)
    modified = datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo(zone))
    sample = Sample(lines=first_lines(start, form), modified_on=modified.date())
    return Beginning(path=path, form=form, sample=sample)


def find_dialect_of(begins: Beginning, recipe: Recipe) -> Recognised:
    """The dialect of a file, as that very file has it: the stated one, else by its lines.

    Raises:
        UnreadableFileError: it is in no dialect, or lacks what calls need.

    """
    sample = begins.sample
    if all(map(is_blank, sample.lines)):
        any_dialect = recipe.dialect or next(iter(DIALECTS.values()))
        return Recognised(dialect=any_dialect, found="assumed: it is empty")
    if recipe.dialect is None:
        return recognise(begins.path, sample, recipe.reading, DIALECTS.values())
    return fit_stated(begins.path, sample, recipe.reading, recipe.dialect)


def find_clock(path: Path, block: Block, dialect: Dialect, recipe: Recipe) -> Clock:
    """The clock of a file: of its format, as stated, or as its first block tells.

    Raises:
        UnknownClockError: the records contradict every clock.

    """
    if dialect.instants:
        return Clock(zone="UTC", found="the times themselves tell their distance from UTC")
    if recipe.clock != "auto":
        return Clock(zone=recipe.clock, found="stated in the configuration")
    if dialect.clock:
        return Clock(zone=dialect.clock, found=f"what {dialect.name} writes")
    wall_us, epoch_s = clock_evidence(block, dialect)
    if epoch_s.null_count() == len(epoch_s):
        found = "assumed: the platform's own zone, for the records hold no epoch"
        return Clock(zone=recipe.zone, found=found)
    deduced = clock.deduce(wall_us, epoch_s, recipe.zone)
    if deduced is None:
        raise UnknownClockError(path, "the starts of the calls do not fit their identifiers")
    return Clock(
        zone=deduced.zone,
        found=f"{deduced.found}, {deduced.agreeing_share:.1%} of the calls agree",
    )
