"""The answer: when to call, in one or two sentences that never promise what nothing supports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from affluence.publication.edition import Edition, Hours
from affluence.publication.figures import Figure
from affluence.publication.spans import by_weekday
from affluence.publication.wording import Words, message

ALL_QUIET = message(
    "Toutes les heures d’ouverture sont des heures creuses. Appelez quand vous voulez."
)
NOTHING_QUIET = message("Aucune heure n’est vraiment calme.")
NOTHING_QUIET_KNOWN = message("Aucune des heures mesurées n’est vraiment calme.")
NOT_ENOUGH_DATA = message("Il n’y a pas encore assez de données pour dire quand appeler.")
PARTLY_UNKNOWN = message("Pour une partie des heures, les données sont insuffisantes.")

QUIETEST = message("Les heures les plus calmes (heures creuses)")
LEAST_BUSY = message("Les heures les moins chargées")
TO_AVOID = message("À éviter (heures d’affluence)")

_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Advice:
    """The beginning of a sentence and the hours that complete it."""

    lead: Markup
    hours: tuple[Markup, ...]
    listed: Markup  # the same hours within a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to tell the caller; a part that does not apply is empty.

    ``text`` is the whole answer in one line.
    """

    text: Markup
    first: Markup = _NOTHING
    quiet: bool = False  # the hours of `call_at` are quiet, not only the least busy
    call_at: Advice | None = None
    avoid: Advice | None = None
    last: Markup = _NOTHING


def answer(edition: Edition, figures: Sequence[Figure], words: Words) -> Answer:
    """The answer of an edition."""
    say = words.language.say
    open_figures = [figure for figure in figures if figure.is_open]
    known = [figure for figure in open_figures if figure.has_level]
    if not known:
        return Answer(first=say(NOT_ENOUGH_DATA), text=say(NOT_ENOUGH_DATA))
    if all(figure.state == "quiet" for figure in open_figures) and not edition.to_avoid:
        return Answer(first=say(ALL_QUIET), text=say(ALL_QUIET))
    all_known = len(known) == len(open_figures)
    nothing_quiet = say(NOTHING_QUIET if all_known else NOTHING_QUIET_KNOWN)
    first = _NOTHING if edition.anything_quiet else nothing_quiet
    last = _NOTHING if all_known else say(PARTLY_UNKNOWN)
    lead = say(QUIETEST if edition.anything_quiet else LEAST_BUSY)
    call_at = _advice(lead, edition.recommended, words)
    avoid = _advice(say(TO_AVOID), edition.to_avoid, words)
    comma = escape(f"{words.language.comma} ")
    sentences = [
        words.language.sentence(words.colon(part.lead, comma.join(part.hours)))
        for part in (call_at, avoid)
        if part
    ]
    return Answer(
        text=Markup(" ").join(part for part in (first, *sentences, last) if part),
        first=first,
        quiet=edition.anything_quiet,
        call_at=call_at,
        avoid=avoid,
        last=last,
    )


def _advice(lead: Markup, hours: Iterable[Hours], words: Words) -> Advice | None:
    said = tuple(words.day_hours(day, spans) for day, spans in by_weekday(hours).items())
    return Advice(lead, said, words.listed(said)) if said else None
