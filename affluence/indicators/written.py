"""Letters, e-mails and complaints → the three written indicators of the quality label.

"Answered in under 15 working days" means: the number of working days strictly after the day of
receipt, up to and including the day of the answer, is less than 15. An answer on the day of
receipt is 0 working days away. Working days are Monday to Friday except public holidays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from affluence.indicators.ratio import LeftOut, Ratio
from affluence.phrases import Phrase

Channel = Literal["letter", "email", "complaint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter, an e-mail or a complaint; ``answered`` is None where it is not answered yet."""

    channel: Channel
    received: date
    answered: date | None


@dataclass(frozen=True, slots=True)
class _Promise:
    """What the label asks of a channel, and how the channel is named."""

    channel: Channel
    key: str
    heading: Phrase  # several of them
    name: Phrase  # the same within a sentence
    limit_days: int  # working days, excluded


_PROMISES = (
    _Promise("letter", "letters_in_time", Phrase("Courriers"), Phrase("courriers"), 15),
    _Promise("email", "emails_in_time", Phrase("Courriels"), Phrase("courriels"), 5),
    _Promise("complaint", "complaints_in_time", Phrase("Réclamations"), Phrase("réclamations"), 15),
)


class WorkingDays:
    """The working days of a span of days, numbered."""

    def __init__(self, first: date, last: date, holidays: Collection[date]) -> None:
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        self._days = [day for day in days if day.weekday() < 5 and day not in holidays]

    def between(self, received: date, answered: date) -> int:
        """Working days strictly after ``received``, up to and including ``answered``."""
        return bisect_right(self._days, answered) - bisect_right(self._days, received)


def written_indicators(
    messages: Sequence[Message], holidays: Collection[date], last_known: date
) -> tuple[Ratio, ...]:
    """Letters, e-mails and complaints answered in time, of those of which it can be told.

    A message without an answer counts as late once its time is over on ``last_known``; until then
    it is pending, left out of the denominator, and said to be.

    Args:
        messages: those received in the period.
        holidays: public holidays from the first receipt to the last answer.
        last_known: last day of which the answers are known.

    """
    dates = [day for one in messages for day in (one.received, one.answered) if day is not None]
    working = WorkingDays(min(dates, default=last_known), max([*dates, last_known]), holidays)
    return tuple(_in_time(promise, messages, working, last_known) for promise in _PROMISES)


def _in_time(
    promise: _Promise, messages: Sequence[Message], working: WorkingDays, last_known: date
) -> Ratio:
    limit, name = promise.limit_days, promise.name
    of_channel = [message for message in messages if message.channel == promise.channel]
    in_time = pending = 0
    for message in of_channel:
        soon = working.between(message.received, message.answered or last_known) < limit
        in_time += soon and message.answered is not None
        pending += soon and message.answered is None
    known = len(of_channel) - pending
    note = ""
    if not of_channel:
        note = Phrase("Rien reçu dans la période : non mesuré.")
    elif not known:
        note = Phrase("Tous les délais courent encore : non mesuré.")
    return Ratio(
        key=promise.key,
        label=Phrase(
            "{heading} : réponse en moins de {limit} jours ouvrés",
            heading=promise.heading,
            limit=limit,
        ),
        numerator=in_time,
        numerator_words=Phrase(
            "{name} dont la réponse est venue en moins de {limit} jours ouvrés",
            name=name,
            limit=limit,
        ),
        denominator=known,
        denominator_words=Phrase(
            "{name} de la période qui ont une réponse ou dont le délai est passé au {day}",
            name=name,
            day=last_known,
        ),
        left_out=(
            LeftOut(
                words=Phrase("{name} encore sans réponse et dans les délais", name=name),
                count=pending,
            ),
        ),
        note=note,
    )
