"""The answer: when to call, in one or two sentences that never promise what nothing supports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from affluence.publication import wording
from affluence.publication.edition import Edition, Hours
from affluence.publication.figures import Figure
from affluence.publication.spans import by_weekday

ALL_QUIET = "Toutes les heures d’ouverture sont des heures creuses. Appelez quand vous voulez."
NOTHING_QUIET = "Aucune heure n’est vraiment calme."
NOTHING_QUIET_KNOWN = "Aucune des heures mesurées n’est vraiment calme."
NOT_ENOUGH_DATA = "Il n’y a pas encore assez de données pour dire quand appeler."
PARTLY_UNKNOWN = "Pour une partie des heures, les données sont insuffisantes."

QUIETEST = "Les heures les plus calmes (heures creuses)"
LEAST_BUSY = "Les heures les moins chargées"
TO_AVOID = "À éviter (heures d’affluence)"


@dataclass(frozen=True, slots=True)
class Advice:
    """The beginning of a sentence and the hours that complete it."""

    lead: str
    hours: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to tell the caller; a part that does not apply is empty."""

    first: str = ""
    quiet: bool = False  # the hours of `call_at` are quiet, not only the least busy
    call_at: Advice | None = None
    avoid: Advice | None = None
    last: str = ""

    @property
    def text(self) -> str:
        """The whole answer as plain text."""
        advice = (
            f"{part.lead}{wording.NBSP}: {', '.join(part.hours)}."
            for part in (self.call_at, self.avoid)
            if part
        )
        return " ".join(part for part in (self.first, *advice, self.last) if part)


def answer(edition: Edition, figures: Sequence[Figure]) -> Answer:
    """The answer of an edition."""
    open_figures = [figure for figure in figures if figure.is_open]
    known = [figure for figure in open_figures if figure.has_level]
    if not known:
        return Answer(first=NOT_ENOUGH_DATA)
    if all(figure.state == "quiet" for figure in open_figures) and not edition.to_avoid:
        return Answer(first=ALL_QUIET)
    all_known = len(known) == len(open_figures)
    nothing_quiet = NOTHING_QUIET if all_known else NOTHING_QUIET_KNOWN
    return Answer(
        first="" if edition.anything_quiet else nothing_quiet,
        quiet=edition.anything_quiet,
        call_at=_advice(QUIETEST if edition.anything_quiet else LEAST_BUSY, edition.recommended),
        avoid=_advice(TO_AVOID, edition.to_avoid),
        last="" if all_known else PARTLY_UNKNOWN,
    )


def _advice(lead: str, hours: Iterable[Hours]) -> Advice | None:
    said = tuple(wording.day_hours(day, spans) for day, spans in by_weekday(hours).items())
    return Advice(lead, said) if said else None
