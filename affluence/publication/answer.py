"""The answer: when to call, in one or two sentences that never promise what nothing supports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from affluence.publication.edition import Edition, Hours
from affluence.publication.figures import Figure
from affluence.publication.spans import by_weekday
from affluence.publication.wording import Words, message
from affluence.tables import LEVELS

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
    quiet: bool = False  # the hours to call at are quiet, not only the least busy
    call_at: Advice | None = None
    avoid: Advice | None = None
    last: Markup = _NOTHING


def answer(edition: Edition, figures: Sequence[Figure], words: Words) -> Answer:
    """The answer of an edition."""
    return answer_of(
        [figure.state for figure in figures],
        recommended=edition.recommended,
        to_avoid=edition.to_avoid,
        anything_quiet=edition.anything_quiet,
        words=words,
    )


def answer_of(
    states: Iterable[str],
    *,
    recommended: Iterable[Hours],
    to_avoid: Iterable[Hours],
    anything_quiet: bool,
    words: Words,
) -> Answer:
    """The answer that some figures give.

    Args:
        states: of WEEK, of every hour of the table.
        recommended: best hours.
        to_avoid: worst hours.
        anything_quiet: False where the best hours are only the least busy ones.
        words: of the language.

    """
    say = words.language.say
    open_hours = [state for state in states if state != "closed"]
    known = [state for state in open_hours if state in LEVELS]
    call_at = _advice(say(QUIETEST if anything_quiet else LEAST_BUSY), recommended, words)
    avoid = _advice(say(TO_AVOID), to_avoid, words)
    if not known:
        return Answer(first=say(NOT_ENOUGH_DATA), text=say(NOT_ENOUGH_DATA))
    if all(state == "quiet" for state in open_hours) and not avoid:
        return Answer(first=say(ALL_QUIET), text=say(ALL_QUIET), quiet=True)
    all_known = len(known) == len(open_hours)
    nothing_quiet = say(NOTHING_QUIET if all_known else NOTHING_QUIET_KNOWN)
    first = _NOTHING if anything_quiet else nothing_quiet
    last = _NOTHING if all_known else say(PARTLY_UNKNOWN)
    comma = escape(f"{words.language.comma} ")
    sentences = [
        words.language.sentence(words.colon(part.lead, comma.join(part.hours)))
        for part in (call_at, avoid)
        if part
    ]
    return Answer(
        text=Markup(" ").join(part for part in (first, *sentences, last) if part),
        first=first,
        quiet=anything_quiet,
        call_at=call_at,
        avoid=avoid,
        last=last,
    )


def _advice(lead: Markup, hours: Iterable[Hours], words: Words) -> Advice | None:
    said = tuple(words.day_hours(day, spans) for day, spans in by_weekday(hours).items())
    return Advice(lead, said, words.listed(said)) if said else None
