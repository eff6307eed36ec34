"""Short texts from the same data, for the places where people fail to get through.

For the announcement that all lines are busy, an SMS, a letter that gives an appointment and the
voice menu, in every language of the site.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from string import ascii_letters, digits

from markupsafe import Markup

from affluence.publication import wording
from affluence.publication.answer import LEAST_BUSY, NOT_ENOUGH_DATA, QUIETEST
from affluence.publication.edition import Edition
from affluence.publication.language import Language
from affluence.publication.spans import Spans, by_weekday
from affluence.publication.wording import Words, message

# Letters of the basic alphabet of SMS (3GPP TS 23.038, 6.2.1) go 160 to a message. One other letter
# among them, be it an « ô », and only 70 do, or 67 in each of several: then two have to suffice.
BASIC_ALPHABET = frozenset(
    f"{ascii_letters}{digits}@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà"
)
_MOST_BASIC_CHARACTERS = 160
_MOST_OTHER_CHARACTERS = 2 * 67
_TYPED = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})
# On each side of figures it keeps them in their order among words from right to left: without it a
# telephone shows the pairs of a number, and the hours on both sides of a slash, turned round.
_LEFT_TO_RIGHT_MARK = "\u200e"

TITLES = {
    "ligne_occupee": message("Annonce « toutes les lignes sont occupées »"),
    "sms": message("SMS"),
    "lettre": message("Lettre de rendez-vous"),
    "menu_vocal": message("Menu vocal"),
}


def texts_of(edition: Edition, language: Language) -> dict[str, str]:
    """The texts in one language, by the keys of `TITLES`."""
    words = Words(language)
    say = language.say
    hours = by_weekday(edition.recommended)
    if not hours:
        nothing = _plain(say(NOT_ENOUGH_DATA))
        return dict.fromkeys(TITLES, nothing)
    lead = say(QUIETEST if edition.anything_quiet else LEAST_BUSY)
    best = words.listed([words.day_hours(day, spans) for day, spans in hours.items()])
    phone = _in_order(wording.phone(edition.desk.phone), language)
    until = words.calendar_day(edition.valid_until)
    call_back = say("Toutes nos lignes sont occupées. Rappelez plutôt {hours}. Merci.", hours=best)
    letter = say(
        "Pour nous joindre au {phone}\u00a0: {lead}, {hours}."
        " Ces horaires sont valables jusqu’au {day}.",
        phone=phone,
        lead=lead[:1].lower() + lead[1:],
        hours=best,
        day=until,
    )
    return {
        "ligne_occupee": _plain(call_back),
        "sms": _sms(edition, hours, words),
        "lettre": _plain(letter),
        "menu_vocal": _plain(words.language.sentence(words.colon(lead, best))),
    }


def texts_json(edition: Edition) -> bytes:
    """The texts of all languages, by language and key."""
    texts = {code: texts_of(edition, Language(code)) for code in edition.desk.languages}
    document = {"valable_jusqu_au": edition.valid_until.isoformat(), "textes": texts}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def texts_file(edition: Edition) -> bytes:
    """The same to be read and copied by a person."""
    parts = []
    for code in edition.desk.languages:
        language = Language(code)
        texts = texts_of(edition, language)
        parts.append(f"== {language.name} ==\n")
        parts += [f"{language.say(TITLES[key])}\n{text}\n" for key, text in texts.items()]
    return ("\n".join(parts)).encode()


def _sms(edition: Edition, hours: Mapping[int, Spans], words: Words) -> str:
    """As many of the best hours as fit, the best first."""
    phone = _in_order(wording.phone(edition.desk.phone), words.language)
    best_first = list(dict.fromkeys(span.weekday for span in edition.recommended))
    for count in range(len(best_first), 0, -1):
        days = sorted(best_first[:count])
        short = [_short(words, day, hours[day]) for day in days]
        said = words.language.say(
            "{service}\u00a0: appelez {hours}. Tél. {phone}. Valable jusqu’au {day}.",
            service=edition.desk.service,
            hours=f"{words.language.comma} ".join(short),
            phone=phone,
            day=words.short_date(edition.valid_until),
        )
        text = _typed(said)
        is_basic = BASIC_ALPHABET.issuperset(text)
        if len(text) <= (_MOST_BASIC_CHARACTERS if is_basic else _MOST_OTHER_CHARACTERS):
            return text
    return _typed(
        words.language.say(
            "Appelez {hours}. Tél. {phone}.",
            hours=_short(words, best_first[0], hours[best_first[0]]),
            phone=phone,
        )
    )


def _typed(text: Markup) -> str:
    """As one types it on a telephone: with the apostrophe and the blank of the basic alphabet."""
    return _plain(text).translate(_TYPED)


def _short(words: Words, weekday: int, spans: Spans) -> str:
    """« mar. 14 h-16 h 30 »."""
    said = "/".join(f"{words.clock(start)}-{words.clock(end)}" for start, end in spans)
    return f"{words.short_day(weekday)} {_in_order(said, words.language)}"


def _in_order(figures: str, language: Language) -> str:
    """Figures that a text without markup must not turn round."""
    if language.direction == "ltr":
        return figures
    return f"{_LEFT_TO_RIGHT_MARK}{figures}{_LEFT_TO_RIGHT_MARK}"


def _plain(text: Markup) -> str:
    return str(text.striptags()).replace(wording.SOFT_HYPHEN, "")
